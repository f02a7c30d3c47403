"""What one detection ties together: detections that share a value with it, or that count with it for a correlation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from correlate import record, sightings, why, windows
from correlate.anchors import Place, places_of
from correlate.guards import Guards
from correlate.incident import Evidence, Member
from correlate.memory import Memory, home_of, is_remembered, recall, remember
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

    ``names`` are all of them and their episodes; ``evidence`` what they bring to an incident, its members those that are in none yet;
    ``raised`` is the detection that a correlation raised about them.
    """

    names: tuple[str, ...]
    evidence: Evidence
    places: tuple[Place, ...] = ()
    """The hosts it happened on."""
    raised: Detection | None = None


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
        shared: dict[str, list[Entity]] = {}
        signs: tuple[str, ...] = ()
        for entity in linkable:
            seen, tied = self._sighted(memory, entity, detection, now)
            if not tied:
                continue
            links.append(Link(reason=Reason.SHARED_ENTITY, entity=entity, weight=ENOUGH_ALONE, sites=_sites(tied)))
            signs = (why.FORGOTTEN,) if seen.dropped else signs
            for item in tied:
                shared.setdefault(item.detection_id, []).append(entity)
        if not links:
            return None
        members = tuple(_fresh(memory, shared, Reason.SHARED_ENTITY))
        examples = tuple(_example(member.detection) for member in members)
        places = tuple(place for member in members for place in self._places(member.detection))
        return Tie(tuple(shared), Evidence(members, tuple(links), examples, signs), places)

    def _sighted(
        self, memory: Memory, entity: Entity, detection: Detection, now: datetime
    ) -> tuple[sightings.Seen, tuple[sightings.Sighting, ...]]:
        """What is remembered of the value, without what ``memory`` has forgotten the detection of, and what is tied."""
        key = f"value/{entity.key}"
        new = sightings.Sighting(record.microseconds(detection.time), detection.id, detection.site)
        known = sightings.Seen.load(record.unpack(memory.get(key)))
        alive = tuple(item for item in known.sightings if is_remembered(memory, item.detection_id))
        seen, tied = sightings.step(known._replace(sightings=alive), new, self._domain)
        memory[key] = record.pack(now, seen)
        return seen, tied

    def _by_count(self, memory: Memory, detection: Detection, group: Group, now: datetime) -> Tie | None:
        rule = self._correlations[group.correlation]
        key = f"window/{rule.id}/{digest(*group.by)}"
        hosts = tuple(place.host for place in self._places(detection))
        new = windows.Evidence(record.microseconds(detection.time), detection.id, group.value, detection.event_ids, hosts)
        window = windows.Window.load(record.unpack(memory.get(key)))
        after, met = windows.step(window, new, width=rule.window, threshold=rule.threshold, domain=self._domain)
        memory[key] = record.pack(now, after)
        if met is None:
            return None
        raised = _raise(rule, met, detection)
        names = (raised.id, *met.episodes)
        for name in names:
            remember(memory, raised, now, name=name)
        members = tuple(_fresh(memory, {raised.id: ()}, Reason.SITES_WITHIN))
        link = Link(reason=Reason.SITES_WITHIN, rule_id=rule.id, weight=ENOUGH_ALONE, sites=raised.sites)
        places = tuple(Place(self._domain(item.site), item.site, host, item.time) for item in met.evidence for host in item.hosts)
        return Tie(names, Evidence(members, (link,), tuple(map(_counted, met.evidence))), places, raised)

    def _places(self, detection: Detection) -> tuple[Place, ...]:
        return places_of(detection, self._domain(detection.site))

    def _domain(self, site: str) -> str:
        return self._domain_of.get(site, site)


def _fresh(memory: Memory, spoken: Mapping[str, Sequence[Entity]], reason: Reason) -> Iterator[Member]:
    """Those that are in no incident yet, each with the values that tie it."""
    for name, entities in spoken.items():
        if home_of(memory, name) is None and (found := recall(memory, name)):
            yield Member(found, reason, tuple(entities), ENOUGH_ALONE)


def _raise(rule: SitesWithin, met: windows.Met, last: Detection) -> Detection:
    """The detection of a correlation: one for each set of sites that an episode reaches."""
    sites = _sites(met.evidence)
    return Detection(
        id=detection_id(rule.id, met.episodes[0], *sites),
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


def _sites(seen: Iterable[sightings.Sighting | windows.Evidence]) -> tuple[str, ...]:
    return tuple(sorted({item.site for item in seen}))


def _example(detection: Detection) -> Example:
    return Example(site=detection.site, detection_id=detection.id, event_ids=detection.event_ids, time=detection.time)


def _counted(item: windows.Evidence) -> Example:
    time = record.from_microseconds(item.time)
    return Example(site=item.site, detection_id=item.detection_id, event_ids=item.event_ids, time=time)
