"""Small builders of nouns: say what the test is about, the rest is filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from correlate.guards import Guards
from correlate.stage import SETTLE, Correlator, document_of
from schemas.detection import Detection, DetectionBatch, Entity, Found, Group, Kind, Level, Phase, State
from schemas.noun import Noun
from schemas.output import Document, Emit
from schemas.site import Contact, Site
from schemas.tick import Tick
from tests.why import assert_complete

NIGHT = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
"""When the stories begin."""

VIENNE, BOURGOIN, ANNECY, VALENCE, ROANNE = "380781435", "380780049", "740781133", "260000021", "420780033"
NAMES = {
    VIENNE: "CH de Vienne",
    BOURGOIN: "CH de Bourgoin",
    ANNECY: "CH d'Annecy",
    VALENCE: "CH de Valence",
    ROANNE: "CH de Roanne",
}
ATTACKER, SCANNER = "203.0.113.66", "198.51.100.99"


def at(clock: str) -> datetime:
    """``"02:10"`` or ``"02:10:30"``, ``"+3 02:10"`` three days later, in UTC."""
    day, _, hours = clock.rpartition(" ")
    hour, minute, second = [*(int(part) for part in hours.split(":")), 0][:3]
    return NIGHT.replace(hour=hour, minute=minute, second=second) + timedelta(days=int(day or 0))


def site(finess: str = VIENNE, *, ght: str = "", exits: Iterable[str] = (), suppliers: Iterable[str] = ()) -> Site:
    """An establishment; those of one ``ght`` share a trust domain."""
    contact = Contact(role="astreinte", name="Astreinte", email=f"astreinte@{finess}.fr")
    name = NAMES.get(finess, f"CH {finess}")
    outside = {"exits": tuple(exits), "suppliers": tuple(suppliers)}
    return Site(finess=finess, name=name, ght=ght or None, trust_domain=ght, contacts=(contact,), **outside)


def sites(*numbers: str) -> list[Site]:
    """Establishments that share nothing."""
    return [site(number) for number in numbers or NAMES]


def many_sites(count: int) -> list[str]:
    """That many FINESS numbers."""
    return [f"38{number:07}" for number in range(1, count + 1)]


def entity(text: str) -> Entity:
    """``"ip:203.0.113.66"``; a text without a kind is an address."""
    kind, colon, value = text.partition(":")
    return Entity(kind=kind, value=value) if colon else Entity(kind="ip", value=text)


def detection(
    finess: str = VIENNE,
    time: datetime | str = NIGHT,
    *values: str,
    name: str = "",
    rule: str = "r1",
    level: Level = Level.HIGH,
    state: State = State.ON,
    groups: Iterable[Group] = (),
    techniques: Iterable[str] = (),
    tactics: Iterable[str] = (),
    phase: Phase = Phase.SUCCESS,
) -> Detection:
    """What a rule found at a site: ``values`` are its entities, ``name`` its id, by default one of site, rule, time and values."""
    moment = at(time) if isinstance(time, str) else time
    known = name or f"{rule}-{finess}-{moment:%d%H%M%S%f}-{'-'.join(values)[:40]}"
    return Detection(
        id=known,
        kind=Kind.SIGMA,
        rule_id=rule,
        rule_name=f"Rule {rule}",
        level=level,
        time=moment,
        site=finess,
        event_ids=(f"event-of-{known}",),
        entities=tuple(entity(value) for value in values),
        state=state,
        techniques=tuple(techniques),
        tactics=tuple(tactics),
        phase=phase,
        groups=tuple(groups),
    )


def counted(finess: str, time: datetime | str, *values: str, correlation: str = "c1", by: str = "", name: str = "") -> Detection:
    """A shadow detection that a correlation over sites counts."""
    group = Group(correlation=correlation, by=(by,) if by else (), value=finess)
    return detection(finess, time, *values, name=name, state=State.SHADOW, groups=(group,))


def batch(
    *found: Detection, source: str = "sshd/auth.log", epoch: str = "e1", start: int = 0, finess: str = ""
) -> DetectionBatch:
    """One batch of one source of the first detection's site, its records at ``start`` and after; ``finess`` for a batch that found nothing."""
    numbered = tuple(Found(position=start + rank, detection=item) for rank, item in enumerate(found))
    end = start + max(0, len(found) - 1)
    return DetectionBatch(site=finess or found[0].site, source=source, epoch=epoch, end=end, found=numbered)


@dataclass
class Told:
    """A correlator with its memory, and all it has said, as a store keeps it."""

    correlator: Correlator
    memory: dict[str, bytes] = field(default_factory=dict)
    clock: datetime = NIGHT
    detections: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    memberships: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    incidents: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    leads: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: list[tuple[str, int]] = field(default_factory=list)
    """Every version emitted, in order."""

    def hear(self, *messages: Noun) -> "Told":
        """Take messages."""
        for message in messages:
            if isinstance(message, Tick):
                self.clock = max(self.clock, message.now)
            if isinstance(message, DetectionBatch):
                for item in message.found:
                    self._keep(document_of(item.detection))
            for output in self.correlator.step(self.memory, message):
                if isinstance(output, Document):
                    self._keep(output)
                elif isinstance(output, Emit):
                    self.versions.append((output.key, self.incidents[output.key]["version"]))
        return self

    def story(self, *found: Detection) -> "Told":
        """Take detections one by one, the clock never before the one that is taken, each site a source of its own."""
        for item in found:
            positions = sum(body["site"] == item.site for body in self.detections.values())
            self.hear(Tick(now=max(self.clock, item.time)), batch(item, start=positions))
            self.hear(Tick(now=self.clock + SETTLE))
        return self

    @property
    def living(self) -> list[Mapping[str, Any]]:
        """Incidents that are no alias, by first sight."""
        bodies = (body for body in self.incidents.values() if body["merged_into"] is None)
        return sorted(bodies, key=lambda body: (body["first_seen"], body["id"]))

    @property
    def only(self) -> Mapping[str, Any]:
        """The one incident there is."""
        (incident,) = self.living
        return incident

    def assert_explained(self, domain_of: Mapping[str, str] | None = None) -> None:
        """Every incident there is, aliases too, explains itself."""
        for incident in self.incidents.values():
            assert_complete(incident, self.detections.values(), self.memberships.values(), domain_of)

    def _keep(self, document: Document) -> None:
        kept: dict[str, Mapping[str, Any]] = getattr(self, f"{document.kind}s")
        if document.version is None:
            kept.setdefault(document.id, document.body)
        elif document.id not in kept or kept[document.id]["version"] < document.version:
            kept[document.id] = document.body


@dataclass(frozen=True)
class Within:
    """``threshold`` sites within ``window``."""

    id: str = "c1"
    title: str = "The same at several sites"
    level: Level = Level.CRITICAL
    techniques: tuple[str, ...] = ("T1490",)
    tactics: tuple[str, ...] = ()
    window: timedelta = timedelta(hours=1)
    threshold: int = 3
    definition: str = "d1"


def region(*members: Site, hold: timedelta = SETTLE, never_link: Sequence[str] = ()) -> Told:
    """A correlator with one rule over sites."""
    known = list(members) or sites()
    return Told(Correlator(known, (Within(),), Guards(known, never_link), hold))
