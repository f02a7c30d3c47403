"""Reads the condition of a correlation: pySigma takes one operator and whole numbers, the specification ranges and any number.

Sigma correlation rules specification 2.1, *condition*; the expression of *temporal* rules is pySigma's extended condition.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionItem,
    CorrelationConditionNOT,
    CorrelationConditionOR,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from correlate.counting.condition import OPERATORS, Bounds, Expression
from correlate.counting.number import is_number
from correlate.rules.check import Unsupported

_KINDS: Mapping[type[CorrelationConditionItem], str] = {
    CorrelationConditionAND: "and",
    CorrelationConditionOR: "or",
    CorrelationConditionNOT: "not",
}
MAX_DEPTH = 50
"""How deep an expression may be nested."""
_ONE = "gte"
"""The operator that stands for all of them when pySigma reads the rule."""


def parsed(document: Mapping[str, Any]) -> SigmaCorrelationRule:
    """The correlation as pySigma reads it, its condition reduced to one operator when it has several.

    Raises:
        SigmaError: what pySigma refuses.
    """
    inside = document.get("correlation")
    written = inside.get("condition") if isinstance(inside, dict) else None
    if not isinstance(inside, dict) or not isinstance(written, dict) or not OPERATORS.keys() & written.keys():
        return SigmaCorrelationRule.from_dict(dict(document))
    rest = {name: value for name, value in written.items() if name not in OPERATORS and name != "percentile"}
    operators = [value for name, value in written.items() if name in OPERATORS]
    value = next((one for one in operators if not _is_number(one)), 0)
    return SigmaCorrelationRule.from_dict({**document, "correlation": {**inside, "condition": {**rest, _ONE: value}}})


def bounds_of(document: Mapping[str, Any]) -> Bounds | None:
    """The bounds as written, all of which hold together; None when there are none: the rule wants all of its rules.

    Raises:
        Unsupported: a bound that is no number, or bounds that nothing can meet.
    """
    written = document["correlation"].get("condition")
    if not isinstance(written, dict):
        return None
    found = []
    for name, value in written.items():
        if name in OPERATORS:
            if not _is_number(value):
                raise Unsupported(f"the condition {name} needs a number to count to, found {value!r}")
            found.append((name, Fraction(str(value).strip())))
    bounds = Bounds(tuple(sorted(found)))
    _check_possible(bounds)
    return bounds


def _check_possible(bounds: Bounds) -> None:
    limits = sorted({limit for _, limit in bounds.bounds})
    between = [(low + high) / 2 for low, high in pairwise(limits)]
    if limits and not any(bounds.holds(value) for value in (limits[0] - 1, *limits, *between, limits[-1] + 1)):
        raise Unsupported("the bounds of the condition exclude each other; nothing can meet them")


def percentile_of(document: Mapping[str, Any]) -> Fraction:
    """Which percentile is asked for.

    Raises:
        Unsupported: it is missing, or not above 0 and at most 100.
    """
    value = document["correlation"]["condition"].get("percentile")
    if not _is_number(value) or not 0 < Fraction(str(value).strip()) <= 100:  # noqa: PLR2004 - percent
        raise Unsupported(f"a value_percentile needs 'percentile', a number above 0 and at most 100; found {value!r}")
    return Fraction(str(value).strip())


def expression_of(condition: SigmaExtendedCorrelationCondition, place: Callable[[str], int]) -> Expression:
    """The expression of a temporal correlation; ``place`` gives the place of a rule that it names.

    Raises:
        Unsupported: it is nested too deeply.
    """
    return _expression(condition.parsed, place, MAX_DEPTH)


def _expression(node: CorrelationConditionItem | SigmaRuleReference, place: Callable[[str], int], depth: int) -> Expression:
    if not depth:
        raise Unsupported(f"the condition is nested more than {MAX_DEPTH} deep")
    if isinstance(node, SigmaRuleReference):
        return Expression("rule", place=place(node.reference))
    return Expression(_KINDS[type(node)], tuple(_expression(part, place, depth - 1) for part in node.args))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool) and is_number(str(value))
