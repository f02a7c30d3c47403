"""One stage as a Faust worker. Faust carries messages and moves state; everything it is known to get wrong is kept away from it.

One agent a topic set with ``concurrency=1``; nothing raises out of it (a raise would acknowledge and lose the message); outputs are
acknowledged before its body ends; raw bytes on the wire; a plain table. Anything unexpected ends the process without committing:
the message is read again.
"""

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import faust

from schemas import codec
from schemas.errors import ConfigurationError, RightsError, TocsinError, Unavailable
from schemas.tick import Tick
from tocsin.drivers.application import application
from tocsin.drivers.course import Course
from tocsin.drivers.perform import Performer, patiently
from tocsin.drivers.reload import Reloader
from tocsin.drivers.stage import Stage, Turn
from tocsin.drivers.stall import Offsets, Watch
from tocsin.ports import Log, State
from tocsin.settings import KafkaSettings

logger = logging.getLogger(__name__)

EXIT_CONFIGURATION = 2
WATCH_SECONDS = 5.0
PULSE_SECONDS = 10.0


@dataclass
class Cluster:
    """What one worker needs.

    Args:
        stage: The stage it runs.
        kafka: How to reach the brokers.
        performer: Carries out the stage's outputs.
        log: Where ticks are sent.
        state_of: Makes the ``State`` over a Faust table; None for a stage that remembers nothing.
        topics: Asked again and again: the topics to read, prefix included. New ones are picked up while running.
        clock: Gives now.
        folder: Faust's own files.
        progress: Committed offsets of the stage's workers, and the ends of all that they read.
        well: Said to whoever watches from outside, while the worker is.
        begin_anew: Replaces this process by a new one; Faust can stop fetching after broker trouble without an error.
    """

    stage: Stage
    kafka: KafkaSettings
    performer: Performer
    log: Log
    topics: Callable[[], Awaitable[Sequence[str]]]
    clock: Callable[[], datetime]
    folder: Path
    progress: Callable[[], tuple[Offsets, Offsets]]
    well: Callable[[], None]
    begin_anew: Callable[[], NoReturn]
    state_of: Callable[[Any], Any] | None = None
    reloader: Reloader | None = None
    tick_seconds: float = 1.0
    reading: set[str] = field(default_factory=set)
    course: Course = field(default_factory=Course)
    away: bool = False
    written: Callable[[], Awaitable[None]] | None = None
    in_hand: bool = False
    """Whether a message is being worked on, however long a service lets it wait."""


class _Nothing:
    """The State of a stage that remembers nothing."""

    def get(self, key: str) -> bytes | None:  # noqa: ARG002 - as the port
        return None

    def put(self, changes: Any) -> None:
        if changes:
            raise RuntimeError("this stage was said to remember nothing")

    def keys(self) -> Any:
        return iter(())


def run(cluster: Cluster, first_topics: Sequence[str]) -> int:
    """Work until a signal; gives the exit status."""
    cluster.folder.mkdir(parents=True, exist_ok=True)
    app = application(cluster.kafka, cluster.stage.name, cluster.folder)
    state: State = _Nothing()
    if cluster.state_of is not None:
        table = app.Table("state", key_type=str, value_type=bytes, default=bytes, partitions=1)
        cluster.written = table.acknowledged
        state = cluster.state_of(table)
        app.on_partitions_assigned.connect(_reassigned(state), weak=False)
        _tick(app, cluster)
    _read(app, cluster, state, first_topics)
    _watch(app, cluster, state)
    if cluster.reloader is not None:
        cluster.reloader.attach(app.timer)
    threading.Thread(target=_pulse, args=(cluster,), name="pulse", daemon=True).start()
    worker = faust.Worker(
        app, loglevel="error", redirect_stdouts=False, override_logging=False, quiet=True, daemon=True, console_port=0
    )
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        if end.code:
            logger.warning("Faust ended: %r", worker.crash_reason or app.crash_reason or end.code)
        return int(end.code or 0)
    return 0


def _reassigned(state: Any) -> Callable[..., Awaitable[None]]:
    async def forget(*_: Any, **__: Any) -> None:
        state.reassigned()

    return forget


def _read(app: Any, cluster: Cluster, state: State, topics: Sequence[str]) -> Any:
    """One agent for these topics."""
    cluster.reading.update(topics)

    async def work(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            await _follow(app, cluster, message)
            await _take(cluster, state, message.topic, _text(message.key), message.value)
            app.consumer.done(message)

    channel = app.topic(*topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    return app.agent(channel, concurrency=1, name=f"{cluster.stage.name}-{len(cluster.reading)}")(work)


async def _follow(app: Any, cluster: Cluster, message: Any) -> None:
    """Begin anew, with nothing acknowledged, when Faust has skipped a message."""
    place = message.tp
    due = await cluster.course.gap(place, message.offset, message.generation_id, lambda: app.consumer.due(place))
    if due is not None:
        logger.warning("beginning anew: %s-%d came to %d, and %d was due", *place, message.offset, due)
        cluster.begin_anew()


async def _take(cluster: Cluster, state: State, topic: str, key: str, data: bytes) -> None:
    """One turn; it ends with everything acknowledged, or it ends the process."""
    cluster.in_hand = True
    try:
        name = topic.removeprefix(cluster.kafka.prefix)
        turn = Turn(cluster.stage, state, name, key, data)
        if turn.dead:
            await cluster.performer.bury(turn.dead)
        await cluster.performer.perform(turn.outputs)
        if turn.changes:
            state.put(turn.changes)
        await _written(cluster)
    except asyncio.CancelledError:
        raise
    except (RightsError, ConfigurationError) as error:
        _end(EXIT_CONFIGURATION, str(error))
    except Exception:
        logger.exception("ending without a commit; the message is read again")
        _end(1, "unexpected error, see above")
    finally:
        cluster.in_hand = False


async def _written(cluster: Cluster) -> None:
    if cluster.written:
        try:
            await cluster.written()
        except Unavailable as error:
            logger.warning("beginning anew: a change of state was not acknowledged: %s", error)
            cluster.begin_anew()


def _end(status: int, reason: str) -> NoReturn:
    print(f"tocsin worker: {reason}", file=sys.stderr, flush=True)
    os._exit(status)


def _tick(app: Any, cluster: Cluster) -> None:
    """Time enters as messages: ticks of several workers do no harm, time only moves forward."""
    topic = cluster.kafka.prefix + cluster.stage.topics[0]

    async def tick() -> None:
        await patiently(lambda: cluster.log.append(topic, "tick", codec.encode(Tick(now=cluster.clock()))))

    app.timer(interval=cluster.tick_seconds, name=f"{cluster.stage.name}-tick")(tick)


def _watch(app: Any, cluster: Cluster, state: State) -> None:
    """Says once when the broker is away and once when it is back; reads topics that appear while running."""

    async def watch() -> None:
        try:
            topics = await cluster.topics()
        except Unavailable as error:
            if not cluster.away:
                logger.warning("waiting: %s", error)
            cluster.away = True
            return
        except (RightsError, ConfigurationError) as error:
            _end(EXIT_CONFIGURATION, str(error))
        if cluster.away:
            logger.warning("going on: Kafka is back")
        cluster.away = False
        fresh = sorted(set(topics) - cluster.reading)
        if fresh:
            logger.warning("new topics: %s", ", ".join(fresh))
            await _read(app, cluster, state, fresh).start()

    app.timer(interval=WATCH_SECONDS, name=f"{cluster.stage.name}-watch")(watch)


def _pulse(cluster: Cluster) -> None:
    """Say that the worker is well; begin anew when commits stand still while messages wait and none is in hand.

    In a thread of its own: Faust may hang before its timers run, or block its loop.
    """
    watch = Watch.begin(cluster.clock())
    while True:
        time.sleep(PULSE_SECONDS)
        now = cluster.clock()
        try:
            committed, ends = cluster.progress()
        except TocsinError:
            watch = Watch.begin(now)
        else:
            watch = Watch.begin(now) if cluster.in_hand else watch.look(committed, ends, now)
        if watch.stalled(now):
            logger.warning("beginning anew: nothing was committed for %s while messages wait", now - watch.since)
            cluster.begin_anew()
        cluster.well()


def _text(key: bytes | None) -> str:
    return (key or b"").decode("utf-8", "replace")
