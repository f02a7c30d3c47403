"""What one detection ties together: detections that share a value with it, or that count with it for a correlation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from correlate import baseline, record, sightings, why, windows
from correlate.anchors import Place, places_of
from correlate.guards import Guards
from correlate.incident import Evidence, Member
from correlate.leads import lead_of, width
from correlate.memory import Memory, home_of, is_remembered, recall, remember
from correlate.values import Value, values_of
from schemas.detection import Detection, Entity, Group, Kind, Level, Phase, State, detection_id
from schemas.ids import digest
from schemas.incident import Example, Link, Reason
from schemas.lead import Lead

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
    def tactics(self) -> tuple[str, ...]:
        """MITRE ATT&CK tactics it is tagged with."""

    @property
    def window(self) -> timedelta:
        """W."""

    @property
    def threshold(self) -> int:
        """K."""

    @property
    def definition(self) -> str:
        """A digest of what it counts and how: what was counted for another definition does not count."""


class Tie(NamedTuple):
    """Detections that belong together.

    ``names`` are all of them and their episodes; ``evidence`` what they bring to an incident, its members those that are in none yet;
    ``raised`` is the detection that a correlation raised about them.
    """

    names: tuple[str, ...]
    evidence: Evidence
    at: datetime
    """Event time of the detection that showed it."""
    places: tuple[Place, ...] = ()
    """The hosts where something succeeded."""
    raised: Detection | None = None
    counted: tuple[tuple[str, str], ...] = ()
    """Site and id of each detection that the correlation counted."""

    @property
    def sites(self) -> tuple[str, ...]:
        """The establishments that it ties."""
        return tuple(sorted({site for link in self.evidence.links for site in link.sites}))

    @property
    def has_value(self) -> bool:
        """Whether an attacker's value ties them, and not a count alone."""
        return any(link.entity for link in self.evidence.links)

    @property
    def techniques(self) -> tuple[str, ...]:
        """MITRE ATT&CK techniques of its members."""
        return tuple(dict.fromkeys(name for member in self.evidence.members for name in member.detection.techniques))

    @property
    def begin(self) -> datetime:
        """The earliest of what it rests on."""
        return min(self._times)

    @property
    def end(self) -> datetime:
        """The latest."""
        return max(self._times)

    @property
    def _times(self) -> list[datetime]:
        return [
            *(member.detection.time for member in self.evidence.members),
            *(item.time for item in self.evidence.examples),
            self.at,
        ]


class Ties:
    """Finds ties in memory.

    Args:
        domain_of: Trust domain of each site.
        correlations: The "k sites within w" rules by id.
        guards: Which values may link.
        suppliers: The declared suppliers' accounts of each site.
    """

    def __init__(
        self,
        domain_of: Mapping[str, str],
        correlations: Mapping[str, SitesWithin],
        guards: Guards,
        suppliers: Mapping[str, Iterable[str]],
    ) -> None:
        self._domain_of = domain_of
        self._correlations = correlations
        self._guards = guards
        self._suppliers = {site: frozenset(name.lower() for name in names) for site, names in suppliers.items()}

    def use(self, correlations: Mapping[str, SitesWithin]) -> None:
        """Replace the correlations; ``memory`` keeps apart what was counted for each definition."""
        self._correlations = correlations

    def of(self, memory: Memory, detection: Detection, now: datetime) -> Iterator[Tie | Lead]:
        """Ties and leads by the values it speaks of, then ties by each correlation it counts for.

        A shadow detection counts, and is no member.
        """
        if detection.state is State.ON:
            yield from self._by_value(memory, detection, now)
            baseline.note(memory, detection)
        for group in detection.groups:
            if group.correlation in self._correlations and (tie := self._by_count(memory, detection, group, now)):
                yield tie

    def _by_value(self, memory: Memory, detection: Detection, now: datetime) -> Iterator[Tie | Lead]:
        values = list(values_of(detection, self._guards, self._suppliers))
        if not values:
            return
        remember(memory, detection, now)
        worked = detection.phase is Phase.SUCCESS and not baseline.is_usual(memory, detection)
        new = sightings.Sighting(record.microseconds(detection.time), detection.id, detection.site, worked)
        links: list[Link] = []
        shared: dict[str, list[Value]] = {}
        worked_at: dict[str, sightings.Sighting] = {}
        signs: tuple[str, ...] = ()
        for value in values:
            before, seen, tied = self._sighted(memory, value, new, now)
            if tied:
                links.append(
                    Link(reason=value.reason, entity=value.entity, also=value.also, weight=ENOUGH_ALONE, sites=_sites(tied))
                )
                signs = (why.FORGOTTEN,) if seen.dropped else signs
                for item in tied:
                    shared.setdefault(item.detection_id, []).append(value)
                worked_at |= {item.site: item for item in tied if item.worked}
            elif lead := self._lead(memory, value, new, before, seen):
                yield lead
        if links:
            members = tuple(_by_values(memory, shared))
            examples = tuple(_example(member.detection) for member in members)
            places = tuple(place for found in _latest(memory, worked_at) for place in self._places(found))
            yield Tie(tuple(shared), Evidence(members, tuple(links), examples, signs), detection.time, places)

    def _sighted(
        self, memory: Memory, value: Value, new: sightings.Sighting, now: datetime
    ) -> tuple[sightings.Seen, sightings.Seen, tuple[sightings.Sighting, ...]]:
        """What is remembered of the value, before and after, without what ``memory`` has forgotten the detection of; what is tied."""
        known = sightings.Seen.load(record.unpack(memory.get(value.key)))
        alive = tuple(item for item in known.sightings if is_remembered(memory, item.detection_id))
        before = known._replace(sightings=alive)
        seen, tied = sightings.step(before, new, self._domain, value.reach)
        memory[value.key] = record.pack(now, seen)
        return before, seen, tied

    def _lead(
        self, memory: Memory, value: Value, new: sightings.Sighting, before: sightings.Seen, after: sightings.Seen
    ) -> Lead | None:
        """The lead of a value, when the new sighting makes or widens one."""
        if value.also:
            return None
        near = sightings.near(after.sightings, new, value.reach)
        wide = width(near, self._domain)
        if not wide or wide == width(sightings.near(before.sightings, new, value.reach), self._domain):
            return None
        return lead_of(memory, value, near, self._domain)

    def _by_count(self, memory: Memory, detection: Detection, group: Group, now: datetime) -> Tie | None:
        rule = self._correlations[group.correlation]
        key = f"window/{rule.id}/{rule.definition}/{digest(*group.by)}"
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
        fresh = home_of(memory, raised.id) is None and recall(memory, raised.id)
        members = (Member(fresh, Reason.SITES_WITHIN, (), ENOUGH_ALONE),) if fresh else ()
        link = Link(reason=Reason.SITES_WITHIN, rule_id=rule.id, weight=ENOUGH_ALONE, sites=raised.sites)
        places = tuple(Place(self._domain(item.site), item.site, host, item.time) for item in met.evidence for host in item.hosts)
        return Tie(
            names,
            Evidence(members, (link,), tuple(map(_counted, met.evidence))),
            detection.time,
            places,
            raised,
            tuple((item.site, item.detection_id) for item in met.evidence),
        )

    def _places(self, detection: Detection) -> tuple[Place, ...]:
        return places_of(detection, self._domain(detection.site))

    def _domain(self, site: str) -> str:
        return self._domain_of.get(site, site)


def _latest(memory: Memory, worked_at: Mapping[str, sightings.Sighting]) -> Iterator[Detection]:
    """For each site, the latest success."""
    for item in worked_at.values():
        if found := recall(memory, item.detection_id):
            yield found


def _by_values(memory: Memory, shared: Mapping[str, Sequence[Value]]) -> Iterator[Member]:
    """Those that are in no incident yet, each with the values that tie it."""
    for name, values in shared.items():
        if home_of(memory, name) is None and (found := recall(memory, name)):
            yield Member(found, values[0].reason, _entities(values), ENOUGH_ALONE)


def _entities(values: Sequence[Value]) -> tuple[Entity, ...]:
    return tuple(dict.fromkeys(entity for value in values for entity in value.entities))


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
        tactics=rule.tactics or last.tactics,
        sites=sites,
    )


def _sites(seen: Iterable[sightings.Sighting | windows.Evidence]) -> tuple[str, ...]:
    return tuple(sorted({item.site for item in seen}))


def _example(detection: Detection) -> Example:
    return Example(site=detection.site, detection_id=detection.id, event_ids=detection.event_ids, time=detection.time)


def _counted(item: windows.Evidence) -> Example:
    time = record.from_microseconds(item.time)
    return Example(site=item.site, detection_id=item.detection_id, event_ids=item.event_ids, time=time)
