"""That Faust commits what was worked off, and nothing that it kept from the stage."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka.structs import ConsumerRecord
from faust.types import TP

from tocsin.drivers.flow import App

PLACE = TP("raw", 0)
FETCHED, NOW = 1, 2
"""Generations: a rebalance lies between them."""


def committable(generation: int, stage: Callable[[App, Any], None]) -> int | None:
    """Lead one message of this generation through a stream; gives the offset that Faust would commit."""

    async def lead() -> int | None:
        app = App("flow", broker="kafka://127.0.0.1:1", store="memory://", web_enabled=False)
        app.flow_control.resume()
        channel = app.topic(PLACE.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        app.topics.acking_topics.add(PLACE.topic)
        app.consumer_generation_id = generation
        message = app.consumer._to_message(PLACE, ConsumerRecord(*PLACE, 0, 0, 0, b"key", b"value", None, 3, 5, ()))
        app.consumer_generation_id = NOW
        message.incref()  # the stream's
        stream = app.stream(channel)
        reading = asyncio.ensure_future(_read(app, stream, stage))
        await asyncio.sleep(0)
        await stream.channel.put(await channel.decode(message))
        await asyncio.sleep(0.05)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return app.consumer._new_offset(PLACE)  # type: ignore[no-any-return]

    return asyncio.run(lead())


async def _read(app: App, stream: Any, stage: Callable[[App, Any], None]) -> None:
    async for event in stream.events():
        stage(app, event.message)


def test_what_the_stage_worked_off_is_committed() -> None:
    """A message of this assignment that was done moves the offset past it."""
    assert committable(NOW, lambda app, message: app.consumer.done(message)) == 1


def test_what_was_kept_from_the_stage_is_not_committed() -> None:
    """A message fetched before a rebalance is skipped by Faust, and stays to be read again."""
    seen: list[Any] = []
    assert committable(FETCHED, lambda _, message: seen.append(message)) is None
    assert seen == []


def test_what_the_stage_was_interrupted_at_is_not_committed() -> None:
    """A message that the stage has seen and not finished stays to be read again."""
    seen: list[Any] = []
    assert committable(NOW, lambda _, message: seen.append(message)) is None
    assert len(seen) == 1
