"""The establishments: which of their sources are heard, and since when not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from console.lens import Lens
from console.ports import Archive, Source
from schemas.site import Site

REMEMBERED = timedelta(days=30)
"""A source that was not heard for longer is not listed."""
COUNTED = timedelta(days=1)
SILENT = timedelta(hours=1)
"""Without any line for longer, a hospital is silent: it writes logs at every hour of the day."""
PATIENCE = timedelta(hours=4)
"""Without a line for longer, a source may be silent: the night is calm."""
GAPS = 24
"""So many times its own pause between two lines, and it is."""


class Place(NamedTuple):
    """One establishment and its sources."""

    site: Site
    sources: Sequence[Source]
    silent: frozenset[str]
    """Of its sources."""
    now: datetime

    @property
    def health(self) -> str:
        """``unknown`` (never heard), ``silent`` (nothing from any source), ``partial`` (some sources are silent) or ``well``."""
        if self.received is None:
            return "unknown"
        return "silent" if self.now - self.received > SILENT else "partial" if self.silent else "well"

    @property
    def received(self) -> datetime | None:
        """When anything was last received."""
        return max((source.received for source in self.sources), default=None)

    @property
    def events(self) -> int:
        """Received within ``COUNTED``."""
        return sum(source.events for source in self.sources)


HEALTH = ("unknown", "silent", "partial", "well")
"""The worst first."""


async def read(archive: Archive, lens: Lens, now: datetime) -> list[Place]:
    """Those in trouble first, then by name. Spans begin at whole hours, so that a store can answer again what it has computed."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    found = await archive.sources(hour - REMEMBERED, hour - COUNTED)
    places = [_place(site, [item for item in found if item.site == site.finess], now) for site in lens.sites.values()]
    return sorted(places, key=lambda place: (HEALTH.index(place.health), place.site.name))


def _place(site: Site, sources: Sequence[Source], now: datetime) -> Place:
    return Place(site, sources, frozenset(item.dataset for item in sources if _is_silent(item, now)), now)


def _is_silent(source: Source, now: datetime) -> bool:
    """Longer without a line than its own rhythm explains; three lines a day are no reason to worry after four hours."""
    usual = COUNTED / source.events if source.events else timedelta()
    return now - source.received > max(PATIENCE, GAPS * usual)
