"""A ``Log`` over Apache Kafka with kafka-python 3.0, and the questions an operator asks of a broker.

Measured facts that shape it: the constructor fails without a broker, so clients are made on first use; ``flush`` can return after
records have expired, so every append awaits its own future; the client's buffer has no bound, so callers append and await.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import NewTopic

from schemas.errors import ConfigurationError, RightsError, TocsinError, Unavailable
from tocsin.adapters.kafka_errors import translate
from tocsin.ports import Message
from tocsin.settings import KafkaSettings

R = TypeVar("R")

READ_PATIENCE_MS = 10_000
"""A read for which nothing comes in this time has met a broker that is away."""


class KafkaLog:
    """A ``Log``. One producer, and a consumer for reading by offset; both made on first use."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: Any = None
        self._consumer: Any = None
        self._making = asyncio.Lock()
        self._reading = asyncio.Lock()

    async def append(self, topic: str, key: str, data: bytes) -> None:
        """See ``Log``."""
        producer = await self._made_producer()
        loop = asyncio.get_running_loop()
        acknowledged: asyncio.Future[None] = loop.create_future()
        try:
            sent = await asyncio.to_thread(producer.send, topic, key=key.encode(), value=data)
        except Exception as error:
            raise await self._translated(error, f"write to topic {topic}", "WRITE") from error
        sent.add_callback(lambda _: loop.call_soon_threadsafe(_settle, acknowledged, None))
        sent.add_errback(lambda error: loop.call_soon_threadsafe(_settle, acknowledged, error))
        try:
            await acknowledged
        except Exception as error:
            raise await self._translated(error, f"write to topic {topic}", "WRITE") from error

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Message]:
        """See ``Log``."""
        async with self._reading:  # the client's consumer is for one thread at a time
            return await asyncio.to_thread(self._read, topic, partition, offset, limit)

    def _read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Message]:
        place = TopicPartition(topic, partition)
        try:
            if self._consumer is None:
                self._consumer = KafkaConsumer(**_common(self._settings), enable_auto_commit=False, max_poll_records=limit)
            self._consumer.assign([place])
            first = self._consumer.beginning_offsets([place])[place]
            end = self._consumer.end_offsets([place])[place]
            self._consumer.seek(place, max(offset, first))
            found: list[Message] = []
            while len(found) < limit and (place_before := self._consumer.position(place)) < end:
                for records in self._consumer.poll(timeout_ms=READ_PATIENCE_MS).values():
                    found += [Message(topic, partition, item.offset, _text(item.key), item.value) for item in records]
                if self._consumer.position(place) == place_before:
                    raise kafka_errors.KafkaTimeoutError(f"offsets {place_before} to {end} do not come")  # noqa: TRY301 - as the client's own
            return found[:limit]
        except Exception as error:
            self._drop_consumer()
            raise translate(error, self._settings, f"read topic {topic}", "READ") from error

    async def _made_producer(self) -> Any:
        async with self._making:
            if self._producer is None:
                try:
                    self._producer = await asyncio.to_thread(_producer, self._settings)
                except Exception as error:
                    raise translate(error, self._settings, "connect", "") from error
            return self._producer

    async def _translated(self, error: Exception, what: str, right: str) -> TocsinError:
        translated = translate(error, self._settings, what, right)
        if isinstance(translated, Unavailable):
            await self._drop_producer()
        return translated

    def _drop_consumer(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(Exception):  # it is being thrown away
                consumer.close(autocommit=False, timeout_ms=1000)

    async def _drop_producer(self) -> None:
        """A producer that failed is not trusted with the next append."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(Exception):  # it is being thrown away
                await asyncio.to_thread(producer.close, 1)

    async def close(self) -> None:
        """Let go of the broker."""
        await self._drop_producer()
        async with self._reading:
            await asyncio.to_thread(self._drop_consumer)


def _settle(future: "asyncio.Future[None]", error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


def _text(key: bytes | None) -> str:
    return (key or b"").decode("utf-8", "replace")


def _producer(settings: KafkaSettings) -> Any:
    """One request in flight keeps the order. Not idempotent: a broker's refusal of one message would break it for all."""
    return KafkaProducer(
        **_common(settings),
        acks="all",
        enable_idempotence=False,
        max_in_flight_requests_per_connection=1,
        linger_ms=5,
        max_request_size=1_048_576,
        delivery_timeout_ms=20_000,
        request_timeout_ms=10_000,
        max_block_ms=10_000,
    )


def _common(settings: KafkaSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap,
        "security_protocol": settings.security,
        "bootstrap_timeout_ms": 8_000,
        "client_id": "tocsin",
    }
    if settings.security.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.secret(),
        }
    if settings.security.endswith("SSL"):
        files = {"ssl_cafile": settings.ca, "ssl_certfile": settings.certificate, "ssl_keyfile": settings.private_key}
        options |= {name: str(path) for name, path in files.items() if path}
    return options


class KafkaAdmin:
    """Topics, as an operator provisions and checks them."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    def _ask(self, what: str, question: Callable[[Any], R]) -> R:
        try:
            admin = KafkaAdminClient(**_common(self._settings), request_timeout_ms=15_000)
        except Exception as error:
            raise translate(error, self._settings, what, "") from error
        try:
            return question(admin)
        except Exception as error:
            raise translate(error, self._settings, what, "the right") from error
        finally:
            with suppress(Exception):  # the answer is known
                admin.close()

    def partitions(self) -> dict[str, int]:
        """Partition count of every topic that the credential may describe."""
        answer = self._ask("list topics", lambda admin: admin.describe_topics(None))
        return {_field(topic, "name", "topic"): len(topic["partitions"]) for topic in answer if not topic.get("error_code")}

    def create(self, topics: Mapping[str, int], replication: int, compacted: Collection[str] = ()) -> None:
        """Create topics with these partition counts; ``compacted`` ones keep the last value of each key for ever."""
        wanted = [
            NewTopic(name, partitions, replication, topic_configs={"cleanup.policy": "compact"} if name in compacted else {})
            for name, partitions in topics.items()
        ]
        if wanted:
            self._ask("create topics", lambda admin: admin.create_topics(wanted))

    def delete(self, names: Iterable[str]) -> None:
        """Delete topics."""
        self._ask("delete topics", lambda admin: admin.delete_topics(list(names)))

    def progress(self, group: str, names: Collection[str]) -> tuple[dict[tuple[str, int], int], dict[tuple[str, int], int]]:
        """Committed offsets of a consumer group, and the end of every partition of these topics."""
        committed = self._ask("read committed offsets", lambda admin: admin.list_group_offsets(group)[group])
        try:
            with KafkaConsumer(**_common(self._settings)) as consumer:
                places = [TopicPartition(name, number) for name in names for number in consumer.partitions_for_topic(name) or ()]
                ends = consumer.end_offsets(places)
        except Exception as error:
            raise translate(error, self._settings, "read end offsets", "DESCRIBE") from error
        return (
            {(place.topic, place.partition): kept.offset for place, kept in committed.items()},
            {(place.topic, place.partition): end for place, end in ends.items()},
        )

    def check(self, rights: Mapping[str, Collection[str]]) -> None:
        """See that each topic exists and that the credential has the right on it.

        Args:
            rights: ``READ`` and ``WRITE`` by topic.

        Raises:
            RightsError: names the topic and the right.
            ConfigurationError: a topic does not exist.
            Unavailable: the broker is away.
        """
        described = self._ask("describe topics", lambda admin: admin.describe_topics(sorted(rights)))
        by_name = {_field(topic, "name", "topic"): topic for topic in described}
        for name, wanted in sorted(rights.items()):
            self._check_one(name, wanted, by_name.get(name, {}))

    def _check_one(self, name: str, wanted: Collection[str], topic: Mapping[str, Any]) -> None:
        who = self._settings.username or "anonymous"
        code = topic.get("error_code", 3)
        if code == kafka_errors.TopicAuthorizationFailedError.errno:
            raise RightsError(f"user {who} lacks {', '.join(sorted(wanted))} and DESCRIBE on topic {name}")
        if code == kafka_errors.UnknownTopicOrPartitionError.errno:
            raise ConfigurationError(f"topic {name} does not exist: run `tocsin provision`")
        has = {str(operation).upper() for operation in topic.get("authorized_operations") or ()}
        lacks = sorted(set(wanted) - has)
        if has and lacks and "ALL" not in has:
            raise RightsError(f"user {who} lacks {', '.join(lacks)} on topic {name}; it has {', '.join(sorted(has))}")


def _field(item: Mapping[str, Any], *names: str) -> str:
    return str(next(item[name] for name in names if name in item))
