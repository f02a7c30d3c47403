"""A small region and an incident to tell stories about, with instants written as a clock shows them."""

from datetime import UTC, datetime, timedelta

from notify.ladder import Planned, step
from notify.memory import Ladder
from notify.policy import Policy, PolicyStep
from notify.region import Desk, Region
from schemas.act import Act, Deed
from schemas.detection import Entity, Level
from schemas.incident import Example, Incident, Link, Reason, RuleCount, Why
from schemas.notice import Cause, Notice
from schemas.site import Contact, Site
from schemas.tick import Tick

VALMOR, BREVANES, ANCERY, VALORNE, ROSELM = "990000035", "990000043", "990000050", "990000068", "990000076"
NAMES = {
    VALMOR: "CH de Valmor",
    BREVANES: "CH de Brévanes",
    ANCERY: "CH d'Ancery",
    VALORNE: "CH de Valorne",
    ROSELM: "CH de Roselm",
}

POLICY = Policy(
    name="test",
    steps=(
        PolicyStep(after=0, to=("site:astreinte", "region:grades")),
        PolicyStep(after=15, to=("site:rssi", "region:grades")),
        PolicyStep(after=30, to=("region:cert-sante",), min_severity=Level.HIGH, once=True),
    ),
)


def site(finess: str, *roles: str, language: str = "fr") -> Site:
    """An establishment with a contact for each role, such as ``astreinte@990000035.fr``."""
    contacts = tuple(Contact(role=role, name=role.title(), email=f"{role}@{finess}.fr", language=language) for role in roles)
    return Site(finess=finess, name=NAMES[finess], contacts=contacts)


REGION = Region(
    sites={finess: site(finess, "astreinte", "rssi") for finess in NAMES},
    contacts=(
        Contact(role="grades", name="Astreinte GRADeS", email="grades@region.fr"),
        Contact(role="cert-sante", name="CERT Santé", email="cert@sante.fr"),
    ),
    desk=Desk(name="le pupitre régional", phone="04 26 00 00 15"),
)


def at(clock: str) -> datetime:
    """``"02:10"``, or ``"+1 02:10"`` for the next day, in UTC; the story begins on 31 January 2026."""
    day, _, hours = clock.rpartition(" ")
    hour, minute = hours.split(":")
    return datetime(2026, 1, 31, int(hour), int(minute), tzinfo=UTC) + timedelta(days=int(day or 0))


def incident(*sites: str, version: int = 1, severity: Level = Level.CRITICAL, **changes: object) -> Incident:
    """An incident of these establishments, tied by one address and one domain."""
    seen = sites or (VALMOR, BREVANES)
    links = (Entity(kind="ip", value="203.0.113.77"), Entity(kind="domain", value="update-cdn.example"))
    why = Why(
        rules=(RuleCount(id="r1", name="Mimikatz Use", level=severity, count=3),),
        links=tuple(Link(reason=Reason.SHARED_ENTITY, entity=entity, weight=1, sites=seen) for entity in links),
        examples=tuple(
            Example(site=finess, detection_id=f"d-{finess}", event_ids=(f"e-{finess}",), time=at("02:05")) for finess in seen
        ),
        baseline="2026-01-30",
    )
    facts: dict[str, object] = {
        "id": "3f9a1c2b" + "0" * 24,
        "version": version,
        "sites": seen,
        "trust_domains": seen,
        "first_seen": at("02:05"),
        "last_seen": at("02:09"),
        "opened": at("02:05"),
        "severity": severity,
        "score": 87,
        "detections": 2 * len(seen),
        "detection_ids": tuple(f"d-{finess}" for finess in seen),
        "entities": (*links, Entity(kind="host", value="srv-ad01"), Entity(kind="user", value="jmartin")),
        "why": why,
    }
    return Incident.model_validate({**facts, **changes})


class Story:
    """Feeds one ladder, and gives what each moment tells whom as ``address: cause``."""

    def __init__(self, region: Region = REGION, policy: Policy = POLICY) -> None:
        self.region, self.policy = region, policy
        self.state: Ladder | None = None
        self.plans: tuple[Planned, ...] = ()

    def learn(self, known: Incident, *merged: "Story") -> None:
        """A version of the incident arrives."""
        ladders = [story.state for story in merged if story.state]
        self.state, plans = step(self.state, known, self.region, self.policy, ladders)
        assert plans == ()

    def acknowledge(self, clock: str, by: str = "Dr House", deed: Deed = Deed.ACKNOWLEDGE) -> None:
        """Somebody takes it."""
        act = Act(incident_id="3f9a1c2b" + "0" * 24, deed=deed, by=by, at=at(clock))
        self.state, plans = step(self.state, act, self.region, self.policy)
        assert plans == ()

    def tick(self, clock: str) -> dict[str, Cause]:
        """It is this time."""
        self.state, self.plans = step(self.state, Tick(now=at(clock)), self.region, self.policy)
        return {plan.contact.email: plan.cause for plan in self.plans}


def notice(**changes: object) -> Notice:
    """A notice, as the ladder and the renderer would make it."""
    facts: dict[str, object] = {
        "incident_id": "3f9a1c2b" + "0" * 24,
        "incident_version": 3,
        "policy": "test",
        "step": 0,
        "cause": Cause.NEW_INCIDENT,
        "channel": "smtp",
        "contact": Contact(role="astreinte", name="Astreinte, Valmor", email="astreinte@990000035.fr"),
        "reader_site": VALMOR,
        "due": at("02:12"),
        "subject": "[TLP:AMBER] INC-3f9a1c2b P1 – attaque commune à plusieurs établissements",  # noqa: RUF001 - the dash that the subject has
        "text": "TLP:AMBER PAP:AMBER\nMême attaque chez vous et ailleurs.\n.\nfin\n",
        "message_id": "<0123456789abcdef@tocsin.invalid>",
        "references": ("<3f9a1c2b@tocsin.invalid>",),
    }
    return Notice.model_validate({**facts, **changes})
