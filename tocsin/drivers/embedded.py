"""All stages in one process over one SQLite file; kill it, start it, go on.

A turn (read, step, perform, put, advance) is one SQLite transaction, so a crash leaves a whole turn or none. Only the handing over
of a notice commits in between: its claim must be durable before the first byte of the mail.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from schemas import codec, topics
from schemas.output import Send
from schemas.tick import Tick
from tocsin.drivers.perform import Performer
from tocsin.drivers.stage import Stage, Turn
from tocsin.ports import Log, Message, State

BATCH = 64
"""Messages read from a topic before the other topics are heard."""


class Journal(Protocol):
    """What ties a turn together: all of it is committed, with the reader's progress, or nothing is."""

    def transaction(self) -> AbstractContextManager[None]:
        """Statements inside are one."""

    def progress(self, reader: str, topic: str) -> int:
        """The offset up to which the reader has finished the topic; 0 at first."""

    def advance(self, reader: str, topic: str, offset: int) -> None:
        """Note that the reader has finished this message."""

    def topics(self) -> list[str]:
        """Topics with messages."""

    def trim(self, topic: str, offset: int) -> None:
        """Forget messages up to the offset."""


@dataclass(frozen=True)
class Seat:
    """One stage with its memory and what carries out its outputs."""

    stage: Stage
    state: State
    performer: Performer


class Embedded:
    """Runs stages in turn.

    Args:
        journal: Makes a turn one.
        log: Where the messages are.
        seats: The stages, in the order data meets them.
        clock: Gives now.
        feed: Awaited in each round: appends new input, answers whether there was any.
    """

    def __init__(
        self,
        journal: Journal,
        log: Log,
        seats: Sequence[Seat],
        clock: Callable[[], datetime],
        feed: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._journal = journal
        self._log = log
        self._seats = seats
        self._clock = clock
        self._feed = feed
        self._ticked = clock()

    async def run(self, stop: asyncio.Event, *, tick_seconds: float = 1.0) -> None:
        """Work until told to stop."""
        while not stop.is_set():
            if not await self.round(tick_seconds=tick_seconds):
                await _sleep(stop, min(tick_seconds, 0.2))

    async def round(self, *, tick_seconds: float = 1.0) -> bool:
        """Feed, let each stage work off what waits, tick when it is time; answers whether there was anything to do."""
        busy = await self._feed() if self._feed else False
        for seat in self._seats:
            for topic in self._topics_of(seat.stage):
                busy = await self._work_off(seat, topic) or busy
        now = self._clock()
        if (now - self._ticked).total_seconds() >= tick_seconds:
            await self.tick(now)
        return busy

    async def drain(self, wait: timedelta) -> None:
        """Work off everything; wait for what is held back, then for the notices of what that released."""
        for pause in (timedelta(0), wait, timedelta(0)):
            await asyncio.sleep(pause.total_seconds())
            await self.tick(self._clock())
            while await self.round(tick_seconds=float("inf")):
                pass

    async def tick(self, now: datetime) -> None:
        """Tell every stage the time."""
        self._ticked = now
        for seat in self._seats:
            await self._turn(seat, Message(topics.DETECTIONS, 0, 0, "", codec.encode(Tick(now=now))))

    def _topics_of(self, stage: Stage) -> list[str]:
        """The stage's topics; a name that ends in ``.*`` stands for all topics with that beginning."""
        names = []
        for name in stage.topics:
            stem = name.removesuffix("*")
            names += [name] if stem == name else sorted(topic for topic in self._journal.topics() if topic.startswith(stem))
        return names

    async def _work_off(self, seat: Seat, topic: str) -> bool:
        done = self._journal.progress(seat.stage.name, topic)
        messages = await self._log.read(topic, 0, done + 1, BATCH)
        for message in messages:
            await self._turn(seat, message)
        return bool(messages)

    async def _turn(self, seat: Seat, message: Message) -> None:
        turn = Turn(seat.stage, seat.state, message.topic, message.key, message.data)
        sends = [output for output in turn.outputs if isinstance(output, Send)]
        rest = [output for output in turn.outputs if not isinstance(output, Send)]
        if not (turn.outputs or turn.changes or turn.dead or message.offset):
            return
        await seat.performer.perform(sends)
        with self._journal.transaction():
            if turn.dead:
                await seat.performer.bury(turn.dead)
            await seat.performer.perform(rest)
            seat.state.put(turn.changes)
            if message.offset:
                self._journal.advance(seat.stage.name, message.topic, message.offset)
                self._journal.trim(message.topic, message.offset)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
