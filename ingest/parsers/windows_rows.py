"""Rows: how one native Windows field becomes one of ECS."""

from collections.abc import Callable

Convert = Callable[[str], object]
Row = tuple[str, str, Convert]
"""Native name, ECS name, how the text becomes the value."""
