"""Opening, extending and merging."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from correlate import why
from correlate.bounds import LIMITS, Limits, cut
from correlate.incident import Evidence, Member, Region, extend, merge, open_with
from schemas.detection import Detection, Level
from schemas.incident import Example, Link, Reason, incident_id
from tests.builders import ANNECY, ATTACKER, BOURGOIN, NIGHT, SCANNER, VIENNE, detection, entity, many_sites

REGION = Region({}, ("no logs received from site 010000024",))


def evidence(*found: Detection, value: str = ATTACKER, signs: tuple[str, ...] = ()) -> Evidence:
    """These detections, tied by a value they all speak of."""
    shared = entity(value)
    sites = tuple(sorted({item.site for item in found}))
    return Evidence(
        tuple(Member(item, Reason.SHARED_ENTITY, (shared,), 1.0) for item in found),
        (Link(reason=Reason.SHARED_ENTITY, entity=shared, weight=1, sites=sites),),
        tuple(Example(site=item.site, detection_id=item.id, event_ids=item.event_ids, time=item.time) for item in found),
        signs,
    )


def at_both(minute: int = 0, value: str = ATTACKER, *, first: str = VIENNE, second: str = BOURGOIN) -> Evidence:
    """A detection at each of two hospitals, a minute apart."""
    moment = NIGHT + timedelta(minutes=minute)
    return evidence(detection(second, moment + timedelta(minutes=1), value), detection(first, moment, value), value=value)


def test_the_earliest_detection_opens() -> None:
    """The id is its, whatever the order it comes in; opened is when the last of them happened."""
    incident = open_with(at_both(), REGION)

    assert incident.id == incident_id(f"r1-{VIENNE}-31020000000000-{ATTACKER}")
    assert (incident.first_seen, incident.last_seen, incident.opened) == (NIGHT, *[NIGHT + timedelta(minutes=1)] * 2)
    assert (incident.version, incident.detections, incident.sites) == (1, 2, (BOURGOIN, VIENNE))
    assert incident.why.missing == REGION.missing
    assert incident.cross_site


def test_one_trust_domain_is_not_cross_site() -> None:
    """Two sites of one GHT, should they ever be tied, say so."""
    assert not open_with(at_both(), Region({VIENNE: "GHT", BOURGOIN: "GHT"})).cross_site


def test_more_members_are_more_versions() -> None:
    """The version counts members, so that a replay reaches the same one however they were grouped."""
    opened = open_with(at_both(), REGION)
    together = extend(opened, at_both(10), REGION)
    one = extend(opened, evidence(detection(VIENNE, NIGHT + timedelta(minutes=10), ATTACKER)), REGION)
    then_other = extend(one, evidence(detection(BOURGOIN, NIGHT + timedelta(minutes=11), ATTACKER)), REGION)

    assert together.version == then_other.version == 3
    assert together == then_other


def test_nothing_new_is_no_version() -> None:
    """Evidence without members that ties nothing new gives the incident back."""
    opened = open_with(at_both(), REGION)

    assert extend(opened, at_both()._replace(members=()), REGION) is opened


def test_a_new_site_on_a_link_is_a_version() -> None:
    """Though no member is new."""
    opened = open_with(at_both(), REGION)
    wider = evidence(detection(VIENNE, NIGHT, ATTACKER), detection(ANNECY, NIGHT, ATTACKER))._replace(members=())
    after = extend(opened, wider, REGION)

    assert (after.version, after.sites) == (2, (BOURGOIN, VIENNE, ANNECY))


def test_a_late_detection_moves_the_first_sight_not_the_id() -> None:
    """What happened before the opening amends the incident."""
    opened = open_with(at_both(), REGION)
    after = extend(opened, evidence(detection(VIENNE, NIGHT - timedelta(days=1), ATTACKER)), REGION)

    assert (after.id, after.opened) == (opened.id, opened.opened)
    assert after.first_seen == NIGHT - timedelta(days=1) == after.why.examples[1].time


def test_a_merge_keeps_the_older_and_all_that_is_known() -> None:
    """Counts, sites, values and signs of both; the younger is an alias that says so; each version grows."""
    older = open_with(at_both(), REGION)
    younger = open_with(at_both(60, SCANNER, first=ANNECY)._replace(signs=(why.FORGOTTEN,)), REGION)
    joined, alias = merge(older, younger, REGION)

    assert (joined.id, joined.aliases, joined.merged_into) == (older.id, (younger.id,), None)
    assert (alias.id, alias.merged_into, alias.version) == (younger.id, older.id, younger.version + 1)
    assert joined.version > max(older.version, younger.version)
    assert (joined.detections, joined.sites) == (4, (BOURGOIN, VIENNE, ANNECY))
    assert joined.why.missing == (*REGION.missing, why.FORGOTTEN)
    assert {link.entity.value for link in joined.why.links if link.entity} == {ATTACKER, SCANNER}
    assert [rule.count for rule in joined.why.rules] == [4]


def test_what_was_missing_is_no_longer_when_it_is_heard() -> None:
    """Data is told anew with each version; signs stay."""
    opened = open_with(at_both()._replace(signs=(why.HURRIED,)), REGION)

    assert extend(opened, at_both(10), Region({})).why.missing == (why.HURRIED,)


def test_a_flood_of_rules_does_not_hide_the_worst() -> None:
    """Far more rules than are listed: severity stays, the cut is said, and all members are counted."""
    incident = open_with(
        evidence(detection(VIENNE, NIGHT, ATTACKER, level=Level.CRITICAL), detection(BOURGOIN, NIGHT, ATTACKER)), REGION
    )
    flood = [
        detection(VIENNE, NIGHT + timedelta(seconds=n), ATTACKER, rule=f"noise{n}", level=Level.LOW)
        for n in range(3 * LIMITS.rules)
    ]
    for item in flood:
        incident = extend(incident, evidence(item, item), REGION)

    assert incident.severity is Level.CRITICAL
    assert len(incident.why.rules) == LIMITS.rules
    assert why.CUT in incident.why.missing
    assert incident.detections == 2 + 2 * len(flood)


@given(st.lists(st.tuples(st.sampled_from(many_sites(6)), st.sampled_from(many_sites(6)), st.integers(0, 9)), max_size=40))
def test_every_site_keeps_a_link_and_an_example(ties: list[tuple[str, str, int]]) -> None:
    """Whatever is cut, at any limit, what the incident rests on is not."""
    incident = open_with(at_both(), REGION)
    for place, (one, other, value) in enumerate(ties):
        moment = NIGHT + timedelta(minutes=place)
        known = f"203.0.113.{value}"
        incident = extend(
            incident,
            evidence(
                detection(one, moment, known), detection(VIENNE, moment, known), detection(other, moment, known), value=known
            ),
            REGION,
        )
    small = cut(incident, Limits(1, 1, 1, 1, 1, 1))

    assert {site for link in small.why.links for site in link.sites} == set(small.sites)
    assert [example.site for example in small.why.examples] == list(small.sites)
    assert small.why.only_link == incident.why.only_link
