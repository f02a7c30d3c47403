"""Parts of a time, as a log writes it (Sigma modifiers 2.1, *time modifiers*: no conversion of zones or formats).

Read are ISO 8601 dates, with or without a time: ``2026-01-31``, ``2026-01-31 08:00:00.123``, ``2026-01-31T08:00:00.123456789Z``.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from sigma.types import TimestampPart

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?",
)
_OF_DAY: Mapping[TimestampPart, Callable[[date], int]] = {
    TimestampPart.DAY: lambda day: day.day,
    TimestampPart.WEEK: lambda day: day.isocalendar().week,
    TimestampPart.MONTH: lambda day: day.month,
    TimestampPart.YEAR: lambda day: day.year,
}
_OF_CLOCK = {TimestampPart.HOUR: 0, TimestampPart.MINUTE: 1}
_CLOCK_ENDS = (24, 60)


def time_part(element: object, part: TimestampPart) -> int | None:
    """The part of the time that a text writes, weeks as ISO 8601 counts them; None when it writes none, or no such part."""
    parts = _parts(element) if isinstance(element, str) else None
    return parts.get(part) if parts else None


@lru_cache(maxsize=4096)
def _parts(text: str) -> Mapping[TimestampPart, int] | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    parts = {part: read(day) for part, read in _OF_DAY.items()}
    if found[4] is None:
        return parts
    clock = (int(found[4]), int(found[5]))
    if any(number >= end for number, end in zip(clock, _CLOCK_ENDS, strict=True)):
        return None
    return parts | {part: clock[at] for part, at in _OF_CLOCK.items()}
