"""What one detection ties together: detections that share a value with it, or that count with it for a correlation."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from correlate import record, sightings, windows
from correlate.anchors import Place, places_of
from correlate.guards import Guards
from correlate.incident import Member
from correlate.memory import Memory, recall, remember
from schemas.detection import Detection, Entity, Group, Kind, Level, State, detection_id
from schemas.ids import digest
from schemas.incident import Example, Link, Reason

ENOUGH_ALONE = 1.0
"""Weight of a link that needs no second one: a strong entity, or a rule's own count of sites."""


class SitesWithin(Protocol):
    """A "k sites within w" correlation, as the rules define it."""

    @property
    def id(self) -> str:
        """The correlation rule's id."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def level(self) -> Level:
        """Level of the detections it raises."""

    @property
    def techniques(self) -> tuple[str, ...]:
        """MITRE ATT&CK techniques it is tagged with."""

    @property
    def window(self) -> timedelta:
        """W."""

    @property
    def threshold(self) -> int:
        """K."""


class Tie(NamedTuple):
    """Detections that belong together.

    ``names`` are all of them, the new one included; ``members`` those whose detection is known; ``raised`` is the detection that a
    correlation raised about them.
    """

    names: tuple[str, ...]
    members: Mapping[str, Member]
    links: tuple[Link, ...]
    examples: tuple[Example, ...]
    raised: Detection | None = None
    places: tuple[Place, ...] = ()
    """The hosts it happened on."""


class Ties:
    """Finds ties in memory.

    Args:
        domain_of: Trust domain of each site.
        correlations: The "k sites within w" rules by id.
        guards: Which values may link.
    """

    def __init__(self, domain_of: Mapping[str, str], correlations: Mapping[str, SitesWithin], guards: Guards) -> None:
        self._domain_of = domain_of
        self._correlations = correlations
        self._guards = guards

    def of(self, memory: Memory, detection: Detection, now: datetime) -> Iterator[Tie]:
        """Ties by the values it speaks of, then by each correlation it counts for. A shadow detection counts, and is no member."""
        if detection.state is State.ON and (tie := self._by_value(memory, detection, now)):
            yield tie
        for group in detection.groups:
            if group.correlation in self._correlations and (tie := self._by_count(memory, detection, group, now)):
                yield tie

    def _by_value(self, memory: Memory, detection: Detection, now: datetime) -> Tie | None:
        linkable = [entity for entity in detection.entities if self._guards.may_link(entity)]
        if not linkable:
            return None
        remember(memory, detection, now)
        links: list[Link] = []
        shared: dict[str, list[Entity]] = {detection.id: []}
        for entity in linkable:
            tied = self._sighted(memory, entity, detection, now)
            if tied:
                sites = tuple(sorted({item.site for item in tied}))
                links.append(Link(reason=Reason.SHARED_ENTITY, entity=entity, weight=ENOUGH_ALONE, sites=sites))
            for item in tied:
                shared.setdefault(item.detection_id, []).append(entity)
        if not links:
            return None
        members = {
            name: Member(found, Reason.SHARED_ENTITY, tuple(entities), ENOUGH_ALONE)
            for name, entities in shared.items()
            if (found := recall(memory, name))
        }
        examples = tuple(_example(member.detection) for member in members.values())
        places = tuple(place for member in members.values() for place in self._places(member.detection))
        return Tie(tuple(members), members, tuple(links), examples, places=places)

    def _sighted(self, memory: Memory, entity: Entity, detection: Detection, now: datetime) -> tuple[sightings.Sighting, ...]:
        key = f"value/{entity.key}"
        new = sightings.Sighting(record.microseconds(detection.time), detection.id, detection.site, self._domain(detection.site))
        seen, tied = sightings.step(sightings.Seen.load(record.unpack(memory.get(key))), new)
        memory[key] = record.pack(now, seen)
        return tied

    def _by_count(self, memory: Memory, detection: Detection, group: Group, now: datetime) -> Tie | None:
        rule = self._correlations[group.correlation]
        key = f"window/{rule.id}/{digest(*group.by)}"
        new = windows.Evidence(
            record.microseconds(detection.time),
            detection.id,
            group.value,
            self._domain(group.value),
            detection.event_ids,
            tuple(place.host for place in self._places(detection)),
        )
        window = windows.Window.load(record.unpack(memory.get(key)))
        after, met = windows.step(window, new, width=rule.window, threshold=rule.threshold)
        memory[key] = record.pack(now, after.dump())
        if met is None:
            return None
        raised = _raise(rule, met, detection)
        remember(memory, raised, now)
        remember(memory, raised, now, name=met.episode)
        link = Link(reason=Reason.SITES_WITHIN, rule_id=rule.id, weight=ENOUGH_ALONE, sites=raised.sites)
        member = Member(raised, Reason.SITES_WITHIN, (), ENOUGH_ALONE)
        examples = tuple(_counted(item) for item in met.evidence)
        places = tuple(Place(item.trust_domain, item.site, host, item.time) for item in met.evidence for host in item.hosts)
        return Tie((raised.id, met.episode), {raised.id: member}, (link,), examples, raised, places)

    def _places(self, detection: Detection) -> tuple[Place, ...]:
        return places_of(detection, self._domain(detection.site))

    def _domain(self, site: str) -> str:
        return self._domain_of.get(site, site)


def _raise(rule: SitesWithin, met: windows.Met, last: Detection) -> Detection:
    """The detection of a correlation: one for each set of sites that an episode reaches."""
    sites = tuple(sorted({item.site for item in met.evidence}))
    return Detection(
        id=detection_id(rule.id, met.episode, *sites),
        kind=Kind.CORRELATION,
        rule_id=rule.id,
        rule_name=rule.title,
        level=rule.level,
        time=last.time,
        site=last.site,
        event_ids=tuple(dict.fromkeys(event for item in met.evidence for event in item.event_ids)),
        techniques=rule.techniques or last.techniques,
        sites=sites,
    )


def _example(detection: Detection) -> Example:
    return Example(site=detection.site, detection_id=detection.id, event_ids=detection.event_ids, time=detection.time)


def _counted(item: windows.Evidence) -> Example:
    time = record.from_microseconds(item.time)
    return Example(site=item.site, detection_id=item.detection_id, event_ids=item.event_ids, time=time)
