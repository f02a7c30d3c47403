"""A region's log and store, for the commands that look and put back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from schemas.errors import ConfigurationError
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.kafka import KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteStore
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
