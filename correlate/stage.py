"""The correlating stage: DetectionBatch and Tick in, Incident out. One state machine over small records.

Records, each with a declared bound: ``clock``, ``source/`` how far a source has come, ``held`` and ``held/`` what waits (``settle``),
``value/`` who saw a value (``sightings``), ``window/`` what a correlation counts (``windows``), ``host/`` which incident a host is in
(``anchors``), ``seen/`` and ``incident/`` (``memory``). A batch counts once: a replayed one is known by its position.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from correlate import anchors, record, settle, sightings
from correlate import incident as incidents
from correlate.guards import Guards
from correlate.incident import Evidence, Region
from correlate.memory import Memory, home_of, is_member, keep, load, resolved, settle_in
from correlate.ties import ENOUGH_ALONE, SitesWithin, Tie, Ties
from schemas import topics
from schemas.detection import Detection, DetectionBatch, State
from schemas.incident import Incident, Link, Reason
from schemas.noun import Noun
from schemas.output import Document, Emit, Output
from schemas.site import Site
from schemas.tick import Tick

SETTLE = timedelta(seconds=5)
"""How long a detection waits for those of other sites that happened before it."""
FORGET = sightings.REACH + timedelta(days=1)
"""Records not used for this long are dropped: the reach between sites, and a day of lateness."""
SWEEP = timedelta(hours=1)

_CLOCK = "clock"
_SWEPT = "swept"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_EXPIRING = ("value/", "window/", "seen/", "incident/", "host/")


class Correlator:
    """Pure: the same messages in the same order give the same outputs.

    Args:
        sites: The region.
        correlations: The "k sites within w" rules.
        guards: Which values may link.
        hold: How long a detection waits for the other sites, on the pipeline's clock.
    """

    name = "correlate"
    topics: tuple[str, ...] = (topics.DETECTIONS,)

    def __init__(
        self,
        sites: Sequence[Site],
        correlations: Iterable[SitesWithin] = (),
        guards: Guards | None = None,
        hold: timedelta = SETTLE,
    ) -> None:
        self._domain_of = {site.finess: site.trust_domain for site in sites}
        self._ties = Ties(self._domain_of, {rule.id: rule for rule in correlations}, guards or Guards(sites))
        self._hold = hold

    def step(self, memory: Memory, message: Noun) -> Iterator[Output]:
        """Take one message; give the incidents it changes, their new memberships and the detections of correlations."""
        now = record.touched(memory[_CLOCK]) if _CLOCK in memory else _START
        if isinstance(message, DetectionBatch):
            settle.hold(memory, _new_in(memory, message, now), now)
        elif isinstance(message, Tick):
            now = max(message.now, now)
            memory[_CLOCK] = record.pack(now, None)
            _sweep(memory, now)
        changed: dict[str, Incident] = {}
        for detection in settle.release(memory, now, self._hold):
            for tie in self._ties.of(memory, detection, now):
                yield from self._join(memory, tie, changed, now)
        for incident in changed.values():
            yield Document("incident", incident.id, incident.model_dump(mode="json", by_alias=True), version=incident.version)
            yield Emit(topics.INCIDENTS, incident.id, incident)

    def _join(self, memory: Memory, tie: Tie, changed: dict[str, Incident], now: datetime) -> Iterator[Output]:
        """Put what belongs together into one incident: a new one, the one it is in, or the oldest of several."""
        homes = {home.id: home for name in tie.names if (home := home_of(memory, name))}
        held = anchors.holders(memory, tie.places)
        homes |= {home.id: home for name in held if (home := resolved(memory, name))}
        fresh = tuple(member for name, member in tie.members.items() if not is_member(memory, name))
        same_hosts = tuple(
            Link(reason=Reason.SAME_HOSTS, weight=ENOUGH_ALONE, sites=sites) for name, sites in sorted(held.items())
        )
        evidence = Evidence(fresh, (*tie.links, *same_hosts), tie.examples)
        region = Region(self._domain_of, self._missing(memory))
        by_age = sorted(homes.values(), key=lambda item: (item.opened, item.id))
        home = incidents.extend(by_age[0], evidence, region) if by_age else incidents.open_with(evidence, region)
        for other in by_age[1:]:
            home, alias = incidents.merge(home, other, region)
            keep(memory, alias, now)
            changed[alias.id] = alias
        if home != load(memory, home.id):
            keep(memory, home, now)
            changed[home.id] = home
        for name in tie.names:
            settle_in(memory, name, home.id, now)
        anchors.hold(memory, tie.places, home.id, now)
        if tie.raised:
            yield document_of(tie.raised)
        for member in fresh:
            membership = member.of(home.id)
            yield Document("membership", membership.id, membership.model_dump(mode="json"))

    def _missing(self, memory: Memory) -> tuple[str, ...]:
        """What could change the answer: declared sites that no source has been heard of."""
        heard = {key.split("/")[1] for key in memory if key.startswith("source/")}
        return tuple(f"no logs received from site {site}" for site in sorted(self._domain_of) if site not in heard)


def document_of(detection: Detection) -> Document:
    """A detection as it is stored: create only, in the index of its day."""
    body = detection.model_dump(mode="json", by_alias=True)
    return Document("detection", detection.id, body, day=detection.time.date().isoformat())


def _new_in(memory: Memory, batch: DetectionBatch, now: datetime) -> list[Detection]:
    """The detections of a batch that were not seen at an earlier position of the same epoch, and that can matter."""
    key = f"source/{batch.site}/{batch.source}"
    epoch, end = record.unpack(memory.get(key)) or (batch.epoch, -1)
    seen = end if epoch == batch.epoch else -1
    memory[key] = record.pack(now, [batch.epoch, max(seen, batch.end)])
    fresh = (item.detection for item in batch.found if item.position > seen)
    return [found for found in fresh if found.state is State.ON or found.groups]


def _sweep(memory: Memory, now: datetime) -> None:
    """Once an hour, forget what nobody can join any more."""
    last = record.touched(memory[_SWEPT]) if _SWEPT in memory else _START
    if now - last < SWEEP:
        return
    memory[_SWEPT] = record.pack(now, None)
    expired = [key for key in memory if key.startswith(_EXPIRING) and now - record.touched(memory[key]) > FORGET]
    for key in expired:
        del memory[key]
