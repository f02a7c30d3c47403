"""What each reader may know of an incident, and the proof that a hospital can know no more."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.detection import Entity, Level
from schemas.incident import Example, Incident, Link, Reason, RuleCount, Why
from schemas.projection import FLOOR, Reader, project, public_value
from schemas.site import Contact, Site

WHEN = datetime(2026, 1, 31, 2, 5, tzinfo=UTC)
NAMES = ("CH de Valmor", "Clinique des Alpages", "CHU Grandville", "EHPAD Les Tilleuls", "CH Saint-Éloi", "Hôpital du Lac")
FINESS = tuple(f"38000000{number}" for number in range(1, 1 + len(NAMES)))
SITES = {
    finess: Site(
        finess=finess,
        name=name,
        exits=(f"198.51.100.{16 * number}/28",),
        contacts=(Contact(role="rssi", name="R", email=f"rssi@hopital{number}.fr"),),
    )
    for number, (finess, name) in enumerate(zip(FINESS, NAMES, strict=True), start=1)
}
OWN, OTHER = FINESS[0], FINESS[1]
HOST, USER = Entity(kind="host", value="srv-ad01"), Entity(kind="user", value="jmartin")


def incident(*sites: str, entities: tuple[Entity, ...] = (), **why: object) -> Incident:
    """An incident of these sites; each entity links them all."""
    facts: dict[str, object] = {
        "rules": (RuleCount(id="r1", name="Mimikatz Use", level=Level.HIGH, count=7),),
        "links": tuple(Link(reason=Reason.SHARED_ENTITY, entity=entity, weight=1, sites=sites) for entity in entities)
        or (Link(reason=Reason.SITES_WITHIN, rule_id="r1", weight=1, sites=sites),),
        "examples": tuple(Example(site=site, detection_id=f"d{site[-1]}", event_ids=("e",), time=WHEN) for site in sites),
        "baseline": "2026-01-30",
    }
    return Incident(
        id="a" * 32,
        version=1,
        sites=sites,
        trust_domains=sites,
        first_seen=WHEN,
        last_seen=WHEN,
        opened=WHEN,
        severity=Level.HIGH,
        score=80,
        detections=7,
        detection_ids=("d1",),
        entities=(*entities, HOST, USER),
        why=Why.model_validate({**facts, **why}),
    )


def test_the_region_sees_all() -> None:
    """Every name, every entity, every example, in clear."""
    known = incident(*FINESS[:3], entities=(Entity(kind="ip", value="203.0.113.7"), HOST))
    view = project(known, Reader(), SITES)
    assert view.names == NAMES[:3]
    assert (view.others, view.detections, view.score) == (3, 7, 80)
    assert view.entities == known.entities
    assert view.examples == known.why.examples
    assert [(shown.value, shown.sites) for shown in view.indicators] == [("203.0.113.7", FINESS[:3]), ("srv-ad01", FINESS[:3])]


def test_a_hospital_sees_its_own_part() -> None:
    """Its name, its example, and the public indicators with whether they were seen at its own place."""
    links = (
        Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind="ip", value="203.0.113.7"), weight=1, sites=FINESS[:2]),
        Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind="domain", value="evil.example"), weight=1, sites=FINESS[1:3]),
    )
    view = project(incident(*FINESS[:3], links=links), Reader(site=OWN), SITES)
    assert (view.hit, view.names, view.since) == (True, ("CH de Valmor",), WHEN)
    assert [example.detection_id for example in view.examples] == ["d1"]
    assert [(shown.value, shown.here, shown.sites) for shown in view.indicators] == [
        ("203.0.113.7", True, ()),
        ("evil.example", False, ()),
    ]
    assert (view.entities, view.detections, view.score, view.until) == ((), None, None, None)


@pytest.mark.parametrize(("hit", "others"), [(1, 0), (2, None), (FLOOR, None), (FLOOR + 1, FLOOR), (6, 5)])
def test_the_floor(hit: int, others: int | None) -> None:
    """The other hospitals are counted from the floor on; below it they only exist."""
    assert project(incident(*FINESS[:hit]), Reader(site=OWN), SITES).others == others


def test_a_hospital_that_is_not_hit() -> None:
    """It learns that others are hit, and what to look for."""
    view = project(incident(*FINESS[1:], entities=(Entity(kind="domain", value="evil.example"),)), Reader(site=OWN), SITES)
    assert (view.hit, view.names, view.others, view.examples, view.since) == (False, (), 5, (), None)
    assert [(shown.value, shown.here) for shown in view.indicators] == [("evil.example", False)]


@pytest.mark.parametrize(
    "telling",
    [
        Entity(kind="host", value="srv-ad01"),
        Entity(kind="ip", value="10.10.10.5"),
        Entity(kind="ip", value="::ffff:192.168.1.1"),
        Entity(kind="ip", value="198.51.100.33"),
        Entity(kind="domain", value="srv01.chu.local"),
        Entity(kind="domain", value="intranet"),
        Entity(kind="url", value="http://10.1.2.3/x"),
        Entity(kind="url", value="https://evil.example/gate/192.168.4.7"),
        Entity(kind="url", value="https://evil.example/clinique-des-alpages/380000002"),
        Entity(kind="email", value="compta@hopital2.fr"),
        Entity(kind="email", value="root@srv01"),
        Entity(kind="hash", value="jmartin"),
        Entity(kind="supplier", value="380000002"),
    ],
)
def test_a_value_that_tells_is_withheld(telling: Entity) -> None:
    """Internal values, another's exit, mail domain, name or number are not shown; that something is withheld is."""
    view = project(incident(*FINESS[:2], entities=(telling,)), Reader(site=OWN), SITES)
    assert (view.indicators, view.withheld) == ((), True)


def test_the_readers_own_mail_domain_is_no_secret() -> None:
    """A value that speaks of the reader itself stays."""
    view = project(incident(*FINESS[:2], entities=(Entity(kind="email", value="boss@hopital1.fr"),)), Reader(site=OWN), SITES)
    assert [shown.value for shown in view.indicators] == ["boss@hopital1.fr"]


@pytest.mark.parametrize(
    ("entity", "shown"),
    [
        (Entity(kind="url", value="https://bob:secret@evil.example:8443/a?user=jmartin#x"), "https://evil.example:8443/a"),
        (Entity(kind="url", value="ldap://203.0.113.7:1389/Exploit"), "ldap://203.0.113.7:1389/Exploit"),
        (Entity(kind="ip", value="2001:db8::7"), "2001:db8::7"),
        (Entity(kind="hash", value="d41d8cd98f00b204e9800998ecf8427e"), "d41d8cd98f00b204e9800998ecf8427e"),
        (Entity(kind="domain", value="evil\u202e.example"), None),
        (Entity(kind="domain", value="evil.example\n"), None),
        (Entity(kind="domain", value="10.10.10.5.evil.example"), None),
        (Entity(kind="domain", value="203.0.113.7.evil.example"), "203.0.113.7.evil.example"),
        (Entity(kind="email", value="a b@evil.example"), None),
    ],
)
def test_public_values(entity: Entity, shown: str | None) -> None:
    """What is public by its shape passes, a URL without credentials and query; anything else does not."""
    assert public_value(entity) == shown


def _around(secret: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A secret alone, or inside a text, a URL, a domain or a mail address."""
    shapes = st.sampled_from(
        ["{}", "seen at {} today", "https://evil.example/{}/x", "{}.evil.example", "x@{}.example", "http://{}/", "a_{}"]
    )
    return st.builds(lambda shape, value, upper: shape.format(value.upper() if upper else value), shapes, secret, st.booleans())


SECRETS = st.sampled_from(
    [*FINESS[1:], *NAMES[1:], "srv-ad01", "jmartin", "10.10.10.5", "192.168.4.7", "hopital3.fr", "198.51.100.35"],
)
VALUES = st.one_of(_around(SECRETS), st.text(max_size=20), st.sampled_from(["203.0.113.7", "evil.example", "a" * 32]))
KINDS = st.sampled_from(["ip", "domain", "url", "hash", "email", "host", "user", "other"])
NEVER = [*FINESS[1:], *NAMES[1:], "10.10.10.5", "192.168.4.7", "hopital3.fr", "198.51.100.35"]


@example(sites=list(FINESS), entities=[("domain", "198.51.100.35.evil.example")], rules=["Mimikatz Use"], missing=[])
@given(
    sites=st.sets(st.sampled_from(FINESS), min_size=1).map(sorted),
    entities=st.lists(st.tuples(KINDS, VALUES), max_size=6),
    rules=st.lists(_around(st.sampled_from([*FINESS[1:], *NAMES[1:]])) | st.just("Mimikatz Use"), min_size=1, max_size=3),
    missing=st.lists(_around(st.sampled_from([*FINESS[1:], *NAMES[1:]])), max_size=3),
)
def test_nothing_of_another_hospital_passes(
    sites: list[str], entities: list[tuple[str, str]], rules: list[str], missing: list[str]
) -> None:
    """For any incident: no other's number, name, mail domain or exit, no internal address, no host or user, no count below the floor."""
    known = incident(
        *sites,
        entities=tuple(Entity(kind=kind, value=value) for kind, value in entities),
        rules=tuple(RuleCount(id="r", name=name, level=Level.LOW, count=918273645) for name in rules),
        missing=tuple(missing),
    )
    view = project(known, Reader(site=OWN), SITES)
    text = view.model_dump_json().casefold()
    assert [secret for secret in NEVER if secret.casefold() in text] == []
    assert {shown.kind for shown in view.indicators} <= {"ip", "domain", "url", "hash", "email"}
    assert "918273645" not in text
    assert view.others is None or view.others == 0 or view.others >= FLOOR


def test_a_site_the_registry_does_not_know() -> None:
    """An unknown establishment is shown by number to the region, and stays hidden from the others."""
    known = incident(OWN, "999999999", missing=("no data from 999999999",))
    assert project(known, Reader(), SITES).names == ("CH de Valmor", "999999999")
    assert "999999999" not in project(known, Reader(site=OWN), SITES).model_dump_json()


def test_an_exit_that_is_no_network_is_passed_over() -> None:
    """A mistake in one site's declaration does not stop the projection."""
    sites = {**SITES, OTHER: SITES[OTHER].model_copy(update={"exits": ("proxy.hopital2.fr",)})}
    assert project(incident(OWN, OTHER), Reader(site=OWN), sites).hit
