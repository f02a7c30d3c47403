"""What a correlation raises: a detection like any other, that says what it counted and what it could not."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from correlate import record
from correlate.counting import entities
from correlate.counting.definition import Counting
from correlate.counting.match import events_of
from correlate.counting.sliding import Met
from schemas.detection import Detection, Group, Kind, Phase, detection_id

MAX_EVENTS = 100
"""Events named in one detection: the first half and the last half."""
SHORT = "the group had more matches than are kept; the count may be too low"
"""Sign of a detection whose count met a bound."""
SITE = "organization.id"


class Place(NamedTuple):
    """The group that was counted."""

    by: tuple[str, ...]
    known: entities.Known


def raised(rule: Counting, met: Met, place: Place, events: Sequence[str], last: Detection | None = None) -> Detection:
    """The detection of one episode.

    Args:
        rule: The correlation.
        met: When its condition was met, and of what.
        place: The group.
        events: Ids of what was counted, earliest first.
        last: The detection that met it, whose tags stand in where the correlation has none; None when nothing but time passed.
    """
    sites = tuple(sorted({match.site for match in met.matches}))
    site = met.matches[-1].site
    tagged = rule.techniques or rule.tactics
    return Detection(
        id=detection_id(rule.id, met.name),
        kind=Kind.CORRELATION,
        rule_id=rule.id,
        rule_name=rule.title,
        level=rule.level,
        time=record.from_microseconds(met.end),
        site=site,
        event_ids=_listed(events),
        entities=entities.seen_between(place.known, met.begin, met.end),
        state=rule.state,
        techniques=rule.techniques if tagged or not last else last.techniques,
        tactics=rule.tactics if tagged or not last else last.tactics,
        phase=rule.phase or (last.phase if last else Phase.SUCCESS),
        sites=sites if len(sites) > 1 else (),
        groups=_groups(rule, dict(zip(rule.group_by, place.by, strict=True)), site),
        counted=met.counted,
        signs=(SHORT,) if met.is_short else (),
    )


def _groups(rule: Counting, fields: Mapping[str, str], site: str) -> tuple[Group, ...]:
    """Where it counts for the correlations that refer to this one: its group fields are its own."""
    known = {SITE: site, "": "", **fields}
    return tuple(
        Group(correlation=feed.correlation, by=tuple(known[name] for name in feed.by), value=known[feed.value])
        for feed in rule.feeds
    )


def _listed(events: Sequence[str]) -> tuple[str, ...]:
    known = tuple(dict.fromkeys(events))
    return known if len(known) <= MAX_EVENTS else (*known[: MAX_EVENTS // 2], *known[-MAX_EVENTS // 2 :])


def events_counted(met: Met) -> tuple[str, ...]:
    """What it counted, each once."""
    return tuple(events_of(met.matches))
