"""The correlating stage: DetectionBatch and Tick in, Incident out. One state machine over small records.

Records, each with a declared bound: ``clock``, ``heard``, ``source/`` how far a source has come, ``held`` and ``held/`` what waits (``settle``),
``value/`` who saw a value (``sightings``), ``window/`` what a correlation counts (``windows``), ``host/`` which incident a host is in
(``anchors``), ``near/`` which are at a trust domain (``alongside``), ``usual/`` on which days a rule matched (``baseline``), ``seen/`` and ``incident/`` (``memory``), and those of ``counting.counters``. A batch counts once: a replayed one is known by its position.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from correlate import alongside, anchors, baseline, record, settle, sightings, why
from correlate import incident as incidents
from correlate.counting.counters import EXPIRING, Counters, Turn
from correlate.counting.definition import Counting
from correlate.counting.group import recount
from correlate.guards import Guards
from correlate.homes import Homes
from correlate.incident import Region
from correlate.memory import Folder, Memory, settle_in
from correlate.ties import SitesWithin, Tie, Ties
from schemas import topics
from schemas.detection import Detection, DetectionBatch, State
from schemas.lead import Lead
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
"""The latest tick, and the first."""
_HEARD = "heard"
"""Sites that a batch has come from."""
_SWEPT = "swept"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_EXPIRING = ("value/", "window/", "seen/", "incident/", "host/", "inside/", "near/", *EXPIRING)


class Correlator:
    """Pure: the same messages in the same order give the same outputs.

    Args:
        sites: The region.
        correlations: The "k sites within w" rules.
        guards: Which values may link.
        hold: How long a detection waits for the other sites, on the pipeline's clock.
        countings: The correlations inside trust domains.
    """

    name = "correlate"
    topics: tuple[str, ...] = (topics.DETECTIONS,)

    def __init__(
        self,
        sites: Sequence[Site],
        correlations: Iterable[SitesWithin] = (),
        guards: Guards | None = None,
        hold: timedelta = SETTLE,
        countings: Iterable[Counting] = (),
    ) -> None:
        self._domain_of = {site.finess: site.trust_domain for site in sites}
        suppliers = {site.finess: site.suppliers for site in sites}
        self._ties = Ties(self._domain_of, {rule.id: rule for rule in correlations}, guards or Guards(sites), suppliers)
        self._counters = Counters(countings, self._domain_of)
        self._homes = Homes(self._domain_of)
        self._hold = hold

    def use(self, correlations: Iterable[SitesWithin], countings: Iterable[Counting] = ()) -> None:
        """From the next message on, count for these; what an unchanged one has counted is kept, a changed one starts anew."""
        self._ties.use({rule.id: rule for rule in correlations})
        self._counters.use(countings)

    def step(self, memory: Memory, message: Noun) -> Iterator[Output]:
        """Take one message; give the incidents it changes, their new memberships and the detections of correlations."""
        now = record.touched(memory[_CLOCK]) if _CLOCK in memory else _START
        if isinstance(message, DetectionBatch):
            settle.hold(memory, _new_in(memory, message, now), now)
            self._counters.hear(memory, message, now)
        elif isinstance(message, Tick):
            born = record.unpack(memory.get(_CLOCK)) or record.microseconds(message.now)
            now = max(message.now, now)
            memory[_CLOCK] = record.pack(now, born)
            _sweep(memory, now, record.from_microseconds(born))
        released = settle.release(memory, now, self._hold)
        signs = (why.HURRIED,) if released.early else ()
        folder, turn = Folder(memory), Turn.begin(memory, now)
        for detection in released.detections:
            yield from self._take(folder, detection, signs, turn, now)
        for raised in self._counters.close(turn, message, now - self._hold):
            yield document_of(raised)
            yield from self._take(folder, raised, signs, turn, now)
        yield from turn.end()
        for incident in folder.close(now):
            yield Document("incident", incident.id, incident.model_dump(mode="json", by_alias=True), version=incident.version)
            yield Emit(topics.INCIDENTS, incident.id, incident)

    def _take(self, folder: Folder, detection: Detection, signs: tuple[str, ...], turn: Turn, now: datetime) -> Iterator[Output]:
        """What one detection ties, then what it makes correlations raise, which is taken like any other detection."""
        for found in self._ties.of(folder.memory, detection, now):
            if isinstance(found, Lead):
                yield Document("lead", found.id, found.model_dump(mode="json"), version=found.version)
            else:
                yield from self._join(folder, found, signs, now)
        for raised in self._counters.take(turn, detection):
            yield document_of(raised)
            yield from self._take(folder, raised, signs, turn, now)

    def _join(self, folder: Folder, tie: Tie, signs: tuple[str, ...], now: datetime) -> Iterator[Output]:
        """Put what belongs together into one incident: a new one, the one it is in, or the oldest of several."""
        homes, why_near = self._homes.of(folder, tie)
        evidence = tie.evidence._replace(links=(*tie.evidence.links, *why_near), signs=(*tie.evidence.signs, *signs))
        region = self._region(folder.memory, evidence)
        by_age = sorted(homes, key=lambda item: (item.opened, item.id))
        home = incidents.extend(by_age[0], evidence, region) if by_age else incidents.open_with(evidence, region)
        for other in by_age[1:]:
            home, alias = incidents.merge(home, other, region)
            folder.put(alias)
        folder.put(home)
        for name in tie.names:
            settle_in(folder.memory, name, home.id, now)
        anchors.hold(folder.memory, tie.places, home.id, now)
        for domain in self._homes.domains(tie.sites):
            alongside.note(folder.memory, domain, home.id, tie.begin, tie.end, now)
        if tie.raised:
            yield document_of(tie.raised)
        for member in evidence.members:
            membership = member.of(home.id)
            yield Document("membership", membership.id, membership.model_dump(mode="json"))

    def _region(self, memory: Memory, evidence: incidents.Evidence) -> Region:
        """What is known of the region: what is usual, and what could change the answer: declared sites that nothing is heard of."""
        heard = set(record.unpack(memory.get(_HEARD)) or ())
        silent = tuple(f"no logs received from site {site}" for site in sorted(self._domain_of) if site not in heard)
        members = [member.detection for member in evidence.members]
        return Region(self._domain_of, silent, baseline.told(memory, members, len(heard)) if members else baseline.NONE)


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
    heard = record.unpack(memory.get(_HEARD)) or ()
    if batch.site not in heard:
        memory[_HEARD] = record.pack(now, sorted((*heard, batch.site)))
    fresh = (item.detection for item in batch.found if item.position > seen)
    return [found for found in fresh if found.state is State.ON or found.groups]


def _sweep(memory: Memory, now: datetime, born: datetime) -> None:
    """Once an hour, forget what nobody can join any more. What was written before the first tick counts from that tick."""
    last = record.touched(memory[_SWEPT]) if _SWEPT in memory else _START
    if now - last < SWEEP:
        return
    memory[_SWEPT] = record.pack(now, None)
    expiring = [key for key in memory if key.startswith(_EXPIRING)]
    for key in expiring:
        if now - max(record.touched(memory[key]), born) > FORGET:
            del memory[key]
    recount(memory, now)
