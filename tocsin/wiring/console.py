"""The console over a region's archive."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from starlette.types import ASGIApp

from console.app import console
from console.ports import Archive
from schemas.site import Finess, Site
from tocsin.settings import Region
from tocsin.wiring import look


@dataclass
class OpenConsole:
    """A console that can be served, and closed in the same loop."""

    app: ASGIApp
    close: Callable[[], Awaitable[None]]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def opened(region: Region, language: str = "fr", clock: Callable[[], datetime] = _utc_now) -> OpenConsole:
    """The pages of this region: from Elasticsearch in a cluster, else from the SQLite file. Nothing is contacted yet."""
    archive, close = look.archive(region)
    return OpenConsole(_app(archive, region, language, clock), close)


def _app(archive: Archive, region: Region, language: str, clock: Callable[[], datetime]) -> ASGIApp:
    sites: Mapping[Finess, Site] = {site.finess: site for site in region.site}
    zone = ZoneInfo(region.region.timezone)
    return console(archive, sites, region=region.region.name, zone=zone, clock=clock, language=language)
