"""Numbers as logs write them, and what is measured of them, exactly: nothing is rounded, so that order leaves no trace."""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil

_NUMBER = re.compile(r"\s{0,8}[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?\s{0,8}", re.ASCII)
"""Bounded in length and exponent: a hostile log must not make numbers of a million digits."""


def is_number(text: str) -> bool:
    """Whether a value is a number: digits, a point, an exponent. ``0x10``, ``NaN``, ``true`` and ``1,5`` are not."""
    return _NUMBER.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def number(text: str) -> Fraction:
    """The number that a text is; 0 for a text that is none."""
    return Fraction(text.strip()) if is_number(text) else Fraction(0)


def mean(total: Fraction, count: int) -> Fraction:
    """The arithmetic mean."""
    return total / count


def nearest_rank(ordered: Sequence[Fraction], percentile: Fraction) -> Fraction:
    """The smallest value that at least ``percentile`` of 100 values do not exceed; always one of the values."""
    return ordered[max(1, ceil(percentile * len(ordered) / 100)) - 1]
