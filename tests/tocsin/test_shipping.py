"""The shipper: what is in the files is on the log, with the same event ids however often it was interrupted."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.adapters.files import Followed, Place
from ingest.framing import BATCH_BYTES, MAX_RECORD
from schemas import codec, topics
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.errors import Unavailable
from schemas.ids import event_id
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState
from tocsin.ports import Log, State
from tocsin.shipping import Declared, Shipper

SITE = "010000024"
NOW = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)


class CrashError(BaseException):
    """The end of the process."""


class Fragile:
    """A log and a state of a process that may end right after an append, before anything is remembered."""

    def __init__(self, database: Database) -> None:
        self._log, self._state = SqliteLog(database), SqliteState(database, "ship")
        self.die_at_put = False
        self.away = 0
        self.read = self._log.read
        self.get = self._state.get
        self.keys = self._state.keys

    async def append(self, topic: str, key: str, data: bytes) -> None:
        """See ``Log``."""
        if self.away:
            self.away -= 1
            raise Unavailable("the log is away")
        await self._log.append(topic, key, data)

    def put(self, changes: Mapping[str, bytes | None]) -> None:
        """See ``State``."""
        if self.die_at_put:
            raise CrashError
        self._state.put(changes)


class World:
    """One hospital: a file, the log it is shipped to, and a shipper that can be started again and again."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "world.db")
        self.ports = Fragile(self.database)
        self.file = folder / "auth.log"
        self.file.touch()
        self.started = 0

    def shipper(self, **changes: object) -> Shipper:
        """A newly started process."""
        self.started += 1
        source = Declared(site=SITE, name="sshd/auth.log", type="sshd", path=self.file)
        log: Log = self.ports
        state: State = self.ports
        return Shipper([source], follow, log, state, lambda: NOW, f"epoch{self.started}", **changes)  # type: ignore[arg-type]  # as given

    def write(self, text: bytes) -> None:
        """As a program that logs does."""
        with self.file.open("ab") as stream:
            stream.write(text)

    async def nouns(self, topic: str) -> list[object]:
        """Everything on a topic."""
        return [codec.decode(message.data) for message in await self.ports.read(topic, 0, 0, 10_000)]

    async def batches(self) -> list[RawBatch]:
        """The batches, in order."""
        return [noun for noun in await self.nouns(topics.raw(SITE)) if isinstance(noun, RawBatch)]

    async def records(self) -> list[bytes]:
        """Every record in order, as often as it was sent."""
        return [record for batch in await self.batches() for record in batch.records]

    async def events(self) -> dict[str, bytes]:
        """The records by event id."""
        return {
            event_id(batch.site, batch.source, batch.epoch, position, record): record
            for batch in await self.batches()
            for position, record in zip(batch.positions, batch.records, strict=True)
        }


def follow(path: Path, place: object) -> Followed:
    """As the wiring does."""
    return Followed(path, Place(*place) if place else Place())  # type: ignore[misc]  # a sequence of three


async def all_of(shipper: Shipper, *, last: bool = False) -> None:
    """Ship until there is nothing more."""
    while await shipper.round(last=last):
        pass


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty file."""
    world = World(tmp_path)
    yield world
    world.database.close()


async def test_a_batch_says_whose_it_is(world: World) -> None:
    """Site, source, type, epoch, positions and the time of reading travel with the records."""
    world.write(b"one\r\n\ntwo\n")
    await all_of(world.shipper())
    (batch,) = await world.batches()
    assert batch == RawBatch(
        site=SITE,
        source="sshd/auth.log",
        source_type="sshd",
        epoch="epoch1",
        positions=(0, 6),
        records=(b"one", b"two"),
        received=NOW,
    )


async def test_a_prefix_is_put_before_the_topic(world: World) -> None:
    """Every topic, the dead letters' included."""
    world.write(b"one\n" + b"x" * (MAX_RECORD + 1) + b"\n")
    await all_of(world.shipper(prefix="p-"))
    assert len(await world.nouns(f"p-raw.{SITE}")) > 0
    assert len(await world.nouns("p-tocsin.dead")) == 1


async def test_an_unfinished_line_waits_for_its_end(world: World) -> None:
    """It is shipped once, whole, when its end is written, also by another process."""
    world.write(b"one\ntw")
    shipper = world.shipper()
    await all_of(shipper)
    assert await world.records() == [b"one"]
    world.write(b"o\nthr")
    await all_of(shipper)
    await all_of(world.shipper())
    world.write(b"ee\n")
    await all_of(world.shipper())
    assert await world.records() == [b"one", b"two", b"three"]
    assert [batch.positions[0] for batch in await world.batches()] == [0, 4, 8]


async def test_the_last_line_of_a_finished_file_needs_no_end(world: World) -> None:
    """With ``last`` an unfinished line is a record; what is written behind it later is one too."""
    world.write(b"one\ntwo")
    await all_of(world.shipper(), last=True)
    await all_of(world.shipper(), last=True)
    assert await world.records() == [b"one", b"two"]
    world.write(b" more\nthree\n")
    await all_of(world.shipper(), last=True)
    assert await world.records() == [b"one", b"two", b" more", b"three"]


@pytest.mark.parametrize("lines", [1, 1200, 9000])
async def test_a_restart_ships_nothing_twice(world: World, lines: int) -> None:
    """What was remembered is not sent again; positions and the epoch go on."""
    world.write(b"".join(b"line %d\n" % number for number in range(lines)))
    await all_of(world.shipper())
    world.write(b"and more\n")
    await all_of(world.shipper())
    assert await world.records() == [*(b"line %d" % number for number in range(lines)), b"and more"]
    assert {batch.epoch for batch in await world.batches()} == {"epoch1"}
    assert len(await world.events()) == lines + 1


async def test_a_crash_after_the_append_gives_the_same_event_ids(world: World) -> None:
    """The records are sent again with the positions they had, so every event has one id."""
    lines = [b"line %d" % number for number in range(700)]
    shipper = world.shipper()
    await shipper.round()
    world.write(b"\n".join(lines) + b"\n")
    world.ports.die_at_put = True
    with pytest.raises(CrashError):
        await shipper.round()
    world.ports.die_at_put = False
    await all_of(world.shipper())
    records = await world.records()
    assert records[-700:] == lines
    assert len(records) > 700
    assert sorted((await world.events()).values()) == sorted(lines)


def rename(world: World) -> None:
    """As logrotate does."""
    world.file.rename(world.file.with_name("auth.log.1"))
    world.file.touch()


def copy_and_truncate(world: World) -> None:
    """As logrotate does with ``copytruncate``."""
    world.file.write_bytes(b"")


@pytest.mark.parametrize("rotate", [rename, copy_and_truncate])
@pytest.mark.parametrize("crash", [False, True])
async def test_rotation_loses_and_doubles_nothing(world: World, rotate: Callable[[World], None], crash: bool) -> None:  # noqa: FBT001
    """Lines before and after, one id each, positions that only grow, and an unfinished line at the end of the old file is kept."""
    world.write(b"one\ntwo")
    shipper = world.shipper()
    await all_of(shipper)
    rotate(world)
    await shipper.round()
    world.write(b"three\nfour\n")
    if crash:
        world.ports.die_at_put = True
        with pytest.raises(CrashError):
            await all_of(shipper)
        world.ports.die_at_put = False
        shipper = world.shipper()
    await all_of(shipper)
    assert set((await world.events()).values()) == {b"one", b"two", b"three", b"four"}
    assert len(await world.events()) == 4
    seen = [position for batch in await world.batches() for position in batch.positions]
    assert crash or seen == sorted(set(seen))


async def test_a_gzip_file_is_shipped_once(world: World) -> None:
    """A compressed file is read through, restarts included."""
    world.file.write_bytes(gzip.compress(b"".join(b"line %d\n" % number for number in range(60_000))))
    first = world.shipper()
    await first.round()
    await all_of(world.shipper())
    await all_of(world.shipper())
    assert await world.records() == [b"line %d" % number for number in range(60_000)]


async def test_ten_megabytes_in_one_line(world: World) -> None:
    """Its beginning is a record, a dead letter says what is missing and where it is, and the next line follows, also after a crash."""
    world.write(b"before\n" + b"x" * 10_000_000 + b"\nafter\n")
    await all_of(world.shipper())
    assert await world.records() == [b"before", b"x" * MAX_RECORD, b"after"]
    (letter,) = await world.nouns(topics.DEAD)
    assert isinstance(letter, DeadLetter)
    assert letter.reason == f"record of 10000000 bytes at position 7 of {world.file}; the first {MAX_RECORD} are kept"
    assert (letter.topic, letter.key, letter.site, letter.data) == (f"source/{SITE}", "sshd/auth.log", SITE, b"x" * MAX_RECORD)
    await all_of(world.shipper())
    assert len(await world.records()) == 3


async def test_every_batch_fits_a_message(world: World) -> None:
    """Many short records and large random ones are cut into messages that Kafka takes."""
    chance = bytes(number * 37 % 251 + 5 for number in range(200_000)).replace(b"\n", b" ")
    world.write(b"short\n" * 1200 + (chance + b"\n") * 9)
    await all_of(world.shipper())
    messages = await world.ports.read(topics.raw(SITE), 0, 0, 100)
    assert max(len(message.data) for message in messages) < codec.MAX_MESSAGE
    assert max(sum(map(len, batch.records)) for batch in await world.batches()) <= BATCH_BYTES
    assert len(await world.records()) == 1209


async def test_a_log_that_is_away_is_waited_for(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The batch is sent when the log is back, once; the absence is said once."""
    shipper = world.shipper()
    world.write(b"one\ntwo\n")
    world.ports.away = 2
    await all_of(shipper)
    assert await world.records() == [b"one", b"two"]
    assert [record.getMessage() for record in caplog.records] == ["waiting: the log is away", "going on after 2 tries"]


async def test_the_place_is_remembered_after_the_acknowledgement(world: World) -> None:
    """While the log is away nothing is noted as shipped."""
    world.write(b"one\n")
    await all_of(world.shipper())
    kept = world.ports.get(f"place/{SITE}/sshd/auth.log")
    assert kept is not None
    assert json.loads(kept) == [world.file.stat().st_ino, 3, 0]
