"""Who saw which value: the memory behind "two sites share an indicator".

One record for each value that may link. A link needs the value at two trust domains, no more than ``REACH`` apart in event time:
an outage of three days at one of the hit hospitals must still join.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, NamedTuple

REACH = timedelta(days=7)
MAX_PER_SITE = 16
"""Sightings kept of one site, half of them the earliest: how it began matters most."""
MAX_SIGHTINGS = 700
"""Sightings kept of one value: about 80 bytes each, so that a record stays below 64 KiB."""


class Sighting(NamedTuple):
    """One detection that speaks of the value."""

    time: int
    """Event time in microseconds."""
    detection_id: str
    site: str
    trust_domain: str


class Seen(NamedTuple):
    """All that is remembered of one value. ``dropped`` counts the sightings beyond the bounds."""

    sightings: tuple[Sighting, ...] = ()
    dropped: int = 0

    @classmethod
    def load(cls, plain: Any) -> "Seen":
        """From the plain values of a record; None is a value never seen."""
        return cls() if plain is None else cls(tuple(Sighting(*row) for row in plain[0]), plain[1])


def step(seen: Seen, new: Sighting) -> tuple[Seen, tuple[Sighting, ...]]:
    """Add a sighting.

    Returns:
        The new state, and the sightings that the new one ties together, itself included: empty unless another trust domain is
        among them.
    """
    after = seen if new in seen.sightings else _bounded(seen, new)
    near = REACH // timedelta(microseconds=1)
    tied = tuple(item for item in sorted({*after.sightings, new}) if abs(item.time - new.time) <= near)
    return after, tied if len({item.trust_domain for item in tied}) > 1 else ()


def _bounded(seen: Seen, new: Sighting) -> Seen:
    sightings = sorted((*seen.sightings, new))
    site = [item for item in sightings if item.site == new.site]
    if len(site) > MAX_PER_SITE:
        sightings.remove(site[MAX_PER_SITE // 2])
    if len(sightings) > MAX_SIGHTINGS:
        noisiest, _ = max(Counter(item.site for item in sightings).items(), key=lambda pair: (pair[1], pair[0]))
        sightings.remove(next(item for item in reversed(sightings) if item.site == noisiest))
    return Seen(tuple(sightings), seen.dropped + len(seen.sightings) + 1 - len(sightings))
