"""Reads a correlation inside a trust domain: every type of Sigma correlations 2.1, and pySigma's ``value_median``.

What is not counted exactly is refused here, with the reason.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from sigma.correlations import SigmaCorrelationRule, SigmaCorrelationType, SigmaExtendedCorrelationCondition

from correlate.counting.condition import Bounds, Condition, Expression
from correlate.counting.definition import BY_RULE, LONGEST, NUMBERS, Counting, Feed, Measure
from correlate.counting.match import MAX_MATCHES, MAX_VALUES, SPARE
from correlate.rules.attack import phase_of, tactics_of, techniques_of
from correlate.rules.check import Unsupported
from correlate.rules.correlation import SitesWithin
from correlate.rules.correlation_condition import bounds_of, expression_of, percentile_of
from correlate.rules.correlation_references import Counted
from correlate.rules.rule import level_of
from correlate.rules.select import state_by
from schemas.detection import State
from schemas.ids import digest

_MEASURES = {kind: Measure(kind.name.lower()) for kind in SigmaCorrelationType}


def counting(
    written: SigmaCorrelationRule, document: Mapping[str, Any], counted: Counted, *, rule_id: str, path: str
) -> Counting:
    """Read a correlation.

    Args:
        written: The correlation as pySigma parsed it.
        document: Its YAML, which says more of its condition.
        counted: What it refers to.
        rule_id: Its id.
        path: Where it was written.

    Raises:
        Unsupported: what would not be counted exactly.
    """
    measure = _MEASURES[written.type]
    condition = _condition(written, document, measure, counted)
    group_by = tuple(written.group_by or ())
    keys = [counted.where(field) for field in group_by]
    field = None if measure in BY_RULE or measure is Measure.EVENTS else _field(written)
    level, status = level_of(written.level), written.status.name.lower() if written.status else ""
    found = Counting(
        id=rule_id,
        name=written.name or "",
        title=written.title,
        level=level,
        status=status,
        techniques=techniques_of(written.tags),
        tactics=tactics_of(written.tags),
        phase=phase_of(written.tags) if written.tags else None,
        path=path,
        rules=counted.ids,
        group_by=group_by,
        keys={one: tuple(where[one] for where in keys) for one in counted.ids},
        fields=counted.where(field) if field else {},
        window=_window(written),
        measure=measure,
        condition=condition,
        generate=written.generate,
        state=state_by(status, level),
        version=digest(json.dumps(document["correlation"], sort_keys=True, default=str))[:8],
        percentile=percentile_of(document) if measure is Measure.PERCENTILE else Fraction(0),
    )
    if found.closes and counted.waits:
        raise Unsupported(
            f"it is judged when its window closes, before the correlation {counted.waits!r}, which waits too, could tell"
        )
    return found


def _condition(written: SigmaCorrelationRule, document: Mapping[str, Any], measure: Measure, counted: Counted) -> Condition:
    if isinstance(written.condition, SigmaExtendedCorrelationCondition):
        expression = expression_of(written.condition, counted.place)
        if measure is Measure.ORDER and not _is_all(expression):
            raise Unsupported("an ordered correlation with or, or not, has no order that the specification defines")
        return expression
    rules = len(counted.ids if measure is Measure.ORDER else set(counted.ids))
    bounds = bounds_of(document) or Bounds((("gte", Fraction(rules)),))
    if measure is Measure.ORDER:
        if bounds.holds(rules - 1) or not bounds.holds(rules):
            raise Unsupported("an ordered correlation needs all of its rules; leave the condition out")
        return bounds
    _check_countable(bounds, measure, rules)
    return bounds


def _is_all(expression: Expression) -> bool:
    return expression.kind == "rule" or (expression.kind == "and" and all(map(_is_all, expression.parts)))


def _check_countable(bounds: Bounds, measure: Measure, rules: int) -> None:
    """A bound that is beyond what is kept of a group would never be met, or met wrongly."""
    if measure in NUMBERS - {Measure.SUM}:
        return
    if bounds.is_growing and bounds.holds(0):
        raise Unsupported(f"a condition of {_told(bounds)} is always true")
    most = {Measure.EVENTS: MAX_MATCHES - SPARE, Measure.VALUES: MAX_VALUES - SPARE, Measure.RULES: rules}.get(measure)
    highest = max(limit for _, limit in bounds.bounds)
    if most is not None and highest > most:
        raise Unsupported(f"a condition of {_told(bounds)} counts to more than {most}, the most that is kept of one group")


def _told(bounds: Bounds) -> str:
    return " and ".join(f"{name} {float(limit):g}" for name, limit in bounds.bounds)


def _field(written: SigmaCorrelationRule) -> str:
    name = getattr(written.condition, "fieldref", None)
    if not isinstance(name, str):
        raise Unsupported(f"the condition of a {written.type.name.lower()} must name one field")
    return name


def _window(written: SigmaCorrelationRule) -> timedelta:
    window = timedelta(seconds=written.timespan.seconds)
    if window > LONGEST:
        raise Unsupported(
            f"a timespan of {written.timespan.spec} is longer than the {LONGEST.days} days that matches are remembered"
        )
    return window


def fed(countings: list[Counting], over_sites: list[SitesWithin]) -> tuple[Counting, ...]:
    """The correlations, each with those that count it; without *generate* it then alerts only through them."""
    complete = []
    for one in countings:
        known: tuple[Counting | SitesWithin, ...] = (*countings, *over_sites)
        outers = [outer for outer in known if one.id in outer.rules]
        feeds = tuple(_feed(one, outer) for outer in outers)
        silent = bool(outers) and not any(outer.generate for outer in outers)
        complete.append(replace(one, feeds=feeds, is_evidence_only=silent, state=State.SHADOW if silent else one.state))
    return tuple(complete)


def _feed(inner: Counting, outer: Counting | SitesWithin) -> Feed:
    if isinstance(outer, SitesWithin):
        return Feed(outer.id, tuple(names[0] for names in outer.group_by), outer.field[0])
    return Feed(outer.id, tuple(names[0] for names in outer.keys[inner.id]), outer.fields.get(inner.id, ("",))[0])
