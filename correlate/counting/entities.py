"""What the matches of a group speak of, and when: so that what a correlation raises can be tied like any other detection."""

from collections.abc import Iterable
from typing import Any

from schemas.detection import Entity

MAX_ENTITIES = 32
"""Entities remembered of one group, those seen last."""
MAX_LENGTH = 200
"""Bytes of a value; a longer one is left out."""

Known = tuple[tuple[str, str, int, int], ...]
"""Kind, value, first and last event time in microseconds, in order."""


def load(rows: Iterable[Any]) -> Known:
    """From the plain values of a record."""
    return tuple((kind, value, first, last) for kind, value, first, last in rows)


def note(known: Known, entities: Iterable[Entity], time: int) -> Known:
    """Seen at that time."""
    seen = {(kind, value): (first, last) for kind, value, first, last in known}
    for entity in entities:
        if len(entity.value.encode()) <= MAX_LENGTH:
            first, last = seen.get((entity.kind, entity.value), (time, time))
            seen[entity.kind, entity.value] = (min(first, time), max(last, time))
    latest = sorted(((kind, value, first, last) for (kind, value), (first, last) in seen.items()), key=lambda row: (row[3], row))
    return tuple(sorted(latest[-MAX_ENTITIES:]))


def seen_between(known: Known, begin: int, end: int) -> tuple[Entity, ...]:
    """Those seen in ``[begin, end]``, or before and after."""
    return tuple(Entity(kind=kind, value=value) for kind, value, first, last in known if first <= end and last >= begin)
