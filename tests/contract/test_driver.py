"""What both drivers must do, however often they are killed: every input counts once, and every output is there once, by its id."""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from schemas import codec
from schemas.detection import DetectionBatch
from tests.contract.adapters import each, elasticsearch_settings, kafka_settings
from tests.contract.counting import IN, OUT, SITE, Counting, main
from tests.services.addresses import Services
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.kafka import KafkaAdmin, KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteStore
from tocsin.drivers.application import changelog
from tocsin.ports import Log, Store

INPUTS = 120
PATIENCE = 180.0
POISON = b"\x00\xffpoison"
RAISES = 13
"""The input that the stage fails on."""


class Driver(Protocol):
    """A driver in a process of its own."""

    async def tell(self, data: bytes) -> None:
        """Put a message on the stage's topic."""

    async def documents(self, kind: str) -> list[dict[str, object]]:
        """What is stored."""

    async def told(self) -> list[DetectionBatch]:
        """What the stage told on."""


class Process:
    """The stage as a child process that is killed and started again."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._words = (*words, str(folder))
        self.output = folder / "driver.log"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """A new process."""
        with self.output.open("ab") as output:
            self._child = subprocess.Popen([sys.executable, "-m", main.__module__, *self._words], stdout=output, stderr=output)

    def kill(self) -> None:
        """Kill -9."""
        if self._child:
            self._child.kill()
            self._child.wait()


class EmbeddedDriver:
    """SQLite."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / "region.db")
        self._log: Log = SqliteLog(self._database)
        self._store: Store = SqliteStore(self._database)
        self.process = Process(folder, "embedded")

    async def tell(self, data: bytes) -> None:
        """Put a message on the stage's topic."""
        await self._log.append(IN, "key", data)

    async def documents(self, kind: str) -> list[dict[str, object]]:
        """What is stored."""
        return [dict(body) for body in await self._store.recent(kind, 10_000)]

    async def told(self) -> list[DetectionBatch]:
        """What the stage told on."""
        return [codec.decode_as(DetectionBatch, message.data) for message in await self._log.read(OUT, 0, 0, 10_000)]

    async def close(self) -> None:
        """Let go of the file."""
        self._database.close()


class ClusterDriver:
    """Faust over Kafka and Elasticsearch."""

    def __init__(self, services: Services, prefix: str, folder: Path) -> None:
        kafka, store = kafka_settings(services, prefix), elasticsearch_settings(services, prefix)
        names = [prefix + IN, prefix + OUT, changelog(kafka, Counting.name)]
        KafkaAdmin(kafka).create(dict.fromkeys(names, 1), 1, names[-1:])
        self._log, self._store, self._prefix = KafkaLog(kafka), ElasticStore(store), prefix
        secret = {"password": store.password.get_secret_value()} if store.password else {}
        plain = {**json.loads(store.model_dump_json(exclude_none=True)), **secret}
        self.process = Process(folder, "cluster", kafka.model_dump_json(exclude_none=True), json.dumps(plain))

    async def tell(self, data: bytes) -> None:
        """Put a message on the stage's topic."""
        await self._log.append(self._prefix + IN, "key", data)

    async def documents(self, kind: str) -> list[dict[str, object]]:
        """What is stored."""
        await self._store.refresh()
        return [dict(body) for body in await self._store.recent(kind, 10_000)]

    async def told(self) -> list[DetectionBatch]:
        """What the stage told on."""
        found = await self._log.read(self._prefix + OUT, 0, 0, 10_000)
        return [codec.decode_as(DetectionBatch, message.data) for message in found]

    async def provision(self) -> None:
        """Index templates."""
        await self._store.provision()

    async def close(self) -> None:
        """Let go of the servers, and of the indices."""
        made = list(await self._store.client.indices.get(index=f"{self._prefix}*"))
        if made:
            await self._store.client.indices.delete(index=made)
        await self._store.close()
        await self._log.close()


@pytest.fixture(params=each("embedded", real="cluster"))
async def driver(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EmbeddedDriver | ClusterDriver]:
    """Each driver, not started yet."""
    made: EmbeddedDriver | ClusterDriver
    if request.param == "embedded":
        made = EmbeddedDriver(tmp_path)
    else:
        made = ClusterDriver(request.getfixturevalue("services"), request.getfixturevalue("prefix"), tmp_path)
        await made.provision()
    try:
        yield made
    finally:
        made.process.kill()
        await made.close()


def numbered(number: int) -> bytes:
    """One input."""
    return codec.encode(DetectionBatch(site=SITE, source="s", epoch="e", end=number))


async def counted(driver: Driver) -> int:
    """The stage's own count, as it was last stored."""
    return max((int(str(body["count"])) for body in await driver.documents("incident")), default=0)


async def wait_for(driver: EmbeddedDriver | ClusterDriver, count: int) -> None:
    """Until the stage has counted so many."""
    end = time.monotonic() + PATIENCE
    while await counted(driver) < count:
        assert time.monotonic() < end, f"{await counted(driver)} of {count}\n{driver.process.output.read_text()[-4000:]}"
        await asyncio.sleep(0.3)


async def check_all_is_there_once(driver: Driver, numbers: list[int]) -> None:
    """The count, the documents and what was told on are those of these inputs."""
    assert await counted(driver) == len(numbers)
    assert sorted(int(str(body["number"])) for body in await driver.documents("membership")) == numbers
    assert sorted({batch.end for batch in await driver.told()}) == numbers


async def test_every_input_counts_once_under_kill_9(driver: EmbeddedDriver | ClusterDriver) -> None:
    """The process is killed at random moments while inputs come in; in the end count, documents and messages are complete."""
    chance = random.Random(os.environ.get("TOCSIN_TEST_SEED", "7"))
    driver.process.start()
    for number in range(INPUTS):
        await driver.tell(numbered(number))
        if number % 40 == 20:
            await wait_for(driver, number - 19)
            await driver.tell(numbered(number))
            await asyncio.sleep(chance.uniform(0, 0.2))
            driver.process.kill()
            driver.process.start()
    await wait_for(driver, INPUTS)
    await check_all_is_there_once(driver, list(range(INPUTS)))


async def test_what_waited_before_the_first_start_is_worked_off(driver: EmbeddedDriver | ClusterDriver) -> None:
    """A process that is killed before it has committed anything loses none of what was there before it."""
    for number in range(20):
        await driver.tell(numbered(number))
    driver.process.start()
    await wait_for(driver, 1)
    driver.process.kill()
    driver.process.start()
    await wait_for(driver, 20)
    await check_all_is_there_once(driver, list(range(20)))


async def test_poison_and_a_stage_that_fails_stop_nothing(driver: EmbeddedDriver | ClusterDriver) -> None:
    """Bytes that are no message, and an input the stage raises on, are dead letters once; the state knows nothing of them."""
    driver.process.start()
    numbers = [number for number in range(30) if number != RAISES]
    for number in range(30):
        if number == 10:
            await driver.tell(POISON)
        await driver.tell(numbered(-number if number == RAISES else number))
    await wait_for(driver, len(numbers))
    await check_all_is_there_once(driver, numbers)
    letters = {str(body["reason"]).partition(":")[0]: body for body in await driver.documents("dead")}
    assert set(letters) == {"no 'tocsin/<version> <noun>' header line, the message starts b'\\x00\\xffpoison'", "counting"}
    assert all(body["topic"] == IN for body in letters.values())
