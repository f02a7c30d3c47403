"""The condition of one rule as a small tree of values: what is left of pySigma's once it has parsed and mapped a rule.

It holds no reference to the rule, is compared by value, and is what a cache keeps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import SigmaExpansion, SigmaType

from correlate.rules.check import Unsupported
from correlate.rules.fields import names_of
from correlate.rules.reading import Names

MAX_DEPTH = 60
"""Levels of a condition. The deepest of SigmaHQ has 9; every walk over a tree recurses, and rules come from anywhere."""


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Without:
    """The part does not hold."""

    part: "Tree"


@dataclass(frozen=True, slots=True)
class On:
    """A field has a value."""

    names: Names
    value: SigmaType


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A value stands somewhere in the event."""

    value: SigmaType


Tree = Every | Either | Without | On | Anywhere


def tree_of(conditions: Iterable[object]) -> Tree:
    """The tree of the conditions of one rule, as pySigma parsed them: a list of them is an OR.

    Raises:
        Unsupported: a part of another kind, one that selects nothing, or too deep a tree.
    """
    return _either([_tree(condition, MAX_DEPTH) for condition in conditions])


def _tree(node: object, depth: int) -> Tree:
    if not depth:
        raise Unsupported(f"the condition is deeper than {MAX_DEPTH} levels")
    match node:
        case ConditionFieldEqualsValueExpression(field=str(field), value=value):
            return _on(names_of(field), value)
        case ConditionValueExpression(value=value):
            return _anywhere(value)
        case ConditionAND(args=args):
            parts = tuple(_tree(arg, depth - 1) for arg in args)
            return parts[0] if len(parts) == 1 else Every(parts)
        case ConditionOR(args=args):
            return _either([_tree(arg, depth - 1) for arg in args])
        case ConditionNOT(args=[arg]):
            return Without(_tree(arg, depth - 1))
        case None:
            raise Unsupported("a part of the condition selects nothing: no detection has such a name")
        case _:
            raise Unsupported(f"{type(node).__name__} in a condition is not supported")


def _on(names: Names, value: SigmaType) -> Tree:
    if isinstance(value, SigmaExpansion):
        return _either([_on(names, inner) for inner in value.values])
    return On(names, value)


def _anywhere(value: SigmaType) -> Tree:
    if isinstance(value, SigmaExpansion):
        return _either([_anywhere(inner) for inner in value.values])
    return Anywhere(value)


def _either(parts: list[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else Either(tuple(parts))
