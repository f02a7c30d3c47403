"""A parsed Sigma condition becomes one predicate: closures made once, cheap checks first.

The tree is pySigma's, after its pipeline: AND, OR, NOT over *field equals value* and *value anywhere*.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import SigmaExpansion, SigmaType

from correlate.rules.check import Check, Predicate, Unsupported
from correlate.rules.fields import names_of
from correlate.rules.reading import Names, Reading
from correlate.rules.strings import Shape, shape_of, texts_check
from correlate.rules.values import field_check, keyword_check


def compiled(conditions: Iterable[object]) -> Predicate:
    """One predicate for the conditions of one rule: a list of them is an OR.

    Raises:
        Unsupported: something in a tree is not evaluated, or selects nothing.
    """
    return _either([_check(condition) for condition in conditions]).holds


def _check(node: object) -> Check:
    match node:
        case ConditionFieldEqualsValueExpression(field=str(field), value=value):
            return _on_field(names_of(field), value)
        case ConditionValueExpression(value=value):
            return _anywhere(value)
        case ConditionAND(args=args):
            return _both([_check(arg) for arg in args])
        case ConditionOR(args=args):
            return _any_of(args)
        case ConditionNOT(args=[arg]):
            return _negated(_check(arg))
        case None:
            raise Unsupported("a part of the condition selects nothing: no detection has such a name")
        case _:
            raise Unsupported(f"{type(node).__name__} in a condition is not supported")


def _on_field(names: Names, value: SigmaType) -> Check:
    if isinstance(value, SigmaExpansion):
        return _merged((names, inner) for inner in value.values)
    return field_check(names, value)


def _anywhere(value: SigmaType) -> Check:
    if isinstance(value, SigmaExpansion):
        return _either([_anywhere(inner) for inner in value.values])
    return keyword_check(value)


def _any_of(args: Sequence[object]) -> Check:
    """Values of one field are merged by shape, so that a list of a hundred suffixes is one check."""
    fields = [arg for arg in args if isinstance(arg, ConditionFieldEqualsValueExpression)]
    others = [arg for arg in args if not isinstance(arg, ConditionFieldEqualsValueExpression)]
    checks = [_check(arg) for arg in others]
    if fields:
        checks.append(_merged((names_of(arg.field), arg.value) for arg in fields))
    return _either(checks)


def _merged(pairs: Iterable[tuple[Names, SigmaType]]) -> Check:
    alike: defaultdict[tuple[Names, Shape], list[str]] = defaultdict(list)
    checks = []
    for names, value in pairs:
        found = shape_of(value)
        if found and (found[1] or found[0] is Shape.EQUALS):
            alike[names, found[0]].append(found[1])
        else:
            checks.append(_on_field(names, value))
    checks += [texts_check(names, shape, literals) for (names, shape), literals in alike.items()]
    return _either(checks)


def _both(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    cost, predicates = _ordered(checks)

    def holds(reading: Reading) -> bool:
        for predicate in predicates:  # noqa: SIM110 - a loop: all() over a generator takes twice the time here
            if not predicate(reading):
                return False
        return True

    return Check(cost, holds)


def _either(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    cost, predicates = _ordered(checks)

    def holds(reading: Reading) -> bool:
        for predicate in predicates:  # noqa: SIM110 - a loop: any() over a generator takes twice the time here
            if predicate(reading):
                return True
        return False

    return Check(cost, holds)


def _negated(check: Check) -> Check:
    holds = check.holds
    return Check(check.cost, lambda reading: not holds(reading))


def _ordered(checks: Sequence[Check]) -> tuple[int, tuple[Predicate, ...]]:
    cheap_first = sorted(checks, key=lambda check: check.cost)
    return sum(check.cost for check in checks), tuple(check.holds for check in cheap_first)
