"""What a site shows every other night says nothing when it shows it again; what is rare there does."""

from correlate import baseline
from schemas.detection import Detection
from tests.builders import ATTACKER, BOURGOIN, VIENNE, detection, region

UPDATE = "198.51.100.20"


def usual(finess: str, day: int) -> Detection:
    """What an editor's update makes a rule say, each time from another address."""
    return detection(finess, f"+{day} 01:00", f"198.51.100.{100 + day}", rule="update")


def nights(count: int) -> list[Detection]:
    """That many nights at two sites."""
    return [usual(finess, day) for day in range(count) for finess in (VIENNE, BOURGOIN)]


def test_a_rule_that_matched_on_three_nights_before_joins_nothing_more() -> None:
    """Fourth night: the same update, one address at both sites, no incident and nobody woken."""
    told = region().story(
        *(detection(item.site, item.time, f"10.0.0.{rank + 1}", rule="update") for rank, item in enumerate(nights(3)))
    )
    told.story(detection(VIENNE, "+3 01:00", UPDATE, rule="update"), detection(BOURGOIN, "+3 01:01", UPDATE, rule="update"))

    assert told.living == []


def test_an_attack_on_a_usual_night_is_still_seen() -> None:
    """Another rule, which these sites do not show, joins them; the usual matches of the same value come with it."""
    told = region().story(
        *(detection(item.site, item.time, f"10.0.0.{rank + 1}", rule="update") for rank, item in enumerate(nights(3)))
    )
    told.story(
        detection(VIENNE, "+3 01:00", ATTACKER, rule="update"),
        detection(VIENNE, "+3 02:00", ATTACKER, rule="dump"),
        detection(BOURGOIN, "+3 02:30", ATTACKER, rule="dump"),
    )

    assert told.only["sites"] == sorted([VIENNE, BOURGOIN])
    assert told.only["detections"] == 3
    assert "'Rule update' was usual at 2 of 2 sites; 'Rule dump' was usual at 0 of 2 sites" in told.only["why"]["baseline"]
    told.assert_explained()


def test_the_day_itself_never_makes_itself_usual() -> None:
    """Only days before the event's own count: a spread that begins now is no baseline of itself."""
    memory: dict[str, bytes] = {}
    for minute in range(10):
        baseline.note(memory, detection(VIENNE, f"02:0{minute}", name=str(minute)))

    assert not baseline.is_usual(memory, detection(VIENNE, "03:00"))
    assert baseline.told(memory, [detection(VIENNE, "03:00")], 1) == baseline.NONE


def test_what_was_usual_long_ago_is_not_usual() -> None:
    """Two weeks back and no further."""
    memory: dict[str, bytes] = {}
    for day in range(3):
        baseline.note(memory, detection(VIENNE, f"+{day} 02:00"))

    assert baseline.is_usual(memory, detection(VIENNE, "+14 02:00"))
    assert not baseline.is_usual(memory, detection(VIENNE, "+15 02:00"))
    assert not baseline.is_usual(memory, detection(BOURGOIN, "+3 02:00"))
