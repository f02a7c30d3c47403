"""The region in one process over one SQLite file."""

import fcntl
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from notify.ports import Channel
from schemas.errors import ConfigurationError
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState, SqliteStore
from tocsin.drivers.embedded import Embedded, Seat
from tocsin.drivers.handover import Handover
from tocsin.drivers.perform import Performer
from tocsin.drivers.reload import Reloader
from tocsin.drivers.stage import Stage
from tocsin.settings import Region
from tocsin.shipping import Shipper
from tocsin.wiring import mail
from tocsin.wiring.rule_reload import reloader
from tocsin.wiring.rules import Rules
from tocsin.wiring.sources import declared, follow
from tocsin.wiring.stages import analysis, correlator, escalator, utc_now


@dataclass
class Running:
    """An embedded region that can be run, and closed."""

    driver: Embedded
    database: Database
    log: SqliteLog
    store: SqliteStore
    reloader: Reloader


def embedded(
    region: Region,
    rules: Rules,
    *,
    clock: Callable[[], datetime] = utc_now,
    channels: Mapping[str, Channel] | None = None,
    last: bool = False,
    fed_by: Callable[[SqliteLog], Callable[[], Awaitable[bool]]] | None = None,
    durable: bool = True,
) -> Running:
    """All stages over the region's SQLite file, fed by its declared sources.

    Args:
        region: The settings.
        rules: The rule book.
        clock: Gives now.
        channels: Instead of the configured mail server.
        last: Sources are complete: an unfinished last line is a record too.
        fed_by: Instead of the declared sources: what appends to the log, and answers whether it did.
        durable: Whether what is committed survives a power cut; a kill it survives either way.
    """
    region.region.data.parent.mkdir(parents=True, exist_ok=True)
    database = Database(region.region.data, durable=durable)
    log, store = SqliteLog(database), SqliteStore(database)
    handover = Handover(store, channels if channels is not None else mail.channels(region, clock), clock, "embedded")
    performer = Performer(log, store, handover=handover)
    stages: tuple[Stage, ...] = (analysis(region, rules), correlator(region, rules), escalator(region))
    seats = [Seat(stage, SqliteState(database, stage.name), performer) for stage in stages]
    if fed_by is None:
        shipper = Shipper(declared(region.source), follow, log, SqliteState(database, "ship"), clock, secrets.token_hex(8))
        more: Callable[[], Awaitable[bool]] = partial(shipper.round, last=last)
    else:
        more = fed_by(log)

    async def feed() -> bool:
        with database.transaction():
            return await more()

    return Running(Embedded(database, log, seats, clock, feed), database, log, store, reloader(region, rules, stages))


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the region's file for this process alone; the lock goes with the process, however it ends.

    Raises:
        ConfigurationError: another process runs this region.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(f"{data}: another `tocsin run` is working on this region") from error
        yield
