"""Holds detections for a moment, so that sites are heard in the order of event time and not of arrival.

A detection leaves when it has waited ``hold`` on the pipeline's clock; all that leave together leave sorted by (event time, id).
With this, three hospitals whose logs arrive interleaved in any way give the incidents they would give in one sorted stream.
"""

from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from correlate import record
from schemas import codec
from schemas.detection import Detection

QUEUE = "held"
MAX_HELD = 1200
"""Entries of the queue record, 53 bytes each; when it is full the earliest leave at once, in order."""


class Released(NamedTuple):
    """What has waited long enough, in order of (event time, id); ``early`` when some had to leave before that."""

    detections: tuple[Detection, ...] = ()
    early: bool = False


def hold(memory: MutableMapping[str, bytes], detections: Sequence[Detection], now: datetime) -> None:
    """Keep detections back; one that is already held stays where it is."""
    if not detections:
        return
    queue = _queue(memory)
    held = {entry[1] for entry in queue}
    for detection in detections:
        if detection.id not in held:
            held.add(detection.id)
            queue.append((record.microseconds(detection.time), detection.id, record.microseconds(now)))
            memory[_body(detection.id)] = codec.encode(detection)
    memory[QUEUE] = record.pack(now, sorted(queue))


def release(memory: MutableMapping[str, bytes], now: datetime, wait: timedelta) -> Released:
    """Take out the detections that have waited long enough, and of the others those beyond ``MAX_HELD``."""
    queue = _queue(memory)
    limit = record.microseconds(now - wait)
    waiting = [entry for entry in queue if entry[2] > limit]
    early = {entry[1] for entry in waiting[: max(0, len(waiting) - MAX_HELD)]}
    leaving = [entry for entry in queue if entry[2] <= limit or entry[1] in early]
    if not leaving:
        return Released()
    left = {entry[1] for entry in leaving}
    memory[QUEUE] = record.pack(now, [entry for entry in queue if entry[1] not in left])
    return Released(tuple(codec.decode_as(Detection, memory.pop(_body(entry[1]))) for entry in leaving), bool(early))


def _queue(memory: MutableMapping[str, bytes]) -> list[tuple[int, str, int]]:
    """Event time, id and arrival, all in microseconds, earliest first."""
    return [(time, held_id, arrival) for time, held_id, arrival in record.unpack(memory.get(QUEUE)) or ()]


def _body(detection_id: str) -> str:
    return f"held/{detection_id}"
