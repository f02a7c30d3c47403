"""Every form of time that log records write, read into UTC instants. The only file that decides a year or a zone."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from math import modf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ingest.remember import remembered
from schemas.noun import iso

AMBIGUOUS = "time:ambiguous"
"""Tag: the clock showed this local time twice (end of summer time); the reading nearest to the reception was taken."""
NONEXISTENT = "time:nonexistent"
"""Tag: the clock never showed this local time (start of summer time); the offset before the change was taken."""
FUTURE = timedelta(days=1)
"""How far ahead of its reception an event may honestly be: clocks drift, zones get mixed up."""

_MONTHS = {
    name: number
    for number, name in enumerate(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1)
}
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_LEAP_YEARS_APART = 8
"""29 February may be eight years away (1896 to 1904, 2096 to 2104)."""
_EPOCH_UNITS = ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000))
"""Below the first number, the unit is seconds divided by the second: seconds until the year 5138, and so on."""


class Stamp(NamedTuple):
    """An instant in UTC, and the tags that say what is doubtful about it."""

    instant: datetime
    tags: tuple[str, ...] = ()


def rfc3164(text: str, zone: ZoneInfo, received: datetime) -> Stamp | None:
    """``Mmm dd hh:mm:ss`` (RFC 3164 §4.1.2), which has no year and no zone.

    The year is the latest that puts the event at most one day after ``received``: the one with the least distance to it.
    Returns None when the text is no such time.
    """
    try:
        month, day, clock = text.split()
        hour, minute, second = clock.split(":")
        parts = _MONTHS[month], int(day), int(hour), int(minute), min(int(second), 59)  # a leap second is the one before it
    except (ValueError, KeyError):
        return None
    latest = received.astimezone(zone).replace(tzinfo=None) + FUTURE
    for year in range(latest.year, latest.year - _LEAP_YEARS_APART - 2, -1):
        try:
            candidate = datetime(year, *parts)  # noqa: DTZ001 - the zone is applied below
        except ValueError:
            continue
        if candidate <= latest:
            return _in_zone(candidate, zone, received)
    return None


def rfc3339(text: str, zone: ZoneInfo, received: datetime) -> Stamp | None:
    """An ISO 8601 time, with ``T`` or a space, any number of decimals (cut to µs); without an offset, it is local to ``zone``.

    Reads RFC 3339, the ``SystemTime`` of Windows (seven or nine decimals) and the ``EventTime`` of NXLog.
    Returns None when the text is no such time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return _in_zone(moment, zone, received)
    return _stamp(moment)


def utc(text: str) -> Stamp | None:
    """An ISO 8601 time that is UTC when it names no offset, such as the ``UtcTime`` of Sysmon; None when it is no such time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


Told = tuple[str, tuple[str, ...]]
"""An instant as ``schemas.noun.iso`` writes it, and the tags that say what is doubtful about it."""
_USUAL = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
"""The ISO 8601 times that logs are full of. Only their whole second needs a calendar, and many records share one."""
_TO_THE_SECOND = len("2026-03-27T12:06:56.")


def told_rfc3339(text: str, zone: ZoneInfo, received: datetime) -> Told | None:
    """What ``rfc3339`` reads, as text."""
    found = _USUAL.fullmatch(text)
    if found is None:
        return _told(rfc3339(text, zone, received))
    second, decimals, offset = found.groups("")
    start = _second(second + offset) if offset else _local_second(second, zone, received)
    return (f"{start}{decimals[:6]:0<6}Z", ()) if start else _told(rfc3339(text, zone, received))


def told_utc(text: str) -> Told | None:
    """What ``utc`` reads, as text."""
    found = _USUAL.fullmatch(text)
    if found is None:
        return _told(utc(text))
    second, decimals, offset = found.groups("")
    start = _second(second + (offset or "Z"))
    return (f"{start}{decimals[:6]:0<6}Z", ()) if start else None


def told_epoch(seconds: float) -> str:
    """Seconds since 1970, before the year 5138, to the nearest microsecond: a float is a little off."""
    decimals, whole = modf(seconds)
    microseconds = round(decimals * 1_000_000)
    if microseconds == 1_000_000:  # noqa: PLR2004 - rounded up to the next second
        whole, microseconds = whole + 1, 0
    return f"{_second_of_epoch(int(whole))}{microseconds:06d}Z"


@lru_cache(maxsize=4096)
def _second_of_epoch(seconds: int) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))[:_TO_THE_SECOND]


@remembered
def _second(text: str) -> str | None:
    """A whole second with its offset, as the start of what ``schemas.noun.iso`` writes; None when there is no such time."""
    stamp = utc(text)
    return iso(stamp.instant)[:_TO_THE_SECOND] if stamp else None


@lru_cache(maxsize=4096)
def _local_second(text: str, zone: ZoneInfo, received: datetime) -> str | None:
    """The same of a local time; None as well when there is a doubt to tell."""
    stamp = rfc3339(text, zone, received)
    return iso(stamp.instant)[:_TO_THE_SECOND] if stamp and not stamp.tags else None


def _told(stamp: Stamp | None) -> Told | None:
    return (iso(stamp.instant), stamp.tags) if stamp else None


def epoch(number: float) -> Stamp | None:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by magnitude; None when out of range."""
    for limit, per_second in _EPOCH_UNITS:
        if 0 <= number < limit:
            whole, rest = divmod(number, per_second)
            return _stamp(datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=rest * 1_000_000 // per_second))
    return None


def common_log(text: str) -> Stamp | None:
    """``17/May/2015:10:05:03 +0200``, the time of the Common Log Format (Apache ``%t``, NGINX ``$time_local``); None when it is none."""
    try:
        day, month, year = int(text[:2]), _MONTHS[text[3:6]], int(text[7:11])
        clock = int(text[12:14]), int(text[15:17]), min(int(text[18:20]), 59)
        offset = timedelta(hours=int(text[22:24]), minutes=int(text[24:26]))
        moment = datetime(year, month, day, *clock, tzinfo=timezone(-offset if text[21] == "-" else offset))
    except (ValueError, KeyError, IndexError):
        return None
    return _stamp(moment)


def told_instant(value: object, zone: ZoneInfo, received: datetime) -> Told | None:
    """A JSON value that should be a time: an epoch number or an ISO 8601 text; None when it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _told(epoch(value))
    return told_rfc3339(value, zone, received) if isinstance(value, str) else None


def _in_zone(local: datetime, zone: ZoneInfo, received: datetime) -> Stamp | None:
    """Apply PEP 495: two readings of one local time exist around a change of offset."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    try:
        if first.utcoffset() == second.utcoffset():
            return _stamp(first)
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
            return _stamp(first, NONEXISTENT)
    except OverflowError:
        return None
    nearest = min(first, second, key=lambda reading: abs(reading.astimezone(UTC) - received))
    return _stamp(nearest, AMBIGUOUS)


def _stamp(moment: datetime, *tags: str) -> Stamp | None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return Stamp(moment.astimezone(UTC), tags)
