"""Who saw which value: the memory behind "two sites share an indicator".

One record for each value that may link. A link needs the value at two trust domains where something succeeded, no more than ``REACH``
apart in event time: an outage of three days at one of the hit hospitals must still join. A scan of every site links none of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

REACH = timedelta(days=7)
MAX_PER_SITE = 16
"""Sightings kept of one site, half of them the earliest: how it began matters most."""
MAX_SIGHTINGS = 700
"""Sightings kept of one value: about 60 bytes each, so that a record stays below 64 KiB."""


class Sighting(NamedTuple):
    """One detection that speaks of the value."""

    time: int
    """Event time in microseconds."""
    detection_id: str
    site: str
    worked: bool = True
    """Whether it was a success, and not an attempt."""


class Seen(NamedTuple):
    """All that is remembered of one value. ``dropped`` counts the sightings forgotten, when full, before anything tied them."""

    sightings: tuple[Sighting, ...] = ()
    dropped: int = 0

    @classmethod
    def load(cls, plain: Any) -> "Seen":
        """From the plain values of a record; None is a value never seen."""
        return cls() if plain is None else cls(tuple(Sighting(*row) for row in plain[0]), plain[1])


def step(seen: Seen, new: Sighting, domain: Callable[[str], str], reach: timedelta = REACH) -> tuple[Seen, tuple[Sighting, ...]]:
    """Add a sighting; ``domain`` gives the trust domain of a site.

    Returns:
        The new state, and the sightings that the new one ties together, itself included: those of the trust domains where something
        succeeded, attempts there among them; empty unless there are two, the new one's among them.
    """
    sightings = sorted({*seen.sightings, new})
    tied = near(sightings, new, reach)
    hit = {domain(item.site) for item in tied if item.worked}
    tied = tuple(item for item in tied if domain(item.site) in hit) if len(hit) > 1 and domain(new.site) in hit else ()
    kept = _bounded(sightings, new)
    lost = 0 if tied else len(sightings) - len(kept)
    return Seen(kept, seen.dropped + lost), tied


def near(sightings: Iterable[Sighting], new: Sighting, reach: timedelta) -> tuple[Sighting, ...]:
    """Those no further away in event time than the reach."""
    most = reach // timedelta(microseconds=1)
    return tuple(item for item in sightings if abs(item.time - new.time) <= most)


def _bounded(sightings: list[Sighting], new: Sighting) -> tuple[Sighting, ...]:
    """Without an attempt, or else the middle, of a noisy site; without the latest of the noisiest when there are too many in all."""
    kept = list(sightings)
    site = [item for item in kept if item.site == new.site]
    if len(site) > MAX_PER_SITE:
        middle = site[1:-1]
        kept.remove(next((item for item in middle if not item.worked), site[MAX_PER_SITE // 2]))
    if len(kept) > MAX_SIGHTINGS:
        noisiest, _ = max(Counter(item.site for item in kept).items(), key=lambda pair: (pair[1], pair[0]))
        latest_first = [item for item in reversed(kept) if item.site == noisiest]
        kept.remove(next((item for item in latest_first if not item.worked), latest_first[0]))
    return tuple(kept)
