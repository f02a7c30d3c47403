"""What writes a log: one machine of one establishment, with the numbers that it counts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.simulation.places import Place


@dataclass(slots=True)
class Device:
    """Numbers grow from line to line; what else the machine makes up is drawn from ``rng``."""

    place: Place
    rng: Random
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _hour: datetime | None = None
    _offset: timedelta = timedelta()

    def local(self, time: datetime) -> tuple[datetime, str]:
        """The instant on the clock of the establishment, and its offset as ``+0100``. Offsets change on the hour."""
        hour = time.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._offset = hour, _offset(time, self.place.site.zone)
        minutes = int(self._offset.total_seconds()) // 60
        return time + self._offset, f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _offset(time: datetime, zone: ZoneInfo) -> timedelta:
    return time.astimezone(zone).utcoffset() or timedelta()


Writes = Mapping[type, Callable[[Any, Device], Iterator[str | bytes]]]
"""What a format writes of each kind of happening; of other kinds it knows nothing."""
