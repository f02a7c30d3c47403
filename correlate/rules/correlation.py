"""SitesWithin: the definition of "k sites within w", a Sigma ``value_count`` of ``organization.id`` (Sigma correlations 2.1).

State and windows are not here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)

from correlate.rules.attack import tactics_of, techniques_of
from correlate.rules.check import Unsupported
from correlate.rules.reading import Names
from correlate.rules.rule import Rule, level_of
from correlate.windows import REACH
from schemas.detection import Level
from schemas.ids import digest

_LEAST = {SigmaCorrelationConditionOperator.GTE: 0, SigmaCorrelationConditionOperator.GT: 1}
"""What to add to the count to get the least number of distinct values."""

SITE = ("organization.id",)
"""The only field that is counted: what follows takes the counted values for sites."""


@dataclass(frozen=True, slots=True)
class SitesWithin:
    """At least ``threshold`` distinct values of ``field`` (the site) within ``window``, among matches with equal ``group_by`` values.

    Each element of ``group_by``, and ``field``, lists the event's fields to read, first one present wins. Without ``generate``
    the referenced rules alert only through the correlation.
    """

    id: str
    name: str
    """The name other rules refer to it by; empty when it has none."""
    title: str
    level: Level
    status: str
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    path: str
    rules: tuple[str, ...]
    """Ids of the rules it counts, in the order written."""
    group_by: tuple[Names, ...]
    field: Names
    window: timedelta
    threshold: int
    generate: bool

    @property
    def definition(self) -> str:
        """A digest of what it counts and how; titles, levels and tags may change without it."""
        counted = (*self.rules, "", *("|".join(names) for names in self.group_by), "", *self.field)
        return digest("correlation", *counted, str(self.window // timedelta(microseconds=1)), str(self.threshold))


def sites_within(
    written: SigmaCorrelationRule,
    *,
    rule_id: str,
    path: str,
    rules: Mapping[str, Rule],
    mapped: Callable[[str, Rule], Names],
) -> SitesWithin:
    """Read a correlation.

    Args:
        written: The correlation as pySigma parsed it.
        rule_id: Its id.
        path: Where it was written.
        rules: The loaded rules, by id and by name.
        mapped: The names that a field reads in events that a rule is about.

    Raises:
        Unsupported: another kind, an unknown reference, a condition that is not "at least k", or too long a timespan.
    """
    if written.type is not SigmaCorrelationType.VALUE_COUNT:
        raise Unsupported(f"correlations of type {written.type.name.lower()} are not supported, only value_count")
    if len(written.aliases):
        raise Unsupported("correlation aliases are not supported")
    condition = written.condition
    if not isinstance(condition, SigmaCorrelationCondition) or not isinstance(condition.fieldref, str):
        raise Unsupported("the condition of a value_count must name one field")
    if (condition.fieldref,) != SITE:
        raise Unsupported(f"a value_count of {condition.fieldref!r} is not supported, only of {SITE[0]}")
    counted = [_referenced(reference.reference, rules) for reference in written.rules or ()]
    return SitesWithin(
        id=rule_id,
        name=written.name or "",
        title=written.title,
        level=level_of(written.level),
        status=written.status.name.lower() if written.status else "",
        techniques=techniques_of(written.tags),
        tactics=tactics_of(written.tags),
        path=path,
        rules=tuple(dict.fromkeys(rule.id for rule in counted)),
        group_by=tuple(_one_meaning(field, counted, mapped) for field in written.group_by or ()),
        field=SITE,
        window=_window(written),
        threshold=_threshold(condition),
        generate=written.generate,
    )


def _referenced(reference: str, rules: Mapping[str, Rule]) -> Rule:
    rule = rules.get(reference) or rules.get(reference.lower())
    if rule is None:
        raise Unsupported(f"refers to the rule {reference!r}, which is unknown, refused, or itself a correlation")
    return rule


def _one_meaning(field: str, counted: list[Rule], mapped: Callable[[str, Rule], Names]) -> Names:
    meanings = {mapped(field, rule) for rule in counted}
    if len(meanings) != 1:
        raise Unsupported(f"the field {field!r} must read the same in all its rules; it reads {sorted(meanings)}")
    return meanings.pop()


def _window(written: SigmaCorrelationRule) -> timedelta:
    window = timedelta(seconds=written.timespan.seconds)
    if window > REACH:
        raise Unsupported(
            f"a timespan of {written.timespan.spec} is longer than the {REACH.days} days that matches are remembered"
        )
    return window


def _threshold(condition: SigmaCorrelationCondition) -> int:
    if condition.op not in _LEAST:
        raise Unsupported(f"the condition {condition.op.name.lower()} is not supported, only gte and gt")
    threshold = condition.count + _LEAST[condition.op]
    if threshold < 1:
        raise Unsupported(f"a condition of at least {threshold} is always true")
    return threshold
