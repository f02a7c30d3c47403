"""Check: one test on a reading, and what it costs; Unsupported: what cannot become one."""

from collections.abc import Callable
from typing import NamedTuple

from correlate.rules.reading import Reading

Predicate = Callable[[Reading], bool]


class Unsupported(ValueError):
    """The rule asks for something that is not evaluated exactly; it is refused, never approximated.

    ``place``: the keys below its detection section that lead to it, when it has one.
    """

    def __init__(self, reason: str, place: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.place = place


class Check(NamedTuple):
    """A predicate and what it costs, in rough units: in a chain the cheap ones run first."""

    cost: int
    holds: Predicate
