"""A region's log, store and archive, for the commands that look and put back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from console.ports import Archive
from schemas.errors import ConfigurationError
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.elasticsearch_archive import ElasticArchive
from tocsin.adapters.kafka import KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteStore
from tocsin.adapters.sqlite_archive import SqliteArchive
from tocsin.ports import Log, Store
from tocsin.settings import Region


@dataclass
class Opened:
    """The log and the store of a region, embedded or cluster, for the commands that look and put back."""

    log: Log
    store: Store
    prefix: str
    close: Callable[[], Awaitable[None]]


def opened(region: Region) -> Opened:
    """Kafka and Elasticsearch when the configuration has both, else the region's SQLite file.

    Raises:
        ConfigurationError: the region has never run.
    """
    if region.kafka and region.elasticsearch:
        kafka, store = KafkaLog(region.kafka), ElasticStore(region.elasticsearch)

        async def close_both() -> None:
            await kafka.close()
            await store.close()

        return Opened(kafka, store, region.kafka.prefix, close_both)
    if not region.region.data.exists():
        raise ConfigurationError(f"{region.region.data}: this region has never run")
    database = Database(region.region.data)

    async def close_file() -> None:
        database.close()

    return Opened(SqliteLog(database), SqliteStore(database), "", close_file)


def archive(region: Region) -> tuple[Archive, Callable[[], Awaitable[None]]]:
    """What people search, and how to close it: Elasticsearch in a cluster, else the SQLite file. Nothing is contacted yet."""
    if region.kafka and region.elasticsearch:
        elastic = ElasticArchive(region.elasticsearch)
        return elastic, elastic.close
    sqlite = SqliteArchive(region.region.data)
    return sqlite, sqlite.close
