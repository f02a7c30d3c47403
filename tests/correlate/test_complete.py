"""The check that every test relies on finds what is wrong: each lie told to it is seen."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.builders import ANNECY, ATTACKER, BOURGOIN, SCANNER, VALENCE, VIENNE, counted, detection, region
from tests.why import assert_complete

Facts = dict[str, Any]


def facts() -> Facts:
    """An incident of two values, and one of a count of sites, as a replay writes them."""
    told = region().story(
        detection(VIENNE, "02:00", ATTACKER),
        detection(BOURGOIN, "02:10", ATTACKER, SCANNER),
        detection(ANNECY, "02:20", SCANNER),
        *(counted(number, "12:00") for number in (VIENNE, BOURGOIN, VALENCE)),
    )
    by_value, by_count = told.living
    return copy.deepcopy(
        {
            "value": by_value,
            "count": by_count,
            "detections": list(told.detections.values()),
            "memberships": list(told.memberships.values()),
        }
    )


def check(told: Mapping[str, Any]) -> None:
    """Both incidents."""
    for name in ("value", "count"):
        assert_complete(told[name], told["detections"], told["memberships"])


def test_the_truth_passes() -> None:
    """As the correlator wrote it."""
    told = facts()
    check(told)
    assert told["value"]["detections"] == 3


def _lie(path: str, value: Any) -> Callable[[Facts], None]:
    """Write a value at a path such as ``value.why.rules.0.count``."""

    def tell(told: Facts) -> None:
        *way, last = path.split(".")
        place: Any = told
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value

    return tell


def _without(path: str) -> Callable[[Facts], None]:
    """Empty the list at a path of its first element."""

    def tell(told: Facts) -> None:
        place: Any = told
        for step in path.split("."):
            place = place[step]
        del place[0]

    return tell


@pytest.mark.parametrize(
    "tell",
    [
        _lie("value.detections", 4),
        _lie("value.detection_ids", ["unknown"]),
        _lie("value.severity", "high"),
        _lie("value.score", 1),
        _lie("value.techniques", ["T1059"]),
        _lie("value.trust_domains", [VIENNE]),
        _lie("value.first_seen", "2026-01-30T02:00:00.000000Z"),
        _lie("value.sites", [BOURGOIN, VIENNE]),
        _lie("value.last_seen", "2027-01-30T02:00:00.000000Z"),
        _lie("value.why.baseline", ""),
        _lie("value.why.missing", [""]),
        _lie("value.why.only_link", None),
        _lie("count.why.only_link", None),
        _lie("value.why.rules.0.count", 2),
        _lie("value.why.links.0.sites", [BOURGOIN, VIENNE, ANNECY]),
        _lie("count.why.links.0.sites", [BOURGOIN, VIENNE, ANNECY, VALENCE]),
        _lie("count.why.links.0.rule_id", "another"),
        _lie("count.why.links.0.reason", "same_hosts"),
        _lie("value.why.links.0.entity.value", "203.0.113.1"),
        _lie("value.why.examples.0.event_ids", ["another"]),
        _lie("value.why.examples.0.event_ids", []),
        _lie("value.why.examples.0.detection_id", f"r1-{VIENNE}-31020000000000-{ATTACKER}"),
        _lie("count.why.examples.0.time", "2026-01-31T05:00:01.000000Z"),
        _lie("detections.0.state", "shadow"),
        _lie("detections.0.site", VALENCE),
        _lie("memberships.0.entities", [{"kind": "ip", "value": "203.0.113.1"}]),
        _lie("memberships.0.time", "2026-01-31T05:00:01.000000Z"),
        _lie("memberships.0.detection_id", "unknown"),
        _without("value.why.links"),
        _without("value.why.examples"),
        _without("value.why.rules"),
        _without("detections"),
        _without("memberships"),
    ],
)
def test_each_lie_is_seen(tell: Callable[[Facts], None]) -> None:
    """One fact changed, and the check fails."""
    told = facts()
    tell(told)

    with pytest.raises((AssertionError, KeyError, ValueError)):
        check(told)
