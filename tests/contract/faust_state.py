"""A Faust table in a worker process of its own, asked over Kafka; the driver is the product's own."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgpack

from schemas import codec, topics
from schemas.dead import DeadLetter
from schemas.noun import Noun
from schemas.output import Emit, Output
from tocsin.adapters.faust_table import FaustState
from tocsin.adapters.kafka import KafkaAdmin, KafkaLog
from tocsin.adapters.sqlite import Database, SqliteStore
from tocsin.drivers import application, cluster
from tocsin.drivers.perform import Performer
from tocsin.settings import KafkaSettings

COMMANDS, REPLIES = "commands", "replies"
LAST_WORDS = b"new"
MODULE = "tests.contract.faust_state"
PATIENCE_MS = 180_000
"""A killed member keeps its partitions until its session is over; a worker that stands still begins anew after a minute."""


class Remote:
    """A stage that does to its memory what a message says, and answers; a ``deaf`` one changes nothing, so that it shows what is."""

    name = "remote"
    topics: tuple[str, ...] = (COMMANDS,)

    def __init__(self, *, deaf: bool = False) -> None:
        self._deaf = deaf

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterable[Output]:
        """Commands and answers are MessagePack in a dead letter, the one noun that carries any bytes."""
        if not isinstance(message, DeadLetter):
            return
        verb, value = msgpack.unpackb(message.data)
        answer: Any = None
        if verb == "get":
            answer = memory.get(value)
        elif verb == "keys":
            answer = list(memory)
        elif not self._deaf:
            for key, data in value.items():
                _change(memory, key, data)
        yield Emit(REPLIES, message.key, DeadLetter(topic="", key=message.key, data=msgpack.packb(answer), reason=verb))


def _change(memory: MutableMapping[str, bytes], key: str, data: bytes | None) -> None:
    if data is not None:
        memory[key] = data
    else:
        memory.pop(key, None)


class RemoteState:
    """A ``State`` whose records are in a worker's Faust table."""

    def __init__(self, kafka: KafkaSettings, folder: Path) -> None:
        from kafka import KafkaConsumer, KafkaProducer, TopicPartition

        self._kafka = kafka
        self._folder = folder
        names = [kafka.prefix + name for name in (COMMANDS, REPLIES, topics.DEAD)] + [application.changelog(kafka, Remote.name)]
        KafkaAdmin(kafka).create(dict.fromkeys(names, 1), 1, names[-1:])
        self._producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
        self._consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
        replies = TopicPartition(kafka.prefix + REPLIES, 0)
        self._consumer.assign([replies])
        self._consumer.seek_to_beginning(replies)
        self._asked = 0
        self._worker: subprocess.Popen[bytes] | None = None

    def start(self, *, die_at: int | None = None, deaf: bool = False) -> None:
        """Start the worker; with ``die_at`` it kills itself with -9 when it comes to that write of its table, the earlier ones sent."""
        words = [self._kafka.model_dump_json(exclude_none=True), str(self._folder), json.dumps([die_at, deaf])]
        with (self._folder / "worker.log").open("ab") as log:
            self._worker = subprocess.Popen([sys.executable, "-m", MODULE, *words], stdout=log, stderr=log)

    def kill(self) -> None:
        """Kill -9."""
        if self._worker:
            self._worker.kill()
            self._worker.wait()

    def close(self) -> None:
        """End the worker, and let go of the broker."""
        self.kill()
        self._producer.close()
        self._consumer.close()

    def died(self) -> bool:
        """Wait until the worker has killed itself."""
        assert self._worker is not None
        return self._worker.wait(PATIENCE_MS / 1000) != 0

    def get(self, key: str) -> bytes | None:
        """See ``State``."""
        found: bytes | None = self._ask("get", key)
        return found

    def put(self, changes: Mapping[str, bytes | None]) -> None:
        """See ``State``; returns once the worker has gone on to the next message."""
        self._ask("put", dict(changes))
        self.keys()

    def keys(self) -> Iterator[str]:
        """See ``State``."""
        return iter(self._ask("keys", None))

    def tell(self, changes: Mapping[str, bytes | None]) -> None:
        """Ask for a put and wait for nothing."""
        self._send("put", dict(changes))

    def _ask(self, verb: str, value: Any) -> Any:
        number = self._send(verb, value)
        while records := self._consumer.poll(timeout_ms=PATIENCE_MS, max_records=1):
            ((record,),) = records.values()
            reply = codec.decode_as(DeadLetter, record.value)
            if reply.key == number:
                return msgpack.unpackb(reply.data)
        raise AssertionError(f"no answer to {verb}:\n{self._diagnosis()}")

    def _diagnosis(self) -> str:
        """What the worker is doing, as mode prints it on SIGUSR1."""
        if self._worker and self._worker.poll() is None:
            self._worker.send_signal(signal.SIGUSR1)
            time.sleep(2)
        return (self._folder / "worker.log").read_text()[-20_000:]

    def _send(self, verb: str, value: Any) -> str:
        self._asked += 1
        letter = DeadLetter(topic="", key=str(self._asked), data=msgpack.packb([verb, value]), reason=verb)
        self._producer.send(self._kafka.prefix + COMMANDS, codec.encode(letter)).get(timeout=30)
        return letter.key


class Mortal(MutableMapping[str, bytes]):
    """A table whose process ends at a given write of the put that has ``LAST_WORDS``, once what was written before is on the broker."""

    def __init__(self, table: Any, die_at: int) -> None:
        self._table = table
        self._left = die_at
        self._is_armed = False
        self._death: asyncio.Task[None] | None = None

    def _may_write(self, value: bytes = b"") -> bool:
        self._is_armed |= LAST_WORDS in value
        self._left -= self._is_armed
        if self._left < 0 and self._death is None:
            self._death = asyncio.create_task(self._die())
        return self._left >= 0

    async def _die(self) -> None:
        await asyncio.sleep(1)  # Faust's own flush returns while a record is between its buffer and the client's
        os.kill(os.getpid(), signal.SIGKILL)

    def __getitem__(self, key: str) -> bytes:
        return bytes(self._table[key])

    def __setitem__(self, key: str, value: bytes) -> None:
        if self._may_write(value):
            self._table[key] = value

    def __delitem__(self, key: str) -> None:
        if self._may_write():
            del self._table[key]

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def main(arguments: Sequence[str]) -> int:
    """The worker."""
    logging.basicConfig(level=logging.WARNING)
    kafka = KafkaSettings.model_validate_json(arguments[0])
    folder, (die_at, deaf) = Path(arguments[1]), json.loads(arguments[2])
    log = KafkaLog(kafka)
    admin = KafkaAdmin(kafka)

    def state_of(table: Any) -> FaustState:
        return FaustState(table if die_at is None else Mortal(table, die_at))

    async def reading() -> Sequence[str]:
        return [kafka.prefix + COMMANDS]

    worker = cluster.Cluster(
        stage=Remote(deaf=deaf),
        kafka=kafka,
        performer=Performer(log, SqliteStore(Database(":memory:")), prefix=kafka.prefix),
        log=log,
        topics=reading,
        clock=lambda: datetime.now(UTC),
        folder=folder / "faust",
        progress=lambda: admin.progress(application.application_id(kafka, Remote.name), [kafka.prefix + COMMANDS]),
        well=lambda: None,
        begin_anew=lambda: os.execv(sys.executable, [sys.executable, "-m", MODULE, *arguments]),
        state_of=state_of,
    )
    return cluster.run(worker, [kafka.prefix + COMMANDS])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
