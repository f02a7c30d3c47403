"""The demonstration: a simulated region lives a day within a minute, and what Tocsin said of it is held against the truth."""
