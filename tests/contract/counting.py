"""A tiny stage that counts, run by the product's own drivers in a process of its own: ``python -m tests.contract.counting``."""

import asyncio
import logging
import sys
from collections.abc import Iterable, MutableMapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from schemas.detection import DetectionBatch
from schemas.noun import Noun
from schemas.output import Document, Emit, Output
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.faust_table import FaustState
from tocsin.adapters.kafka import KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState, SqliteStore
from tocsin.drivers import cluster
from tocsin.drivers.embedded import Embedded, Seat
from tocsin.drivers.perform import Performer
from tocsin.settings import ElasticsearchSettings, KafkaSettings

SITE = "010000024"
IN, OUT = "counting.in", "counting.out"


class Counting:
    """Counts the inputs of a source; one seen before, known by its position, changes nothing, like a batch in the correlator."""

    name = "counting"
    topics: tuple[str, ...] = (IN,)

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterable[Output]:
        """Give a document and a message for each input, and one document with the count; fail on a negative position."""
        if not isinstance(message, DetectionBatch):
            return
        count = int(memory.get("count", b"0"))
        if f"seen/{message.end}" not in memory:
            count += 1
            memory["count"] = b"%d" % count
            memory[f"seen/{message.end}"] = b"1"
        yield Document("membership", f"m{message.end}", {"id": f"m{message.end}", "number": message.end})
        yield Document("incident", "total", {"id": "total", "count": count}, version=count)
        yield Emit(OUT, "key", message)
        if message.end < 0:
            raise ValueError("a negative position")


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


async def embedded(folder: Path) -> None:
    """Run until killed."""
    database = Database(folder / "region.db")
    log = SqliteLog(database)
    seat = Seat(Counting(), SqliteState(database, Counting.name), Performer(log, SqliteStore(database)))
    await Embedded(database, log, [seat], utc_now).run(asyncio.Event(), tick_seconds=0.2)


def faust_worker(kafka: KafkaSettings, elasticsearch: ElasticsearchSettings, folder: Path) -> int:
    """Run until killed."""
    log = KafkaLog(kafka)

    async def reading() -> Sequence[str]:
        return [kafka.prefix + IN]

    worker = cluster.Cluster(
        stage=Counting(),
        kafka=kafka,
        performer=Performer(log, ElasticStore(elasticsearch), prefix=kafka.prefix),
        log=log,
        topics=reading,
        clock=utc_now,
        folder=folder / "faust",
        progress=lambda: ({}, {}),
        well=lambda: None,
        begin_anew=lambda: sys.exit(1),
        state_of=FaustState,
    )
    return cluster.run(worker, [kafka.prefix + IN])


def main(arguments: Sequence[str]) -> int:
    """``embedded FOLDER``, or ``cluster KAFKA ELASTICSEARCH FOLDER`` with settings as JSON."""
    logging.basicConfig(level=logging.WARNING)
    kind, *settings, folder = arguments
    if kind == "embedded":
        asyncio.run(embedded(Path(folder)))
        return 0
    kafka, elasticsearch = settings
    return faust_worker(
        KafkaSettings.model_validate_json(kafka), ElasticsearchSettings.model_validate_json(elasticsearch), Path(folder)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
