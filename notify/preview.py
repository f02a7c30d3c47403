"""Every kind of mail, about an incident that never happened: to look at before a night that needs them.

Nobody in it exists: FINESS numbers of département 99, addresses of RFC 5737, domains of RFC 2606, hashes of nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from notify.ladder import Planned, step
from notify.memory import Ladder
from notify.policy import default_policy
from notify.region import Desk, Region
from notify.render import plan_notice
from schemas.act import Act, Deed
from schemas.detection import Entity, Level
from schemas.incident import Example, Incident, Link, Reason, RuleCount, Why
from schemas.notice import Notice
from schemas.site import Contact, Finess, Site
from schemas.tick import Tick

SITES: dict[Finess, str] = {
    "990000100": "CHU de Valmont",
    "990000118": "CH de Brévanes",
    "990000126": "CH de Roche-Ancery",
    "990000134": "Clinique des Tilleuls",
    "990000142": "EHPAD de Roselm",
}
FIRST, SECOND, THIRD, FOURTH, LAST = SITES
NIGHT = datetime(2026, 1, 31, 2, 10, tzinfo=UTC)
"""A Saturday, ten past three in Paris."""

POLICY = default_policy()

_ID = "3f9a1c2b" + "0" * 24
_RULES = (
    RuleCount(id="r1", name="Means of recovery destroyed", level=Level.CRITICAL, count=3),
    RuleCount(id="r2", name="SSH password login from a public address", level=Level.HIGH, count=4),
)
_LINKS = (
    Entity(kind="ip", value="203.0.113.77"),
    Entity(kind="domain", value="update-cdn.example"),
    Entity(kind="hash", value="a3" * 32),
)
_MISSING = ("no EDR logs for 40 minutes",)


class Specimen(NamedTuple):
    """One mail; ``name`` says what it is of, such as ``new_region.fr``."""

    name: str
    notice: Notice


def specimens(language: str) -> Iterator[Specimen]:
    """Each kind of mail once, in this language (``fr`` or ``en``)."""
    region = _region(language)
    for name, address, plans in _stories(region):
        plan = next(plan for plan in plans if plan.contact.email == address)
        yield Specimen(f"{name}.{language}", plan_notice(plan, region))


def _stories(region: Region) -> Iterator[tuple[str, str, tuple[Planned, ...]]]:
    """The name of a mail, who gets it, and what was planned at its moment."""
    first = _told(region, None, _incident(*SITES), 0)
    yield "new_region", "grades@region.example", first.plans
    yield "new_hospital", f"astreinte@{FIRST}.example", first.plans
    two = _told(region, None, _incident(FIRST, SECOND, missing=_MISSING), 0)
    second = _told(region, two.state, None, 15)
    yield "no_answer_region", "grades@region.example", second.plans
    yield "no_answer_hospital", f"rssi@{FIRST}.example", second.plans
    yield "asked_as_well", "cert-sante@region.example", _told(region, second.state, None, 30).plans
    taken = Act(incident_id=_ID, deed=Deed.ACKNOWLEDGE, by="Mme Berthier", at=NIGHT + timedelta(minutes=5))
    state, _ = step(_told(region, None, _incident(FIRST, SECOND, THIRD, FOURTH), 0).state, taken, region, POLICY)
    joined = _told(region, state, _incident(*SITES, version=2), 40)
    yield "one_more_site_hospital", f"astreinte@{LAST}.example", joined.plans
    silent = region.model_copy(update={"sites": {**region.sites, LAST: Site(finess=LAST, name=SITES[LAST])}})
    yield "one_more_site_region", "grades@region.example", _told(silent, state, _incident(*SITES, version=2), 40).plans


class _Moment(NamedTuple):
    state: Ladder | None
    plans: tuple[Planned, ...]


def _told(region: Region, state: Ladder | None, known: Incident | None, minutes: int) -> _Moment:
    """What is planned so many minutes into the night, when this version of the incident is known."""
    if known:
        state, _ = step(state, known, region, POLICY)
    return _Moment(*step(state, Tick(now=NIGHT + timedelta(minutes=minutes)), region, POLICY))


def _region(language: str) -> Region:
    def contact(role: str, name: str, domain: str) -> Contact:
        return Contact(role=role, name=name, email=f"{role}@{domain}.example", language=language)

    people = (("astreinte", "Astreinte informatique"), ("rssi", "RSSI"))
    sites = {
        finess: Site(finess=finess, name=name, contacts=tuple(contact(role, title, finess) for role, title in people))
        for finess, name in SITES.items()
    }
    contacts = (contact("grades", "Astreinte GRADeS", "region"), contact("cert-sante", "CERT Santé", "region"))
    return Region(sites=sites, contacts=contacts, desk=Desk(name="le pupitre régional", phone="04 65 71 00 15"))


def _incident(*sites: Finess, version: int = 1, missing: tuple[str, ...] = ()) -> Incident:
    seen = NIGHT - timedelta(minutes=5)
    why = Why(
        rules=_RULES,
        links=tuple(Link(reason=Reason.SHARED_ENTITY, entity=entity, weight=1, sites=sites) for entity in _LINKS),
        examples=tuple(Example(site=site, detection_id=f"d-{site}", event_ids=(f"e-{site}",), time=seen) for site in sites),
        baseline="2026-01-30",
        missing=missing,
    )
    return Incident(
        id=_ID,
        version=version,
        sites=sites,
        trust_domains=sites,
        first_seen=seen,
        last_seen=seen + timedelta(minutes=4),
        opened=seen,
        severity=Level.CRITICAL,
        score=87,
        detections=2 * len(sites),
        detection_ids=tuple(f"d-{site}" for site in sites),
        entities=_LINKS,
        techniques=("T1490", "T1133", "T1078"),
        why=why,
    )
