"""Faust's reading without the three ways it forgets what waits (faust-streaming 0.15.3).

*The emptied queue.* Recovery lets the stream's partitions flow, seeks them, and only then resumes the flow, which has been active all
the while; the resume empties every queue (``tables/recovery.py``). What was fetched in between is gone, and because the next offset is
acknowledged, it is committed as done.

*The seek that does nothing.* What is fetched while the flow is suspended is thrown away, and the consumer seeks back to what was
committed (``transport/consumer.py``). Before the first commit there is nothing to seek to, and the position stays behind what was
thrown away.

*The message that was not worked off.* What a stream is interrupted at is acknowledged like what it has done, and so is, by the stream that
is not compiled, what it skips in a rebalance (``streams.py``).
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import faust
from faust.transport.drivers import aiokafka
from faust.types import TP
from mode.utils.queues import FlowControlEvent


class Flow(FlowControlEvent):  # type: ignore[misc]  # mode has no types
    """Empties the queues when it was suspended, and only then."""

    def resume(self) -> None:
        """Let messages through."""
        if not self.is_active():
            super().resume()


class Consumer(aiokafka.Consumer):  # type: ignore[misc]  # faust has no types
    """Goes back to the first message where nothing was committed, and commits what was worked off and nothing else."""

    def _to_message(self, tp: TP, record: Any) -> Any:
        message = super()._to_message(tp, record)
        message.incref()
        return message

    def done(self, message: Any) -> None:
        """The stage has worked this message off: Faust's own acknowledgement is the last one it waits for."""
        message.decref()

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """See Faust."""
        committed: Mapping[TP, int] = await super().seek_to_committed()
        tables = self.app.tables.changelog_topics
        unread = [place for place, offset in committed.items() if not offset and place.topic not in tables]
        if unread:
            for place, offset in (await self.earliest_offsets(*unread)).items():
                await self.seek(TP(*place), offset)
        return committed

    async def due(self, place: TP) -> int:
        """The offset of the first message of a partition that the group has not done."""
        asked = aiokafka.ensure_aiokafka_TP(place)
        committed = await self._thread.call_thread(self._thread._ensure_consumer().committed, asked)  # noqa: SLF001 - Faust has no way to ask
        earliest = await self.earliest_offsets(asked)
        return int(max(committed or 0, earliest[asked]))


class Transport(aiokafka.Transport):  # type: ignore[misc]  # faust has no types
    """Kafka, read by that consumer."""

    Consumer = Consumer


class App(faust.App):  # type: ignore[misc]  # faust has no types
    """A Faust application that keeps what was fetched."""

    @cached_property
    def flow_control(self) -> Flow:
        """See Faust."""
        return Flow(loop=self.loop)

    def _new_transport(self) -> Any:
        return Transport(self.conf.broker_consumer, self)
