"""The simulated region: ordinary days at every establishment, the campaigns against some, and the lines that their machines write."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from math import inf
from random import Random
from typing import NamedTuple

from schemas.site import Contact, Finess, Site
from tocsin.simulation import inventing
from tocsin.simulation.addresses import MAX_SITES
from tocsin.simulation.campaigns.campaign import Campaign
from tocsin.simulation.campaigns.chosen import CAMPAIGNS, campaigns
from tocsin.simulation.clock import DAY
from tocsin.simulation.days.whole import whole
from tocsin.simulation.formats.device import Device
from tocsin.simulation.formats.sources import file_name, written
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import PLACES, REGION_CONTACTS, Place

WEEK = 7


class Line(NamedTuple):
    """One line of a log of the type, without its end, and when it was written."""

    source_type: str
    text: bytes
    time: datetime


@dataclass(frozen=True, slots=True)
class SourceLog:
    """One log of one establishment: lines in the order of time, without their ends."""

    site: Finess
    source_type: str
    file_name: str
    lines: tuple[bytes, ...]


@dataclass(frozen=True)
class Simulated:
    """A region and the truth about it. Its lines are made when they are asked for, a day of one establishment at a time."""

    start: datetime
    seed: int
    days: int
    scale: float
    places: tuple[Place, ...]
    truth: tuple[Campaign, ...]
    region_contacts: tuple[Contact, ...] = REGION_CONTACTS

    @property
    def sites(self) -> tuple[Site, ...]:
        """The establishments."""
        return tuple(place.site for place in self.places)

    @cached_property
    def sources(self) -> tuple[SourceLog, ...]:
        """All logs, whole, in memory: for a small region. Else use ``lines``."""
        return tuple(log for place in self.places for log in self._logs(place))

    def lines(self, place: Place) -> Iterator[Line]:
        """What the machines of one establishment write; each log is in the order of time."""
        devices = {kind: Device(place, _rng(self.seed, place.finess, kind)) for kind in place.sources}
        for happening in self._happenings(place):
            for kind, device in devices.items():
                for text in written(happening, kind, device):
                    yield Line(kind, text, happening.time)

    def _happenings(self, place: Place) -> Iterator[Happening]:
        """In the order of time. What a day leaves over for after midnight waits for the next; what the last leaves over is cut."""
        attacks = [
            happening
            for campaign in self.truth
            for strike in campaign.strikes
            if strike.place == place
            for happening in strike.happenings
        ]
        weekly = _rng(self.seed, "weekly").randrange(WEEK) if self.days >= WEEK else 0
        waiting: list[Happening] = []
        for number in range(self.days):
            begin = self.start + number * DAY
            end = begin + DAY
            waiting += whole(self.seed, place, begin, number, weekly, self.scale)
            waiting += (happening for happening in attacks if begin <= happening.time < end)
            waiting.sort(key=lambda happening: happening.time)
            yield from (happening for happening in waiting if happening.time < end)
            waiting = [happening for happening in waiting if happening.time >= end]

    def _logs(self, place: Place) -> Iterator[SourceLog]:
        lines: dict[str, list[bytes]] = {kind: [] for kind in place.sources}
        for line in self.lines(place):
            lines[line.source_type].append(line.text)
        for kind, texts in lines.items():
            yield SourceLog(place.finess, kind, file_name(place, kind), tuple(texts))


def region(
    start: datetime,
    seed: int = 1,
    days: int = 1,
    *,
    sites: int = len(PLACES),
    scale: float = 1.0,
    names: Collection[str] = CAMPAIGNS,
) -> Simulated:
    """Simulate a region; the same arguments give the same bytes.

    Args:
        start: The first instant of the logs, with a zone; midnight is usual.
        seed: Draws everything that varies.
        days: How many times 24 hours.
        sites: How many establishments; beyond eight they are invented.
        scale: How much louder or quieter than usual the ordinary life is; campaigns stay as they are.
        names: Which campaigns take place.

    Raises:
        ValueError: ``start`` has no zone, there is no day, there are too few or too many sites.
    """
    if start.tzinfo is None or days < 1:
        raise ValueError(f"expected a start with a time zone and at least one day, got {start.isoformat()} and {days}")
    if not 1 <= sites <= MAX_SITES or not 0 < scale < inf:
        raise ValueError(f"expected 1 to {MAX_SITES} sites and a scale above 0, got {sites} and {scale}")
    start = start.astimezone(UTC)  # sums in a local zone would skip or repeat an hour twice a year
    places = inventing.places(sites)
    return Simulated(start, seed, days, scale, places, tuple(campaigns(seed, places, start, days, names)))


def _rng(seed: int, *names: str) -> Random:
    """A source of its own for each part."""
    return Random("/".join((str(seed), *names)))  # noqa: S311 - must be repeatable, nothing here is secret
