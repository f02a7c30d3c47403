"""What must hold of a measure: bounds that hold together, or an expression over the rules that matched in the window."""

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}
GROWING = frozenset({"gt", "gte"})
"""Operators that more can only help."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """All of these hold of a number: ``(("gt", 3), ("lte", 10))`` is a range."""

    bounds: tuple[tuple[str, Fraction], ...]

    def holds(self, measured: Fraction | int) -> bool:
        """Whether the number is inside."""
        return all(OPERATORS[name](measured, limit) for name, limit in self.bounds)

    @property
    def is_growing(self) -> bool:
        """Whether a larger number holds too: then it can be said at once, and need not wait until the window closes."""
        return all(name in GROWING for name, _ in self.bounds)


@dataclass(frozen=True, slots=True)
class Expression:
    """``and``, ``or`` and ``not`` over rules, by their place among the rules of the correlation.

    ``kind`` is one of the three or ``rule``; a rule has a ``place``, the others ``parts``.
    """

    kind: str
    parts: "tuple[Expression, ...]" = ()
    place: int = -1

    def holds(self, matched: Collection[int]) -> bool:
        """Whether it is true when exactly these rules matched."""
        if self.kind == "rule":
            return self.place in matched
        held = (part.holds(matched) for part in self.parts)
        return any(held) if self.kind == "or" else all(held) if self.kind == "and" else not next(held)

    @property
    def is_growing(self) -> bool:
        """Whether more matches can only help: nothing is denied."""
        return self.kind != "not" and all(part.is_growing for part in self.parts)


Condition = Bounds | Expression
