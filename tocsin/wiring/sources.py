"""Declared sources, and the shipper that follows them."""

import argparse
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.adapters.files import Followed, Place
from schemas.errors import ConfigurationError
from tocsin.adapters.kafka import KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState
from tocsin.settings import SiteFile, SourceSection
from tocsin.shipping import Declared, Shipper
from tocsin.wiring.rules import known_source_type
from tocsin.wiring.stages import utc_now


def declared(sources: Iterable[SourceSection], site: str | None = None) -> list[Declared]:
    """The sources as the shipper takes them; two that would share a name are an error.

    Raises:
        ConfigurationError: names the two.
    """
    found = [
        Declared(source.site or site or "", source.name or f"{source.type}/{source.path.name}", _checked(source), source.path)
        for source in sources
    ]
    names = [(source.site, source.name) for source in found]
    for source in found:
        if names.count((source.site, source.name)) > 1:
            raise ConfigurationError(
                f"source {source.path}: another source of {source.site} is called {source.name!r}; set `name`"
            )
    return found


def _checked(source: SourceSection) -> str:
    try:
        return known_source_type(source.type)
    except argparse.ArgumentTypeError as error:
        raise ConfigurationError(f"source {source.path}: {error}") from error


def follow(path: Path, place: Sequence[int] | None) -> Followed:
    """A file at the place that was remembered, or at its beginning."""
    return Followed(path, Place(*place) if place else Place())


def unreadable(sources: Iterable[SourceSection]) -> list[str]:
    """The sources that nothing can be read of, each with the reason."""
    found = []
    for source in sources:
        try:
            with source.path.open("rb"):
                pass
        except OSError as error:
            found.append(f"source {source.path}: cannot read it: {error.strerror}")
    return found


@dataclass
class Shipping:
    """A shipper, and what to close when it is done."""

    shipper: Shipper
    close: Callable[[], Awaitable[None]]


def shipping(site: SiteFile, *, clock: Callable[[], datetime] = utc_now) -> Shipping:
    """A hospital's shipper, to Kafka or to the file of an embedded region."""
    site.state.mkdir(parents=True, exist_ok=True)
    memory = Database(site.state / "ship.db")
    kafka = KafkaLog(site.kafka) if site.kafka else None
    log = kafka or SqliteLog(Database(site.embedded.database if site.embedded else ""))
    prefix = site.kafka.prefix if site.kafka else ""
    listed = declared(site.source, site.site.finess)
    shipper = Shipper(listed, follow, log, SqliteState(memory, "ship"), clock, secrets.token_hex(8), prefix)

    async def close() -> None:
        if kafka:
            await kafka.close()
        memory.close()

    return Shipping(shipper, close)
