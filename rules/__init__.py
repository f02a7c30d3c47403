"""The Sigma rules and correlations that Tocsin ships for the health sector, as YAML beside this file; ``README.md`` lists them.

They are read through ``importlib.resources``; there is no code here.
"""
