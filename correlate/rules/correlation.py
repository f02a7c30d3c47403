"""SitesWithin: the definition of "k sites within w", a Sigma ``value_count`` of ``organization.id`` (Sigma correlations 2.1).

State and windows are not here.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor

from sigma.correlations import SigmaCorrelationRule, SigmaCorrelationType

from correlate.counting.condition import GROWING, Bounds
from correlate.rules.attack import tactics_of, techniques_of
from correlate.rules.check import Unsupported
from correlate.rules.correlation_references import SITE, Counted
from correlate.rules.reading import Names
from correlate.rules.rule import level_of
from correlate.windows import REACH
from schemas.detection import Level
from schemas.ids import digest


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


def is_over_sites(written: SigmaCorrelationRule) -> bool:
    """Whether it counts establishments: then it looks at the whole region, and not inside one trust domain."""
    return written.type is SigmaCorrelationType.VALUE_COUNT and getattr(written.condition, "fieldref", None) == SITE[0]


def sites_within(
    written: SigmaCorrelationRule, bounds: Bounds | None, counted: Counted, *, rule_id: str, path: str
) -> SitesWithin:
    """Read a correlation over sites.

    Args:
        written: The correlation as pySigma parsed it.
        bounds: Its condition.
        counted: What it refers to.
        rule_id: Its id.
        path: Where it was written.

    Raises:
        Unsupported: a condition that is not "at least k", an alias, a field that reads differently in its rules, or too long a timespan.
    """
    if len(written.aliases):
        raise Unsupported("correlation aliases are not supported where sites are counted")
    return SitesWithin(
        id=rule_id,
        name=written.name or "",
        title=written.title,
        level=level_of(written.level),
        status=written.status.name.lower() if written.status else "",
        techniques=techniques_of(written.tags),
        tactics=tactics_of(written.tags),
        path=path,
        rules=tuple(dict.fromkeys(counted.ids)),
        group_by=tuple(_one_meaning(field, counted) for field in written.group_by or ()),
        field=SITE,
        window=_window(written),
        threshold=_threshold(bounds),
        generate=written.generate,
    )


def _one_meaning(field: str, counted: Counted) -> Names:
    meanings = set(counted.where(field).values())
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


def _threshold(bounds: Bounds | None) -> int:
    """The least number of sites that meets the condition."""
    if bounds is None or len(bounds.bounds) != 1 or bounds.bounds[0][0] not in GROWING:
        told = " and ".join(name for name, _ in bounds.bounds) if bounds else "none"
        raise Unsupported(f"the condition {told} is not supported where sites are counted, only one gte or gt")
    ((name, limit),) = bounds.bounds
    threshold = ceil(limit) if name == "gte" else floor(limit) + 1
    if threshold < 1:
        raise Unsupported(f"a condition of at least {threshold} is always true")
    return threshold
