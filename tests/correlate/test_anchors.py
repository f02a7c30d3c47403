"""The same machines on the same night: what a count of sites has to do with an intrusion it shares no value with."""

from correlate.anchors import NEAR, Place, holders, incident_at, places_of
from correlate.anchors import hold as hold_places
from correlate.stage import Correlator
from schemas.detection import Group, Level
from tests.builders import (
    ANNECY,
    ATTACKER,
    BOURGOIN,
    NAMES,
    NIGHT,
    SCANNER,
    VIENNE,
    Told,
    Within,
    counted,
    detection,
    region,
    sites,
)


def test_a_count_of_sites_joins_the_intrusion_on_the_same_hosts() -> None:
    """An address ties two hospitals; the end of it is counted on the same two machines: one incident, and it says so."""
    told = Told(Correlator(sites(), (Within(threshold=2),))).story(
        detection(VIENNE, "02:00", ATTACKER, "host:srv1"),
        detection(BOURGOIN, "02:10", ATTACKER, "host:pc7"),
        counted(VIENNE, "04:00", "host:srv1"),
        counted(BOURGOIN, "04:30", "host:pc7"),
    )

    assert [link["reason"] for link in told.only["why"]["links"]] == ["same_hosts", "shared_entity", "sites_within"]
    told.assert_explained()


def test_the_same_hosts_are_a_reason_only_where_they_join_something() -> None:
    """Of an incident that its address alone holds together, the address is the only link."""
    told = region().story(
        *(detection(number, f"0{hour}:00", ATTACKER, f"host:pc-{number}") for hour in (2, 3) for number in (VIENNE, BOURGOIN))
    )

    assert [link["reason"] for link in told.only["why"]["links"]] == ["shared_entity"]
    assert told.only["why"]["only_link"] == told.only["why"]["links"][0]
    told.assert_explained()


def test_one_host_is_not_enough() -> None:
    """A gateway that every attacker meets joins nothing."""
    told = region().story(
        detection(VIENNE, "02:00", ATTACKER, "host:gateway"),
        detection(BOURGOIN, "02:10", ATTACKER, "host:pc7"),
        detection(VIENNE, "02:20", SCANNER, "host:gateway"),
        detection(ANNECY, "02:30", SCANNER, "host:pc9"),
    )

    assert len(told.living) == 2
    told.assert_explained()


def test_two_attackers_on_the_same_hosts_stay_apart() -> None:
    """Each of the two incidents has a value of its own; the gateways of two hospitals meet every attacker."""
    told = region().story(
        *(
            detection(number, f"02:{minute}0", value, f"host:gateway-{number}")
            for minute, value in enumerate((ATTACKER, SCANNER))
            for number in (VIENNE, BOURGOIN)
        )
    )

    assert [link["entity"]["value"] for incident in told.living for link in incident["why"]["links"]] == [ATTACKER, SCANNER]
    told.assert_explained()


def test_an_intruder_who_changes_servers_is_one() -> None:
    """Another address on the same machines inside two hospitals, hours later: one matter, and the hosts say why."""
    told = region().story(
        *(
            detection(number, f"0{hour}:00", value, f"host:srv-{number}", tactics=("command-and-control",))
            for hour, value in ((2, ATTACKER), (5, SCANNER))
            for number in (VIENNE, BOURGOIN)
        )
    )

    assert [link["reason"] for link in told.only["why"]["links"]] == ["same_hosts", "shared_entity", "shared_entity"]
    told.assert_explained()


def test_what_is_everywhere_swallows_nothing() -> None:
    """One value at five hospitals, another on the same machines of two of them: two of five are too few to be the same matter."""
    told = region().story(
        *(detection(number, "02:00", SCANNER, f"host:srv-{number}", tactics=("execution",)) for number in NAMES),
        *(detection(number, "03:00", ATTACKER, f"host:srv-{number}", tactics=("execution",)) for number in (VIENNE, BOURGOIN)),
    )

    assert [len(incident["sites"]) for incident in told.living] == [5, 2]
    told.assert_explained()


def test_a_count_joins_the_one_incident_at_its_sites() -> None:
    """Other machines, no value in common, the same two hospitals within hours: one night, and the weaker link says so."""
    told = Told(Correlator(sites(), (Within(threshold=2),))).story(
        *(detection(number, "02:00", ATTACKER, f"host:pc-{number}") for number in (VIENNE, BOURGOIN)),
        *(counted(number, "04:00", f"host:ad-{number}") for number in (VIENNE, BOURGOIN)),
    )

    assert [(link["reason"], link["weight"]) for link in told.only["why"]["links"]][-1] == ("same_sites", 0.5)
    told.assert_explained()


def test_a_count_joins_neither_of_two_incidents_at_its_sites() -> None:
    """Where two matters could be meant, none is: the count stays by itself."""
    told = Told(Correlator(sites(), (Within(threshold=2),))).story(
        *(
            detection(number, f"02:{minute}0", value, f"host:pc{minute}-{number}")
            for minute, value in enumerate((ATTACKER, SCANNER))
            for number in (VIENNE, BOURGOIN)
        ),
        *(counted(number, "04:00", f"host:ad-{number}") for number in (VIENNE, BOURGOIN)),
    )

    assert len(told.living) == 3
    told.assert_explained()


def test_an_intrusion_joins_the_count_that_came_first() -> None:
    """The other way round: the end is seen before the address that explains it."""
    told = Told(Correlator(sites(), (Within(threshold=2),))).story(
        counted(VIENNE, "02:00", "host:srv1"),
        counted(BOURGOIN, "02:30", "host:pc7"),
        detection(VIENNE, "04:00", ATTACKER, "host:srv1"),
        detection(BOURGOIN, "04:10", ATTACKER, "host:pc7"),
    )

    assert told.only["why"]["only_link"] is None
    told.assert_explained()


def test_a_host_is_held_for_a_day() -> None:
    """Beyond that the same machine is no sign of the same night."""
    memory: dict[str, bytes] = {}
    (place,) = places_of(detection(VIENNE, NIGHT, "host:srv1"), VIENNE)
    hold_places(memory, [place], "i1", NIGHT)
    (later,) = places_of(detection(VIENNE, NIGHT + NEAR, "host:srv1"), VIENNE)
    (too_late,) = places_of(detection(VIENNE, NIGHT + 2 * NEAR, "host:srv1"), VIENNE)

    assert incident_at(memory, later) == "i1"
    assert incident_at(memory, too_late) is None


def test_a_host_has_its_trust_domain_in_its_name() -> None:
    """Two hospitals' ``srv-ad01`` are two machines; two sites of one GHT have one."""
    memory: dict[str, bytes] = {}
    hold_places(memory, places_of(detection(VIENNE, NIGHT, "host:srv-ad01"), "GHT"), "i1", NIGHT)
    (elsewhere,) = places_of(detection(ANNECY, NIGHT, "host:srv-ad01"), ANNECY)
    (shared,) = places_of(detection(BOURGOIN, NIGHT, "host:srv-ad01"), "GHT")

    assert incident_at(memory, elsewhere) is None
    assert incident_at(memory, shared) == "i1"


def test_two_hosts_of_one_trust_domain_are_not_enough() -> None:
    """Two trust domains are; the sites are named in order."""
    here, also_here, there = (Place(domain, site, "h", 0) for domain, site in (("G", VIENNE), ("G", BOURGOIN), ("A", ANNECY)))

    assert holders([here, also_here], lambda _: "i1") == {}
    assert holders([here, there], lambda _: "i1") == {"i1": (VIENNE, ANNECY)}
    assert holders([here, there], lambda place: place.trust_domain) == {}


def test_a_count_of_what_is_in_an_incident_is_part_of_it() -> None:
    """Two incidents at the same two hospitals; the count is about the detections of the second, and joins that one."""
    group = (Group(correlation="c1", value=VIENNE),), (Group(correlation="c1", value=BOURGOIN),)
    told = Told(Correlator(sites(), (Within(threshold=2),))).story(
        *(detection(number, "02:00", ATTACKER, f"host:pc-{number}") for number in (VIENNE, BOURGOIN)),
        detection(VIENNE, "03:00", SCANNER, groups=group[0]),
        detection(BOURGOIN, "03:30", SCANNER, groups=group[1]),
    )

    assert [incident["detections"] for incident in told.living] == [2, 3]
    assert [link["reason"] for link in told.living[1]["why"]["links"]] == ["shared_entity", "sites_within"]
    told.assert_explained()


def test_two_matters_at_the_same_three_hospitals_are_one() -> None:
    """Two values, other machines, the same three hospitals within hours: no two attackers have that in common by chance."""
    told = region().story(
        *(
            detection(number, f"0{hour}:00", value, f"host:pc{hour}-{number}")
            for hour, value in ((2, ATTACKER), (4, SCANNER))
            for number in (VIENNE, BOURGOIN, ANNECY)
        )
    )

    assert told.only["sites"] == sorted([VIENNE, BOURGOIN, ANNECY])
    told.assert_explained()


def test_the_way_in_belongs_to_what_nobody_doubts() -> None:
    """Entered at 02:00 from an address that nothing else has; at 03:00 a critical rule matches at the same two: one night."""
    told = region().story(
        *(detection(number, "02:00", SCANNER, techniques=("T1133",)) for number in (VIENNE, BOURGOIN)),
        *(
            detection(number, f"03:{minute}0", ATTACKER, f"host:pc-{number}", level=Level.CRITICAL, techniques=("T1486",))
            for minute in (0, 1)
            for number in (VIENNE, BOURGOIN)
        ),
    )

    assert told.only["detections"] == 6
    told.assert_explained()


def test_a_way_in_alone_joins_no_doubtful_matter() -> None:
    """Without a critical rule, another address at the same two hospitals may be anybody."""
    told = region().story(
        *(detection(number, "02:00", SCANNER, techniques=("T1133",)) for number in (VIENNE, BOURGOIN)),
        *(detection(number, "03:00", ATTACKER, f"host:pc-{number}", techniques=("T1059",)) for number in (VIENNE, BOURGOIN)),
    )

    assert len(told.living) == 2
