"""Each adapter of the three ports, opened for the contract tests; those that need servers take the fixture ``services``."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import pytest

from tests.contract.faust_state import RemoteState
from tests.services.addresses import Services
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.faust_table import FaustState
from tocsin.adapters.kafka import KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState, SqliteStore
from tocsin.ports import Log, State, Store
from tocsin.settings import ElasticsearchSettings, KafkaSettings

SERVICES = pytest.mark.services
PARTITIONS = 2


@dataclass
class OpenLog:
    """A log, two of its topics, and how a second process would open it."""

    log: Log
    topics: tuple[str, str]
    again: Callable[[], Log]


def kafka_settings(services: Services, prefix: str = "") -> KafkaSettings:
    """The broker under test, in plain text."""
    return KafkaSettings(bootstrap=(services.kafka.bootstrap,), security="PLAINTEXT", prefix=prefix, replication=1)


def elasticsearch_settings(services: Services, prefix: str, **changes: object) -> ElasticsearchSettings:
    """The store under test."""
    address = services.elasticsearch
    facts = {"url": address.url, "ca": address.ca, "username": address.user or None, "password": address.password or None}
    return ElasticsearchSettings.model_validate({**facts, "prefix": prefix, "replicas": 0, **changes})


@asynccontextmanager
async def sqlite_log(request: pytest.FixtureRequest) -> AsyncIterator[OpenLog]:
    """A file."""
    path = request.getfixturevalue("tmp_path") / "log.db"
    with ExitStack() as stack:

        def opened() -> Log:
            database = Database(path)
            stack.callback(database.close)
            return SqliteLog(database)

        yield OpenLog(opened(), ("one", "two"), opened)


@asynccontextmanager
async def kafka_log(request: pytest.FixtureRequest) -> AsyncIterator[OpenLog]:
    """A broker, with two new topics."""
    services, prefix = request.getfixturevalue("services"), request.getfixturevalue("prefix")
    topics = (f"{prefix}one", f"{prefix}two")
    services.kafka.add_topics(*topics, partitions=PARTITIONS)
    logs: list[KafkaLog] = []

    def opened() -> Log:
        logs.append(KafkaLog(kafka_settings(services)))
        return logs[-1]

    try:
        yield OpenLog(opened(), topics, opened)
    finally:
        for log in logs:
            await log.close()


LOGS = {"sqlite": sqlite_log, "kafka": kafka_log}


@asynccontextmanager
async def sqlite_store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A file."""
    database = Database(request.getfixturevalue("tmp_path") / "store.db")
    yield SqliteStore(database)
    database.close()


@asynccontextmanager
async def elastic_store(request: pytest.FixtureRequest) -> AsyncIterator[ElasticStore]:
    """A provisioned server; its indices go when the test is over."""
    services, prefix = request.getfixturevalue("services"), request.getfixturevalue("prefix")
    store = ElasticStore(elasticsearch_settings(services, prefix))
    await store.provision()
    try:
        yield store
    finally:
        made = await store.client.indices.get(index=f"{prefix}*")
        if list(made):
            await store.client.indices.delete(index=list(made))  # a server may forbid wildcards here
        await store.client.indices.delete_index_template(name=f"{prefix}*")
        await store.close()


STORES = {"sqlite": sqlite_store, "elasticsearch": elastic_store}


@dataclass
class OpenState:
    """A state, and what a restart after a crash finds."""

    state: State
    restarted: Callable[[], State]


@contextmanager
def sqlite_state(request: pytest.FixtureRequest) -> Iterator[OpenState]:
    """A file."""
    path = request.getfixturevalue("tmp_path") / "state.db"
    with ExitStack() as stack:

        def opened() -> State:
            database = Database(path)
            stack.callback(database.close)
            return SqliteState(database, "stage")

        yield OpenState(opened(), opened)


@contextmanager
def dict_state(request: pytest.FixtureRequest) -> Iterator[OpenState]:
    """The Faust adapter over a mapping that stands for what was recovered."""
    table: dict[str, bytes] = {}
    yield OpenState(FaustState(table), lambda: FaustState(table))


@contextmanager
def faust_state(request: pytest.FixtureRequest) -> Iterator[OpenState]:
    """A Faust table on a broker, in a worker process, asked over Kafka."""
    services, prefix = request.getfixturevalue("services"), request.getfixturevalue("prefix")
    remote = RemoteState(kafka_settings(services, prefix), request.getfixturevalue("tmp_path"))

    def killed() -> State:
        remote.kill()
        remote.start()
        return remote

    remote.start()
    try:
        yield OpenState(remote, killed)
    finally:
        remote.close()


STATES: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[OpenState]]] = {
    "sqlite": sqlite_state,
    "dict": dict_state,
    "faust": faust_state,
}


def each(*names: str, real: str) -> list[object]:
    """Parameters for a fixture; the ``real`` one needs services."""
    return [*names, pytest.param(real, marks=SERVICES)]
