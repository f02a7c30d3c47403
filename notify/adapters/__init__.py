"""Channels to the world."""
