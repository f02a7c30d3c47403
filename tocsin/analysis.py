"""The stateless stage: a RawBatch becomes Events, and the Events' Detections. It joins two pure stages that know nothing of another.

Events are stored, detections are stored, and one DetectionBatch goes on to be correlated, even an empty one: it says how far the
source has come.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from correlate.stage import document_of
from ingest.normalise import normalise
from schemas import topics
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.detection import Detection, DetectionBatch, Found, State
from schemas.errors import BadMessage
from schemas.event import Event, timestamp
from schemas.noun import Noun, parse_iso
from schemas.output import Document, Emit, Output
from schemas.site import Site
from schemas.tick import Tick

MAX_FOUND = 200
"""Detections in one message, about 2 kB each at worst before compression."""
LATE_AFTER = timedelta(days=30)
"""An event older than this when it is received goes to the index of late events: log lines cannot make indices at will."""
EARLY_BEFORE = timedelta(days=1)


class Detector(Protocol):
    """What finds detections in a batch of events."""

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event."""


class Together:
    """Several detectors as one: each event's detections in the order of rule ids."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._detectors = detectors

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event."""
        found = [detector.detect(events) for detector in self._detectors]
        return [
            sorted((one for part in parts for one in part), key=lambda detection: detection.rule_id)
            for parts in zip(*found, strict=True)
        ]


class Analysis:
    """Pure. ``sites`` is asked by FINESS, so that a site declared while running is found."""

    name = "normalise"
    topics: tuple[str, ...] = (topics.RAW + ".*", topics.DEAD)

    def __init__(self, sites: Mapping[str, Site], detector: Detector, key: bytes = b"") -> None:
        self._sites = sites
        self._detector = detector
        self._key = key

    def use(self, detector: Detector) -> None:
        """From the next batch on, find detections with this one."""
        self._detector = detector

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterator[Output]:  # noqa: ARG002 - remembers nothing
        """Take one batch, or a dead letter of a shipper; a batch of a site that is not declared is a bad message."""
        if isinstance(message, Tick):
            return
        if isinstance(message, DeadLetter):
            yield message.document()
            return
        if not isinstance(message, RawBatch):
            raise BadMessage(f"expected a raw_batch, got a {type(message).__name__}")
        site = self._sites.get(message.site)
        if site is None:
            raise BadMessage(f"raw_batch: site {message.site} is not declared in this region")
        events = normalise(message, site, self._key)
        detections = self._detector.detect(events)
        yield from (event_document(event, message) for event in events)
        yield from (document_of(found) for per_event in detections for found in per_event)
        yield from _onward(message, detections, _latest(events))


def event_document(event: Event, batch: RawBatch) -> Document:
    """An event as it is stored: create only, in the index of its day, or of late events."""
    instant = timestamp(event)
    in_time = batch.received - LATE_AFTER <= instant <= batch.received + EARLY_BEFORE
    return Document("event", event["event.id"], event, day=instant.date().isoformat() if in_time else "late")


def _onward(batch: RawBatch, detections: Sequence[Sequence[Detection]], reached: datetime | None) -> Iterator[Emit]:
    """The detections that the correlator needs, in messages that fit, cut between records; the last one says how far the source has come."""
    run: list[Found] = []
    end = batch.positions[0]
    for position, per_event in zip(batch.positions, detections, strict=True):
        fresh = [Found(position=position, detection=found) for found in per_event if _matters(found)]
        if run and len(run) + len(fresh) > MAX_FOUND:
            yield _message(batch, end, run)
            run = []
        run += fresh
        end = position
    yield _message(batch, end, run, reached)


def _latest(events: Iterable[Event]) -> datetime | None:
    """The order of these texts is the order of time (``schemas.noun.iso``)."""
    latest = max((event["@timestamp"] for event in events), default=None)
    return parse_iso(latest) if latest else None


def _matters(detection: Detection) -> bool:
    return detection.state is State.ON or bool(detection.groups)


def _message(batch: RawBatch, end: int, found: Iterable[Found], reached: datetime | None = None) -> Emit:
    onward = DetectionBatch(site=batch.site, source=batch.source, epoch=batch.epoch, end=end, found=tuple(found), reached=reached)
    return Emit(topics.DETECTIONS, f"{batch.site}/{batch.source}", onward)
