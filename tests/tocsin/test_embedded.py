"""One process over one file: a turn is whole or was not, whatever ends it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from datetime import timedelta
from pathlib import Path

import pytest

from schemas import codec, topics
from schemas.act import Act, Deed
from schemas.errors import BadMessage
from schemas.notice import Receipt, Status
from schemas.noun import Noun
from schemas.output import Document, Emit, Output, Send
from schemas.tick import Tick
from tests.notify.stories import at, notice
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState, SqliteStore
from tocsin.drivers.embedded import Embedded, Seat
from tocsin.drivers.perform import Performer

IN, OUT = "in.a", "out"


class CrashError(BaseException):
    """The end of the process."""


class Counting:
    """Counts acts; tells each one on, and keeps a document of it."""

    name = "counting"
    topics: tuple[str, ...] = ("in.*",)

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterable[Output]:
        """``comment`` says what an act does to the stage."""
        if isinstance(message, Tick):
            memory["ticks"] = b"%d" % (int(memory.get("ticks", b"0")) + 1)
        if not isinstance(message, Act):
            return
        if message.comment == "bad":
            raise BadMessage("bad")
        memory["count"] = b"%d" % (int(memory.get("count", b"0")) + 1)
        yield Document("incident", message.incident_id, {"by": message.by}, version=1)
        yield Emit(OUT, message.by, message)
        if message.comment == "raise":
            raise ValueError("surprise")
        if message.comment == "send":
            yield Send(notice(), 1)


class Hearing:
    """Remembers what it hears."""

    name = "hearing"
    topics: tuple[str, ...] = (OUT, topics.RECEIPTS)

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterable[Output]:
        """Keeps every act and receipt, in order."""
        if isinstance(message, Act | Receipt):
            memory[f"{len(memory):05}"] = message.by.encode() if isinstance(message, Act) else message.status.encode()
        return ()


class World:
    """Both stages over one file; a new process is made by ``driver``."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.log, self.store = SqliteLog(self.database), SqliteStore(self.database)
        self.states = {name: SqliteState(self.database, name) for name in ("counting", "hearing")}
        self.now = at("02:10")
        self.sent = 0
        self.die_after: Callable[[str], bool] = lambda _: False

    async def hand_over(self, send: Send) -> Receipt:
        """See ``Handover``."""
        self.sent += 1
        return Receipt(notice_id=send.notice.id, attempt=send.attempt, status=Status.SENT, at=self.now)

    def driver(self, **changes: object) -> Embedded:
        """A process that was started now."""
        performer = Performer(self._mortal(self.log, "append"), self._mortal(self.store, "upsert"), handover=self)
        seats = [Seat(stage, self._mortal(self.states[stage.name], "put"), performer) for stage in (Counting(), Hearing())]
        return Embedded(self._mortal(self.database, "advance"), self.log, seats, lambda: self.now, **changes)  # type: ignore[arg-type]  # as given

    def _mortal(self, port: object, method: str) -> object:
        """The same port; after a call of this method the process may end."""
        world, call = self, getattr(port, method)

        def then(*words: object) -> object:
            done = call(*words)
            if world.die_after(method):
                raise CrashError
            return done

        async def then_awaited(*words: object) -> object:
            done = await call(*words)
            if world.die_after(method):
                raise CrashError
            return done

        class Mortal:
            def __getattr__(self, name: str) -> object:
                return getattr(port, name) if name != method else then_awaited if asyncio.iscoroutinefunction(call) else then

        return Mortal()

    async def tell(self, *acts: Act, topic: str = IN) -> None:
        """Put messages on a topic."""
        for act in acts:
            await self.log.append(topic, act.by, codec.encode(act))

    def count(self) -> int:
        """What was counted."""
        return int(self.states["counting"].get("count") or 0)

    def heard(self) -> list[str]:
        """What was told on, in order."""
        state = self.states["hearing"]
        return [(state.get(key) or b"").decode() for key in sorted(state.keys())]

    async def dead(self) -> list[tuple[str, str]]:
        """Topic and reason of every dead letter."""
        return [(str(body["topic"]), str(body["reason"])) for body in await self.store.recent("dead", 100)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Nothing told yet."""
    world = World(tmp_path / "region.db")
    yield world
    world.database.close()


def act(number: int, comment: str = "") -> Act:
    """The ``number``-th."""
    return Act(incident_id=f"i{number}", deed=Deed.COMMENT, by=f"p{number}", at=at("02:00"), comment=comment)


async def drain(driver: Embedded) -> None:
    """Work off everything."""
    while await driver.round(tick_seconds=float("inf")):
        pass


async def test_every_message_is_worked_off_once_and_in_order(world: World) -> None:
    """Through both stages, from every topic that a name ending in ``.*`` stands for; then the log is empty."""
    await world.tell(*map(act, range(150)))
    await world.tell(act(150), topic="in.b")
    await drain(world.driver())
    await drain(world.driver())
    assert world.count() == 151
    assert sorted(world.heard()) == sorted(f"p{number}" for number in range(151))
    assert [name for name in world.heard() if name != "p150"] == [f"p{number}" for number in range(150)]
    assert len(await world.store.recent("incident", 1000)) == 151
    assert world.database.topics() == []


@pytest.mark.parametrize("method", ["append", "upsert", "put", "advance"])
@pytest.mark.parametrize("times", [1, 2, 3, 5])
async def test_a_crash_at_any_point_of_a_turn_counts_nothing_twice(world: World, method: str, times: int) -> None:
    """After the restart the count, the outputs and what the next stage heard are what they would have been."""
    await world.tell(*map(act, range(5)))
    left = times

    def dies(called: str) -> bool:
        nonlocal left
        left -= called == method
        return left == 0

    world.die_after = dies
    with pytest.raises(CrashError):
        await drain(world.driver())
    world.die_after = lambda _: False
    await drain(world.driver())
    assert world.count() == 5
    assert world.heard() == [f"p{number}" for number in range(5)]
    assert len(await world.store.recent("incident", 100)) == 5


async def test_poison_is_a_dead_letter_and_the_rest_goes_on(world: World) -> None:
    """No message, a message the stage refuses, and one it fails on: each is kept once, and leaves no other trace."""
    await world.tell(act(0))
    await world.log.append(IN, "k", b"\x00\xffpoison")
    await world.tell(act(1, "bad"), act(2, "raise"), act(3))
    await drain(world.driver())
    assert (world.count(), world.heard()) == (2, ["p0", "p3"])
    reasons = dict.fromkeys(reason for topic, reason in await world.dead() if topic == IN)
    assert len(await world.dead()) == 3
    assert {"bad", "counting: ValueError: surprise"} < set(reasons)
    assert len(await world.store.recent("incident", 100)) == 2


async def test_a_notice_is_handed_over_and_its_receipt_comes_back(world: World) -> None:
    """Outside the transaction, because its claim must be durable first; the receipt is a message."""
    await world.tell(act(0, "send"))
    await drain(world.driver())
    assert (world.sent, sorted(world.heard())) == (1, ["p0", "sent"])


async def test_time_is_told_when_it_has_passed(world: World) -> None:
    """Every stage hears of it, at most as often as asked, and nothing is left on the log."""
    driver = world.driver()
    for _ in range(3):
        await driver.round(tick_seconds=10)
    assert world.states["counting"].get("ticks") is None
    world.now += timedelta(seconds=10)
    for _ in range(3):
        await driver.round(tick_seconds=10)
    assert world.states["counting"].get("ticks") == b"1"
    assert world.database.topics() == []


async def test_the_feed_is_asked_in_each_round(world: World) -> None:
    """Its input is worked off in the same round, and a busy feed keeps the driver busy."""
    fed = [2, 1]

    async def feed() -> bool:
        if not fed:
            return False
        await world.tell(act(fed.pop()))
        return True

    driver = world.driver(feed=feed)
    assert [await driver.round(tick_seconds=float("inf")) for _ in range(3)] == [True, True, False]
    assert world.heard() == ["p1", "p2"]


async def test_draining_lets_time_pass_for_what_is_held(world: World) -> None:
    """It ticks before and after the wait, and works off what that released."""
    await world.tell(act(0))
    await world.driver().drain(timedelta(0))
    assert (world.count(), world.states["counting"].get("ticks")) == (1, b"3")


async def test_running_ends_when_told(world: World) -> None:
    """Between two rounds, with what was there worked off."""
    stop = asyncio.Event()
    await world.tell(act(0))
    clock_was_asked = 0

    async def feed() -> bool:
        nonlocal clock_was_asked
        clock_was_asked += 1
        if clock_was_asked == 3:
            stop.set()
        return False

    await asyncio.wait_for(world.driver(feed=feed).run(stop, tick_seconds=0.01), 30)
    assert (world.count(), stop.is_set()) == (1, True)
