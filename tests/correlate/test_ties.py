"""What one detection ties, and how much of it is remembered when somebody makes as much of it as he can."""

from datetime import timedelta

import pytest

from correlate import record, why
from correlate.entities import MAX_ENTITIES, entities_of
from correlate.guards import Guards
from correlate.sightings import MAX_PER_SITE
from correlate.stage import Correlator
from correlate.ties import Tie, Ties
from schemas.detection import Detection, Group, Level, State
from schemas.ids import digest
from schemas.incident import Reason
from schemas.tick import Tick
from tests.builders import (
    ANNECY,
    ATTACKER,
    BOURGOIN,
    NIGHT,
    SCANNER,
    VIENNE,
    Told,
    Within,
    batch,
    counted,
    detection,
    many_sites,
    region,
    sites,
)

SECOND = timedelta(seconds=1)


class Night:
    """Ties over one memory."""

    def __init__(self, *rules: Within) -> None:
        self.memory: dict[str, bytes] = {}
        self._ties = Ties({}, {rule.id: rule for rule in rules}, Guards(), {})

    def of(self, *found: Detection) -> list[Tie]:
        """All that these tie, in order."""
        return [tie for item in found for tie in self._ties.of(self.memory, item, NIGHT) if isinstance(tie, Tie)]


def test_a_shared_value_ties_all_who_spoke_of_it() -> None:
    """Members with the value that ties them, the link with its sites, an example of each."""
    first, second = detection(VIENNE, "02:00", ATTACKER, "10.0.0.1"), detection(BOURGOIN, "02:10", ATTACKER, SCANNER)
    (tie,) = Night().of(first, second)

    assert tie.names == (first.id, second.id)
    assert [(member.detection, [item.value for item in member.entities]) for member in tie.evidence.members] == [
        (first, [ATTACKER]),
        (second, [ATTACKER]),
    ]
    assert [(link.reason, link.sites) for link in tie.evidence.links] == [(Reason.SHARED_ENTITY, (BOURGOIN, VIENNE))]
    assert [example.event_ids for example in tie.evidence.examples] == [first.event_ids, second.event_ids]


def test_several_values_are_one_tie() -> None:
    """One detection that shares two values with two others joins them."""
    (tie,) = Night().of(
        detection(VIENNE, "02:00", ATTACKER), detection(BOURGOIN, "02:00", SCANNER), detection(ANNECY, "02:10", ATTACKER, SCANNER)
    )

    assert len(tie.names) == len(tie.evidence.members) == 3
    assert [link.sites for link in tie.evidence.links] == [(VIENNE, ANNECY), (BOURGOIN, ANNECY)]


@pytest.mark.parametrize("values", [(), ("10.0.0.1", "host:srv")])
def test_a_detection_without_a_linking_value_leaves_no_trace(values: tuple[str, ...]) -> None:
    """Nothing can join it, so nothing is remembered but that the rule matched on that day."""
    night = Night()

    assert night.of(detection(VIENNE, "02:00", *values), detection(BOURGOIN, "02:00", *values)) == []
    assert sorted(night.memory) == ["usual-since", "usual/r1"]


def test_a_shadow_detection_ties_no_values() -> None:
    """It counts for its correlation and for nothing else."""
    night = Night(Within(threshold=2))
    ties = night.of(counted(VIENNE, "02:00", ATTACKER), counted(BOURGOIN, "02:00", ATTACKER))

    (tie,) = ties
    assert tie.raised is not None
    assert [member.detection for member in tie.evidence.members] == [tie.raised]
    assert not [key for key in night.memory if key.startswith("value/")]


def test_a_correlation_raises_a_detection_of_its_own() -> None:
    """With the rule's name, level and techniques, the sites, and every event that was counted."""
    one, other = counted(VIENNE, "02:00"), counted(BOURGOIN, "02:10")
    (tie,) = Night(Within(threshold=2)).of(one, other)
    raised = tie.raised

    assert raised is not None
    assert (raised.rule_id, raised.level, raised.techniques, raised.state) == ("c1", Level.CRITICAL, ("T1490",), State.ON)
    assert (raised.sites, raised.site, raised.time) == ((BOURGOIN, VIENNE), BOURGOIN, other.time)
    assert raised.event_ids == (*one.event_ids, *other.event_ids)
    assert [example.detection_id for example in tie.evidence.examples] == [one.id, other.id]


def test_two_correlations_that_begin_with_the_same_match_are_one_story() -> None:
    """Two rules over the same matches raise two detections of one incident."""
    told = Told(Correlator(sites(), (Within("c1", threshold=2), Within("c2", threshold=2))))
    for number in (VIENNE, BOURGOIN):
        groups = [Group(correlation=name, value=number) for name in ("c1", "c2")]
        told.story(detection(number, NIGHT, state=State.SHADOW, groups=groups))

    assert [rule["id"] for rule in told.only["why"]["rules"]] == ["c1", "c2"]
    told.assert_explained()


def test_an_unknown_correlation_is_not_counted() -> None:
    """A rule that was taken away meanwhile leaves its groups behind."""
    assert Night().of(counted(VIENNE, "02:00"), counted(BOURGOIN, "02:00")) == []


def largest(told: Told) -> int:
    """Bytes of the largest record."""
    return max(len(data) for data in told.memory.values())


def test_ten_thousand_from_one_noisy_site_stay_small_and_say_so() -> None:
    """Each record below its bound; the incident that comes of it has the kept ones and says that some are not members."""
    told = region().hear(Tick(now=NIGHT))
    for start in range(0, 10_000, 200):
        found = (detection(VIENNE, NIGHT + n * SECOND, ATTACKER, name=digest(n)) for n in range(start, start + 200))
        told.hear(batch(*found, start=start), Tick(now=NIGHT + (start + 205) * SECOND))
        assert largest(told) < record.MAX_STATE
    told.story(detection(BOURGOIN, NIGHT + 10_000 * SECOND, ATTACKER))

    assert told.only["detections"] == MAX_PER_SITE + 1
    assert why.FORGOTTEN in told.only["why"]["missing"]
    assert told.only["first_seen"] == "2026-01-31T02:00:00.000000Z"
    told.assert_explained()


def test_a_flood_at_two_sites_is_all_in_the_incident() -> None:
    """Once tied, every further one is a member; the incident lists some and counts all."""
    told = region().hear(Tick(now=NIGHT))
    for part in range(20):
        for number in (VIENNE, BOURGOIN):
            found = (detection(number, NIGHT + n * SECOND, ATTACKER) for n in range(part * 50, part * 50 + 50))
            told.hear(batch(*found, start=part * 50))
        told.hear(Tick(now=NIGHT + (part * 50 + 60) * SECOND))

    assert told.only["detections"] == len(told.memberships) == 2000
    assert why.FORGOTTEN not in told.only["why"]["missing"]
    assert len(told.only["detection_ids"]) == 500
    assert largest(told) < record.MAX_STATE
    told.assert_explained()


def test_more_at_once_than_can_be_held_is_said() -> None:
    """A burst beyond the queue is heard early, in order, and the incident says that the order may be another."""
    told = region().hear(Tick(now=NIGHT))
    told.hear(batch(*(detection(VIENNE, NIGHT + n * SECOND, ATTACKER, name=digest(n)) for n in range(1000)), start=0))
    told.hear(batch(*(detection(BOURGOIN, NIGHT + n * SECOND, ATTACKER) for n in range(1000)), start=0))

    assert why.HURRIED in told.only["why"]["missing"]
    told.hear(Tick(now=NIGHT + timedelta(hours=1)))
    told.assert_explained()


def test_an_event_with_a_thousand_domains_ties_no_more_than_its_bound() -> None:
    """The same line at two hospitals: one incident, as many links as an event may have entities, every record small."""
    entities = entities_of({"dns.question.name": [f"d{n}.com" for n in range(1000)], "host.name": "pc"})
    found = [detection(number, NIGHT).model_copy(update={"entities": entities}) for number in (VIENNE, BOURGOIN)]
    told = region().story(*found)

    assert len(told.only["why"]["links"]) == MAX_ENTITIES
    assert told.only["why"]["only_link"] is None
    assert largest(told) < record.MAX_STATE
    told.assert_explained()


def test_hundreds_of_shared_values_stay_one_small_incident() -> None:
    """Forty lines with thirty values each, of the greatest length, at three hospitals: bounded, said so, and still explained."""
    told = region()
    for line in range(40):
        urls = [f"url:https://d{line}-{n}.com/{''.join(digest(line, n, part) for part in range(15))}" for n in range(30)]
        told.story(*(detection(number, NIGHT, ATTACKER, *urls, name=f"{number}-{line}") for number in (VIENNE, BOURGOIN, ANNECY)))

    assert told.only["detections"] == 120
    assert why.CUT in told.only["why"]["missing"]
    assert largest(told) < record.MAX_STATE
    told.assert_explained()


def test_a_whole_region_under_attack_stays_small() -> None:
    """Two hundred hospitals, one address, one counted rule: each record below its bound, the incident complete."""
    numbers = many_sites(200)
    told = region(*sites(*numbers)).hear(Tick(now=NIGHT))
    for place, number in enumerate(numbers):
        moment = NIGHT + place * SECOND
        told.hear(
            batch(detection(number, moment, ATTACKER, "host:a"), counted(number, moment, "host:a", "host:b"), finess=number)
        )
    told.hear(Tick(now=NIGHT + timedelta(hours=1)))

    assert told.only["sites"] == sorted(numbers)
    assert told.only["why"]["missing"] == []
    assert largest(told) < record.MAX_STATE
    told.assert_explained()
