"""What every ``Log`` must do: over SQLite and over Kafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from schemas.errors import Refused, Unavailable
from tests.contract.adapters import LOGS, PARTITIONS, OpenLog, each, kafka_settings
from tests.services.addresses import Services
from tocsin.adapters.kafka import KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog
from tocsin.ports import Log, Message

PLENTY = 10_000
BIG = 2_000_000
"""Bytes; a Kafka broker takes about one million by default."""


@pytest.fixture(params=each("sqlite", real="kafka"))
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[OpenLog]:
    """Each adapter, with two empty topics."""
    async with LOGS[request.param](request) as opened:
        yield opened


async def everything(log: Log, topic: str) -> list[Message]:
    """All messages of a topic, partition by partition."""
    return [message for number in range(PARTITIONS) for message in await log.read(topic, number, 0, PLENTY)]


def data_of(messages: Sequence[Message], key: str) -> list[bytes]:
    """The messages of one key, in the order they were read."""
    return [message.data for message in messages if message.key == key]


@pytest.mark.parametrize(("key", "data"), [("k", b"\x00one\xff"), ("", b""), ("site/é\u2028", b"x" * 900_000)])
async def test_what_is_acknowledged_is_there(opened: OpenLog, key: str, data: bytes) -> None:
    """Once append returns, another process reads the message: topic, key and bytes as they were given."""
    topic, _ = opened.topics
    await opened.log.append(topic, key, data)
    (message,) = await everything(opened.again(), topic)
    assert (message.topic, message.key, message.data) == (topic, key, data)


async def test_nothing_is_there_yet(opened: OpenLog) -> None:
    """An empty topic gives nothing, from any offset."""
    topic, _ = opened.topics
    assert await everything(opened.log, topic) == []
    assert list(await opened.log.read(topic, 0, 17, 5)) == []


async def test_messages_of_a_key_keep_their_order(opened: OpenLog) -> None:
    """Written in turn under several keys, each key's messages are read in the order of their appends."""
    topic, _ = opened.topics
    for number in range(60):
        await opened.log.append(topic, f"k{number % 3}", str(number).encode())
    found = await everything(opened.log, topic)
    for rest in range(3):
        assert data_of(found, f"k{rest}") == [str(number).encode() for number in range(rest, 60, 3)]


async def test_appends_at_once_are_all_there(opened: OpenLog) -> None:
    """Many callers at the same time lose nothing."""
    topic, _ = opened.topics
    await asyncio.gather(*(opened.log.append(topic, f"k{number}", b"%d" % number) for number in range(200)))
    assert sorted(int(message.data) for message in await everything(opened.log, topic)) == list(range(200))


async def test_reading_goes_on_where_it_stopped(opened: OpenLog) -> None:
    """Read in pieces from the offset after the last one, every message comes once and in order; past the end there is nothing."""
    topic, _ = opened.topics
    for number in range(25):
        await opened.log.append(topic, "k", b"%d" % number)
    (partition,) = {message.partition for message in await everything(opened.log, topic)}
    offset, seen = 0, []
    while piece := await opened.log.read(topic, partition, offset, 7):
        assert len(piece) <= 7
        seen += [int(message.data) for message in piece]
        offset = piece[-1].offset + 1
    assert seen == list(range(25))
    assert list(await opened.log.read(topic, partition, offset, 7)) == []
    again = await opened.log.read(topic, partition, offset - 1, 7)
    assert [message.data for message in again] == [b"24"]


async def test_the_limit_is_of_each_call(opened: OpenLog) -> None:
    """A small limit first does not bind a larger one later."""
    topic, _ = opened.topics
    for number in range(10):
        await opened.log.append(topic, "k", b"%d" % number)
    (partition,) = {message.partition for message in await everything(opened.log, topic)}
    assert [len(await opened.log.read(topic, partition, 0, limit)) for limit in (1, 100, 3)] == [1, 10, 3]


async def test_readers_at_once_do_not_disturb_each_other(opened: OpenLog) -> None:
    """Two topics read at the same moment give each what is in it."""
    for topic in opened.topics:
        for number in range(20):
            await opened.log.append(topic, "k", f"{topic}{number}".encode())
    reads = [everything(opened.log, topic) for topic in opened.topics * 3]
    for topic, found in zip(opened.topics * 3, await asyncio.gather(*reads), strict=True):
        assert [message.data for message in found] == [f"{topic}{number}".encode() for number in range(20)]


async def test_topics_are_apart(opened: OpenLog) -> None:
    """A message is on the topic it was appended to and on no other."""
    one, two = opened.topics
    await opened.log.append(one, "k", b"1")
    await opened.log.append(two, "k", b"2")
    assert [data_of(await everything(opened.log, topic), "k") for topic in (one, two)] == [[b"1"], [b"2"]]


async def test_a_message_that_is_too_big_is_refused_or_taken_never_lost(opened: OpenLog) -> None:
    """Two megabytes are there whole, or Refused says no; the next message passes either way."""
    topic, _ = opened.topics
    big = bytes(BIG)
    try:
        await opened.log.append(topic, "k", big)
    except Refused:
        expected = [b"next"]
    else:
        expected = [big, b"next"]
    await opened.log.append(topic, "k", b"next")
    assert data_of(await everything(opened.log, topic), "k") == expected


async def test_a_broker_that_takes_less_refuses_one_message_alone(services: Services, prefix: str) -> None:
    """A topic with a smaller limit of its own: the one message is Refused, those sent at the same time and afterwards are there."""
    topic = f"{prefix}small"
    services.kafka.add_topics(topic, partitions=PARTITIONS, configs={"max.message.bytes": "1000"})
    log = KafkaLog(kafka_settings(services))
    try:
        outcomes = await asyncio.gather(
            *(log.append(topic, "k", b"%d" % number if number != 5 else bytes(5000)) for number in range(10)),
            return_exceptions=True,
        )
        await log.append(topic, "k", b"last")
        assert [type(outcome) for outcome in outcomes if outcome] == [Refused]
        found = [message.data for message in await everything(log, topic)]
        assert sorted(found[:-1]) == [b"%d" % number for number in range(10) if number != 5]
        assert found[-1] == b"last"
    finally:
        await log.close()


async def test_foreign_bytes_in_a_key_do_not_stop_the_reader(services: Services, prefix: str) -> None:
    """A key that is no UTF-8, or none at all, is read with the messages behind it."""
    topic = f"{prefix}foreign"
    services.kafka.add_topics(topic, partitions=PARTITIONS)
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=services.kafka.bootstrap)
    for key in (b"\xff\xfe", None, b"good"):
        producer.send(topic, key=key, value=b"x", partition=0).get(timeout=30)
    producer.close()
    log = KafkaLog(kafka_settings(services))
    try:
        assert [message.key for message in await everything(log, topic)] == ["\ufffd\ufffd", "", "good"]
    finally:
        await log.close()


async def test_a_file_held_by_another_process_is_unavailable(tmp_path: Path) -> None:
    """While somebody else writes the SQLite file for longer than we wait, append says Unavailable; afterwards it passes."""
    ours, theirs = Database(tmp_path / "log.db"), Database(tmp_path / "log.db")
    ours.connection.execute("PRAGMA busy_timeout=0")
    log = SqliteLog(ours)
    with theirs.transaction(), pytest.raises(Unavailable, match="locked"):
        await log.append("one", "k", b"x")
    await log.append("one", "k", b"x")
    assert len(await everything(log, "one")) == 1
    ours.close()
    theirs.close()


async def test_a_full_disk_is_unavailable_and_leaves_no_part_of_a_turn(tmp_path: Path) -> None:
    """A transaction that meets a full disk is taken back whole; a message alone is Unavailable until there is room."""
    database = Database(tmp_path / "log.db")
    log = SqliteLog(database)
    pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
    database.connection.execute(f"PRAGMA max_page_count={pages + 3}")

    async def turn() -> None:
        with database.transaction():
            await log.append("one", "k", b"small")
            await log.append("one", "k", bytes(100_000))

    with pytest.raises(Exception, match="full"):
        await turn()
    assert await everything(log, "one") == []
    with pytest.raises(Unavailable, match="full"):
        await log.append("one", "k", bytes(100_000))
    database.connection.execute(f"PRAGMA max_page_count={pages + 1000}")
    await log.append("one", "k", bytes(100_000))
    assert len(await everything(log, "one")) == 1
    database.close()
