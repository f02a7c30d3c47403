"""Recorded logs through the whole pipeline on event time. The same input gives the same bytes.

Batches are analysed, their detections sorted by (event time, id) over all sites, and correlated in that order; the clock is event
time, so escalation climbs its ladder as it would have that night. Notices are recorded, not sent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.detection import Detection, DetectionBatch, Found
from schemas.notice import Receipt, Status
from schemas.noun import Noun, iso, parse_iso
from schemas.output import Document, Emit, Send
from schemas.tick import Tick
from tocsin.drivers.stage import Stage

CLOCK_STEP = timedelta(minutes=1)
QUIET = timedelta(days=8)
"""After so long without a detection no step of an escalation is left: the clock goes on to the next one. A log line may claim any year."""

Body = Mapping[str, Any]


@dataclass
class Replayed:
    """Everything the pipeline gave, by id."""

    events: dict[str, Body] = field(default_factory=dict)
    detections: dict[str, Body] = field(default_factory=dict)
    memberships: dict[str, Body] = field(default_factory=dict)
    incidents: dict[str, Body] = field(default_factory=dict)
    leads: dict[str, Body] = field(default_factory=dict)
    acknowledgements: dict[str, Body] = field(default_factory=dict)
    notices: dict[str, Body] = field(default_factory=dict)
    dead: dict[str, Body] = field(default_factory=dict)
    shortfalls: dict[str, Body] = field(default_factory=dict)

    def keep(self, document: Document) -> None:
        """As a store would: create only, or the higher version."""
        kept: dict[str, Body] = getattr(self, f"{document.kind}s")
        if document.version is None:
            kept.setdefault(document.id, document.body)
        else:
            kept[document.id] = document.body

    def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""
        self.dead[letter.id] = {"id": letter.id, "size": len(letter.data), **letter.model_dump(mode="json")}


class Replay:
    """Three stages and their memories; no disk, no clock."""

    def __init__(self, analysis: Stage, correlate: Stage, notify: Stage) -> None:
        self._analysis = analysis
        self._correlate = correlate
        self._notify = notify
        self._memories: dict[str, dict[str, bytes]] = {stage.name: {} for stage in (correlate, notify)}
        self._pending: list[tuple[datetime, str, Detection]] = []
        self._heard: dict[tuple[str, str], DetectionBatch] = {}
        self.result = Replayed()

    def take(self, batch: RawBatch) -> None:
        """Analyse one batch."""
        for output in self._analysis.step({}, batch):
            if isinstance(output, Document):
                self.result.keep(output)
            elif isinstance(output, Emit) and isinstance(output.noun, DetectionBatch):
                onward = output.noun
                self._heard[onward.site, onward.source] = onward.model_copy(update={"found": (), "end": -1, "reached": None})
                self._pending += [(item.detection.time, item.detection.id, item.detection) for item in onward.found]

    def finish(self) -> Replayed:
        """Correlate and escalate everything taken so far, in order of time."""
        self._pending.sort(key=lambda item: item[:2])
        for _, heard in sorted(self._heard.items()):
            self._step(self._correlate, heard)
        now: datetime | None = None
        for rank, (time, _, detection) in enumerate(self._pending):
            for moment in _minutes(now, time):
                self._tick(moment)
            now = time
            self._step(self._correlate, _alone(detection, rank))
        last = max((parse_iso(event["@timestamp"]) for event in self.result.events.values()), default=None)
        if now and last:
            for moment in _minutes(now, last):
                self._tick(moment)
            self._tick(max(now, last) + CLOCK_STEP)
        return self.result

    def _tick(self, now: datetime) -> None:
        self._step(self._correlate, Tick(now=now))
        self._step(self._notify, Tick(now=now))

    def _step(self, stage: Stage, message: Noun) -> None:
        for output in list(stage.step(self._memories[stage.name], message)):
            if isinstance(output, Document):
                self.result.keep(output)
            elif isinstance(output, Emit):
                self._step(self._notify, output.noun)
            else:
                self._record(output, message)

    def _record(self, send: Send, cause: Noun) -> None:
        notice = send.notice
        at = cause.now if isinstance(cause, Tick) else notice.due
        self.result.notices[notice.id] = {"id": notice.id, **notice.model_dump(mode="json"), "at": iso(at)}
        self._step(self._notify, Receipt(notice_id=notice.id, attempt=send.attempt, status=Status.SENT, at=at))


def _alone(detection: Detection, rank: int) -> DetectionBatch:
    """One detection as a batch of its own, in a source that stands for the sorted stream."""
    found = (Found(position=rank, detection=detection),)
    return DetectionBatch(site=detection.site, source="replay", epoch="replay", end=rank, found=found)


def _minutes(since: datetime | None, until: datetime) -> Iterator[datetime]:
    """The ticks from ``since`` to ``until``: every minute until all is quiet, and ``until`` itself."""
    if since is not None:
        end = min(until, since + QUIET)
        while (since := since + CLOCK_STEP) < end:
            yield since
    yield until


def by_time(bodies: Iterable[Body], *names: str) -> list[Body]:
    """Sorted by the first of these fields that a body has, then by id: the order of an export."""
    return sorted(
        bodies, key=lambda body: (next((str(body[name]) for name in names if name in body), ""), str(body.get("id", "")))
    )
