"""The correlator told stories with timestamps: what becomes an incident, and what never does."""

from datetime import datetime, timedelta

import pytest

from correlate.stage import FORGET, SETTLE, SWEEP, Correlator
from schemas.incident import incident_id
from schemas.tick import Tick
from tests.builders import (
    ANNECY,
    ATTACKER,
    BOURGOIN,
    NIGHT,
    ROANNE,
    SCANNER,
    VALENCE,
    VIENNE,
    Told,
    at,
    batch,
    counted,
    detection,
    region,
    site,
    sites,
)


def test_brute_force_from_one_address_at_two_hospitals_is_one_incident() -> None:
    """Failed passwords from one public address at two hospitals, and nothing before the second is hit."""
    told = region().story(*(detection(VIENNE, f"02:0{minute}", ATTACKER) for minute in range(5)))
    assert told.living == []

    told.story(detection(BOURGOIN, "02:30", ATTACKER))

    assert told.only["sites"] == [BOURGOIN, VIENNE]
    assert told.only["detections"] == 6
    assert told.only["id"] == incident_id(f"r1-{VIENNE}-31020000000000-{ATTACKER}")
    assert told.only["why"]["missing"] == [f"no logs received from site {number}" for number in (VALENCE, ROANNE, ANNECY)]
    told.assert_explained()


def test_a_third_hospital_joins_three_days_later() -> None:
    """An outage of three days at a hit hospital does not keep it out; with it the severity rises."""
    told = region().story(detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:30", ATTACKER))
    opened = told.only["id"]
    assert told.only["severity"] == "high"

    told.story(detection(ANNECY, "+3 02:00", ATTACKER))

    assert (told.only["id"], told.only["sites"]) == (opened, [BOURGOIN, VIENNE, ANNECY])
    assert told.only["severity"] == "critical"
    told.assert_explained()


def test_what_a_hospital_held_back_for_three_days_still_joins() -> None:
    """Late by three days on the pipeline's clock: event time counts, and the incident's first sight moves back."""
    told = region().story(
        detection(BOURGOIN, "02:30", ATTACKER),
        detection(ANNECY, "+3 02:00", ATTACKER),
        detection(VIENNE, "02:00", ATTACKER),
    )

    assert told.only["sites"] == [BOURGOIN, VIENNE, ANNECY]
    assert told.only["first_seen"] == "2026-01-31T02:00:00.000000Z"
    told.assert_explained()


@pytest.mark.parametrize(
    "value",
    ["10.10.10.5", "192.168.1.1", "8.8.8.8", "domain:windowsupdate.com", "host:srv-ad01", "user:admin", "203.0.113.5"],
)
def test_a_value_that_means_nothing_never_links(value: str) -> None:
    """Private, resolver, known, internal and the region's own: seen at three hospitals, and no incident."""
    told = region(never_link=["203.0.113.5"]).story(*(detection(number, "02:00", value) for number in (VIENNE, BOURGOIN, ANNECY)))

    assert told.incidents == {}


def test_a_declared_exit_never_links() -> None:
    """The public address that a hospital leaves by is at its neighbours' every day."""
    told = region(site(VIENNE), site(BOURGOIN), site(ANNECY, exits=["203.0.113.64/29"]))

    assert told.story(detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:00", ATTACKER)).incidents == {}


def test_two_sites_of_one_ght_are_not_two_hospitals() -> None:
    """They share a directory; with a third from outside all three are hit, and count as two."""
    ght = {VIENNE: "GHT", BOURGOIN: "GHT"}
    told = region(site(VIENNE, ght="GHT"), site(BOURGOIN, ght="GHT"), site(ANNECY))
    told.story(detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:01", ATTACKER))
    assert told.incidents == {}

    told.story(detection(ANNECY, "02:02", ATTACKER))

    assert told.only["sites"] == [BOURGOIN, VIENNE, ANNECY]
    assert told.only["trust_domains"] == [ANNECY, "GHT"]
    told.assert_explained(ght)


def test_a_detection_with_two_values_merges_two_incidents() -> None:
    """The older id lives on and names the other as alias, which says what it was merged into; nothing is counted twice."""
    told = region().story(
        detection(VIENNE, "02:00", ATTACKER),
        detection(BOURGOIN, "02:10", ATTACKER),
        detection(ANNECY, "03:00", SCANNER),
        detection(VALENCE, "03:10", SCANNER),
    )
    older, younger = (incident["id"] for incident in told.living)

    told.story(detection(ROANNE, "04:00", ATTACKER, SCANNER))

    assert (told.only["id"], told.only["aliases"]) == (older, [younger])
    assert told.incidents[younger]["merged_into"] == older
    assert told.only["detections"] == len(told.memberships) == 5
    assert told.only["why"]["only_link"]["entity"]["value"] == SCANNER
    told.assert_explained()


def test_what_comes_for_an_alias_goes_to_the_older() -> None:
    """After a merge, the younger's value leads to the older incident, through two merges too."""
    told = region().story(
        detection(VIENNE, "02:00", "203.0.113.1"),
        detection(BOURGOIN, "02:10", "203.0.113.1"),
        detection(ANNECY, "03:00", "203.0.113.2"),
        detection(VALENCE, "03:10", "203.0.113.2"),
        detection(ANNECY, "04:00", "203.0.113.3"),
        detection(VALENCE, "04:10", "203.0.113.3"),
        detection(ROANNE, "05:00", "203.0.113.2", "203.0.113.3"),
        detection(ROANNE, "05:10", "203.0.113.1", "203.0.113.2"),
        detection(ROANNE, "06:00", "203.0.113.3"),
    )

    assert told.only["detections"] == 9
    assert len(told.only["aliases"]) == 2
    told.assert_explained()


def test_sites_within_an_hour() -> None:
    """Two are not enough, the third starts it, repetition is silent, a fourth joins; a shadow detection is never a member."""
    told = region().story(counted(VIENNE, "02:00"), counted(BOURGOIN, "02:20"))
    assert told.incidents == {}

    told.story(counted(ANNECY, "03:00"))
    started = told.only["version"]
    assert told.only["sites"] == [BOURGOIN, VIENNE, ANNECY]
    assert told.only["detections"] == 1

    told.story(*(counted(number, "03:10") for number in (VIENNE, BOURGOIN, ANNECY)))
    assert told.only["version"] == started

    told.story(counted(VALENCE, "03:20"))
    assert told.only["version"] > started
    assert VALENCE in told.only["sites"]
    assert {body["kind"] for body in told.detections.values() if body["state"] == "on"} == {"sigma_correlation"}
    told.assert_explained()


def test_another_window_is_another_episode() -> None:
    """A day later the same three sites are another incident."""
    night = [VIENNE, BOURGOIN, ANNECY]
    told = region().story(*(counted(number, "02:00") for number in night), *(counted(number, "+1 02:00") for number in night))

    assert [incident["first_seen"][:10] for incident in told.living] == ["2026-01-31", "2026-02-01"]
    told.assert_explained()


def test_groups_are_counted_apart() -> None:
    """A correlation grouped by account needs the sites for one account."""
    told = region().story(counted(VIENNE, "02:00", by="a"), counted(BOURGOIN, "02:01", by="a"), counted(ANNECY, "02:02", by="b"))
    assert told.incidents == {}

    assert told.story(counted(ANNECY, "02:03", by="a")).only["sites"] == [BOURGOIN, VIENNE, ANNECY]


def test_late_matches_count_and_stop_nothing() -> None:
    """Matches that come a day late complete a window of an hour; the stream goes on after one that is later still."""
    told = region().story(
        counted(VIENNE, "02:00"),
        counted(VALENCE, "+1 02:00"),
        counted(BOURGOIN, "02:10"),
        counted(ANNECY, "02:20"),
        counted(ROANNE, "-30 02:00"),
        detection(VIENNE, "+1 03:00", ATTACKER),
        detection(BOURGOIN, "+1 03:01", ATTACKER),
    )

    assert [incident["sites"] for incident in told.living] == [[BOURGOIN, VIENNE, ANNECY], [BOURGOIN, VIENNE]]
    told.assert_explained()


def test_after_eight_days_nothing_is_remembered() -> None:
    """Records that nobody used are swept, and the same address is a new story."""
    told = region().story(detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:30", ATTACKER))
    before = set(told.memory)
    later = NIGHT + FORGET + 2 * SWEEP
    told.hear(Tick(now=later))

    assert before - set(told.memory) >= {f"value/ip:{ATTACKER}", f"incident/{told.only['id']}"}
    assert not [key for key in told.memory if key.startswith(("seen/", "host/", "held/"))]
    told.story(detection(ANNECY, later, ATTACKER))
    assert len(told.living) == 1


def test_a_value_outlives_its_first_detection_honestly() -> None:
    """Seen again, a value is remembered longer than what was first found about it; a link names only what is still known."""
    told = region().story(detection(ANNECY, "02:00", ATTACKER), detection(ANNECY, "+5 02:00", ATTACKER))
    told.hear(Tick(now=at("+9 02:00")))

    told.story(detection(BOURGOIN, "+6 02:00", ATTACKER))

    assert told.only["detections"] == 2
    assert told.only["first_seen"] == "2026-02-05T02:00:00.000000Z"
    told.assert_explained()


def test_what_came_before_the_first_tick_is_not_forgotten_by_it() -> None:
    """A worker that starts with a backlog hears the time last."""
    told = Told(Correlator(sites(), hold=timedelta(0)))
    told.hear(batch(detection(VIENNE, "02:00", ATTACKER)), Tick(now=at("03:00")))

    assert told.hear(batch(detection(BOURGOIN, "02:30", ATTACKER))).only["sites"] == [BOURGOIN, VIENNE]


def test_the_clock_never_goes_back() -> None:
    """Ticks of two workers that disagree do no harm."""
    told = region().hear(
        Tick(now=at("03:00")), batch(detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:00", ATTACKER))
    )
    told.hear(Tick(now=at("02:00")))
    assert told.incidents == {}

    assert told.hear(Tick(now=at("03:00") + SETTLE)).only["version"] == 1


def test_a_new_epoch_counts_from_the_start() -> None:
    """A re-imaged shipper begins again at position 0; what it sends is not taken for a replay."""
    told = region().hear(Tick(now=NIGHT), batch(detection(VIENNE, "02:00", ATTACKER), start=500))
    told.hear(batch(detection(BOURGOIN, "02:00", SCANNER), start=500), batch(detection(BOURGOIN, "02:00", ATTACKER), epoch="e2"))

    assert told.hear(Tick(now=NIGHT + SETTLE)).only["sites"] == [BOURGOIN, VIENNE]


def test_a_site_that_is_heard_of_is_not_missing() -> None:
    """An empty batch is a sign of life."""
    told = region().hear(Tick(now=NIGHT), *(batch(finess=number) for number in (VALENCE, ROANNE, ANNECY)))

    told.story(detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:00", ATTACKER))

    assert told.only["why"]["missing"] == []


def test_instants_of_the_story_are_plain() -> None:
    """The builders' clock reads as it is written."""
    assert at("+3 02:00") - at("02:00") == timedelta(days=3)
    assert at("02:10:30") == datetime.fromisoformat("2026-01-31T02:10:30+00:00")
