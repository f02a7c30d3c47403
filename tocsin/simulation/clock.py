"""When things happen: moments of a day that may start at any instant, and the hours at which a hospital is busy."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

BUSY = (2, 1, 1, 1, 2, 4, 8, 12, 16, 16, 16, 14, 10, 14, 16, 14, 12, 10, 6, 5, 5, 4, 3, 2)
"""How much of the work falls in each local hour: care never stops, offices do."""


def at_local(start: datetime, zone: ZoneInfo, hour: float) -> datetime:
    """The first moment from ``start`` on when clocks in the zone show this hour (2.5 is half past two)."""
    local = start.astimezone(zone)
    now = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return start + (hour * HOUR - now) % DAY


def working(rng: Random, start: datetime, zone: ZoneInfo) -> datetime:
    """A moment of the day that starts there, likely in a busy hour."""
    (hour,) = rng.choices(range(24), BUSY)
    return at_local(start, zone, hour + rng.random())


def anytime(rng: Random, start: datetime) -> datetime:
    """A moment of the day that starts there."""
    return start + rng.random() * DAY


def after(rng: Random, moment: datetime, least: float, most: float) -> datetime:
    """Between ``least`` and ``most`` seconds later."""
    return moment + timedelta(seconds=least + rng.random() * (most - least))
