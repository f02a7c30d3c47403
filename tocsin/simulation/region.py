"""The simulated region: ordinary days at three establishments, and one campaign against two of them in the evening of the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from random import Random

from schemas.detection import Entity
from schemas.site import Contact, Finess, Site
from tocsin.simulation import attack, sshd_day, windows_day, windows_shippers
from tocsin.simulation.clock import DAY
from tocsin.simulation.places import PLACES, REGION_CONTACTS, Place
from tocsin.simulation.sshd_day import SshdLine
from tocsin.simulation.windows_events import WindowsEvent

ATTACK_AFTER = timedelta(hours=20)
"""From the start of the last day to the first wrong password."""
HIT = PLACES[:2]


@dataclass(frozen=True, slots=True)
class SourceLog:
    """One log of one establishment: lines in the order of time, without their ends."""

    site: Finess
    source_type: str
    file_name: str
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """What really happened: the establishments hit, and what they share that others do not have."""

    name: str
    sites: tuple[Finess, ...]
    indicators: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A region, its logs, and the truth about them."""

    sites: tuple[Site, ...]
    region_contacts: tuple[Contact, ...]
    sources: tuple[SourceLog, ...]
    truth: tuple[Campaign, ...]


def region(start: datetime, seed: int = 1, days: int = 1, *, attacked: bool = True) -> Simulated:
    """Simulate the region; the same arguments give the same bytes.

    Args:
        start: The first instant of the logs, with a zone; midnight is usual.
        seed: Draws everything that varies.
        days: How many times 24 hours.
        attacked: Whether the campaign takes place.

    Raises:
        ValueError: ``start`` has no zone, or there is no day.
    """
    if start.tzinfo is None or days < 1:
        raise ValueError(f"expected a start with a time zone and at least one day, got {start.isoformat()} and {days}")
    start = start.astimezone(UTC)  # sums in a local zone would skip or repeat an hour twice a year
    attacker = attack.attacker(_rng(seed, "attacker"))
    last = start + (days - 1) * DAY
    begins = {place.site.finess: last + ATTACK_AFTER + rank * attack.BETWEEN_SITES for rank, place in enumerate(HIT)}
    sources = []
    for place in PLACES:
        windows = list(_windows_days(seed, place, start, days))
        sshd = list(_sshd_days(seed, place, start, days))
        begin = begins.get(place.site.finess)
        if attacked and begin:
            rng = _rng(seed, place.site.finess, "attack")
            sshd += attack.logins(rng, attacker, begin)
            windows += attack.actions(rng, place, attacker, begin)
        end = start + days * DAY
        sources += [_windows_log(place, windows, end), _sshd_log(place, sshd, end)]
    campaign = Campaign(attack.NAME, tuple(begins), attacker.indicators)
    return Simulated(tuple(place.site for place in PLACES), REGION_CONTACTS, tuple(sources), (campaign,) if attacked else ())


def _windows_days(seed: int, place: Place, start: datetime, days: int) -> Iterator[WindowsEvent]:
    """Each day draws from a source of its own, so that neither an attack nor another day changes it."""
    finess = place.site.finess
    return chain.from_iterable(
        windows_day.ordinary(_rng(seed, finess, "windows", str(day)), place, start + day * DAY) for day in range(days)
    )


def _sshd_days(seed: int, place: Place, start: datetime, days: int) -> Iterator[SshdLine]:
    finess = place.site.finess
    return chain.from_iterable(
        sshd_day.ordinary(_rng(seed, finess, "sshd", str(day)), place, start + day * DAY) for day in range(days)
    )


def _windows_log(place: Place, events: list[WindowsEvent], end: datetime) -> SourceLog:
    kept = sorted((event for event in events if event.time < end), key=lambda event: event.time)
    lines = (windows_shippers.write(event, number, place.shipper, place.site.zone) for number, event in enumerate(kept, 1))
    return SourceLog(place.site.finess, "windows_event", f"windows-{place.shipper}.jsonl", tuple(lines))


def _sshd_log(place: Place, written: list[SshdLine], end: datetime) -> SourceLog:
    kept = sorted((line for line in written if line.time < end), key=lambda line: line.time)
    return SourceLog(place.site.finess, "sshd", "auth.log", tuple(sshd_day.write(line, place.site.zone) for line in kept))


def _rng(seed: int, *names: str) -> Random:
    """A source of its own for each part."""
    return Random("/".join((str(seed), *names)))  # noqa: S311 - a simulation must be repeatable, nothing here is secret
