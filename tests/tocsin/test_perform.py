"""Outputs are carried out in their order, tried again while a port is away, and never dropped."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest

from schemas import codec, topics
from schemas.dead import DeadLetter
from schemas.errors import Refused, RightsError, Unavailable
from schemas.notice import Receipt, Status
from schemas.output import Document, Emit, Send
from schemas.tick import Tick
from tests.notify.stories import at, notice
from tocsin.adapters.sqlite import Database, SqliteStore
from tocsin.drivers import perform
from tocsin.drivers.perform import Performer, patiently
from tocsin.ports import Answer

TICK = Tick(now=at("02:10"))


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perform, "BACK_OFF", (0.0,))


class Ports:
    """A log, a store and a handover that write down what they are asked, and fail as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.messages: list[tuple[str, str, bytes]] = []
        self.failures: list[Exception] = []
        self.stored = SqliteStore(Database(":memory:"))
        self.refused: set[str] = set()

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    async def append(self, topic: str, key: str, data: bytes) -> None:
        """See ``Log``."""
        self.calls.append(("append", topic))
        self._fail()
        self.messages.append((topic, key, data))

    async def read(self, *where: Any) -> Any:
        """See ``Log`` and ``Store``."""
        return () if len(where) > 2 else await self.stored.read(*where)

    async def upsert(self, documents: Sequence[Document]) -> Sequence[Answer]:
        """See ``Store``."""
        self.calls += [("upsert", document.id) for document in documents]
        self._fail()
        answers = await self.stored.upsert([document for document in documents if document.id not in self.refused])
        rest = iter(answers)
        return [Answer("refused", "a date is no date") if document.id in self.refused else next(rest) for document in documents]

    async def recent(self, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """See ``Store``."""
        return await self.stored.recent(kind, limit)

    async def hand_over(self, send: Send) -> Receipt:
        """See ``Handover``."""
        self.calls.append(("send", send.notice.id))
        self._fail()
        return Receipt(notice_id=send.notice.id, attempt=send.attempt, status=Status.SENT, at=at("02:13"))


@pytest.fixture
def ports() -> Ports:
    """All three."""
    return Ports()


@pytest.fixture
def performer(ports: Ports) -> Performer:
    """What is under test."""
    return Performer(ports, ports, prefix="p-", handover=ports)


async def letters(ports: Ports) -> list[Mapping[str, Any]]:
    """The dead letters."""
    return list(await ports.recent("dead", 100))


def failing(*errors: Exception) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    """A call that fails so often before it answers, and how often it was made."""
    made: list[int] = []

    async def call() -> str:
        made.append(1)
        if len(made) <= len(errors):
            raise errors[len(made) - 1]
        return "answer"

    return call, made


async def test_patience_ends_with_the_answer_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """However often a port is away, one line says that it went and one that it is back."""
    call, made = failing(*[Unavailable("the port is away")] * 30)
    assert await patiently(call) == "answer"
    assert len(made) == 31
    assert [record.getMessage() for record in caplog.records] == ["waiting: the port is away", "going on after 30 tries"]


@pytest.mark.parametrize("error", [Refused("no"), RightsError("no"), ValueError("no")])
async def test_patience_is_for_absence_alone(error: Exception) -> None:
    """Every other error is not tried again."""
    call, made = failing(error)
    with pytest.raises(type(error)):
        await patiently(call)
    assert len(made) == 1


async def test_a_slow_recipient_holds_up_few_others(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several notices are on their way together, never more than agreed, and the receipts keep the order of the notices."""
    under_way: list[int] = []
    together: list[int] = []
    enough = asyncio.Event()

    async def hand_over(send: Send) -> Receipt:
        under_way.append(send.attempt)
        together.append(len(under_way))
        if len(under_way) == perform.AT_ONCE:
            enough.set()
        await enough.wait()
        if send.attempt < perform.AT_ONCE:
            await asyncio.sleep(0)
        under_way.remove(send.attempt)
        return Receipt(notice_id=send.notice.id, attempt=send.attempt, status=Status.SENT, at=at("02:13"))

    monkeypatch.setattr(ports, "hand_over", hand_over)
    performer = Performer(ports, ports, handover=ports)
    attempts = list(range(1, perform.AT_ONCE + 2))
    async with asyncio.timeout(30):
        await performer.perform([Send(notice(), attempt) for attempt in attempts])
    assert max(together) == perform.AT_ONCE
    assert [codec.decode_as(Receipt, data).attempt for _, _, data in ports.messages] == attempts


async def test_the_order_is_send_store_emit(ports: Ports, performer: Performer) -> None:
    """Whatever order a stage asks in; topics get the prefix, and the receipt goes to whoever waits for it."""
    send = Send(notice(), 3)
    await performer.perform([Emit("out", "k", TICK), Document("incident", "i", {}, version=1), send])
    assert ports.calls == [
        ("send", send.notice.id),
        ("append", f"p-{topics.RECEIPTS}"),
        ("upsert", "i"),
        ("append", "p-out"),
    ]
    (receipt, emitted) = ports.messages
    assert codec.decode_as(Receipt, receipt[2]).attempt == 3
    assert receipt[1] == send.notice.incident_id
    assert emitted == ("p-out", "k", codec.encode(TICK))


async def test_every_port_is_waited_for(ports: Ports, performer: Performer) -> None:
    """Each call that fails is made again until it is acknowledged; nothing else is repeated."""
    ports.failures = [Unavailable("away")] * 3
    await performer.perform([Document("incident", "i", {}, version=1), Emit("out", "k", TICK)])
    assert ports.calls == [("upsert", "i")] * 4 + [("append", "p-out")]
    ports.failures = [Unavailable("away")] * 2
    await performer.perform([Emit("out", "k", TICK)])
    assert len(ports.messages) == 2


async def test_many_documents_are_asked_in_pieces(ports: Ports, performer: Performer) -> None:
    """A thousand documents are stored, each once."""
    await performer.perform([Document("incident", f"i{number}", {}, version=1) for number in range(1001)])
    assert ports.calls == [("upsert", f"i{number}") for number in range(1001)]


async def test_a_refused_document_is_a_dead_letter(ports: Ports, performer: Performer) -> None:
    """Its body, its id and the store's reason are kept; its neighbours are stored and what follows is emitted."""
    ports.refused = {"bad"}
    bodies = {name: {"text": f"{name} é"} for name in ("a", "bad", "b")}
    await performer.perform([*(Document("event", name, body) for name, body in bodies.items()), Emit("out", "k", TICK)])
    assert {body["text"] for body in await ports.recent("event", 10)} == {"a é", "b é"}
    (letter,) = await letters(ports)
    assert (letter["topic"], letter["key"], letter["reason"]) == ("store/event", "bad", "store: a date is no date")
    assert (
        DeadLetter.model_validate({k: letter[k] for k in ("topic", "key", "data", "reason")}).data == '{"text": "bad é"}'.encode()
    )
    assert len(ports.messages) == 1


@pytest.mark.parametrize("odd", [object(), b"bytes", {1, 2}, "\udcff", float("nan"), 2**90])
async def test_a_document_that_is_no_json_is_a_dead_letter_too(ports: Ports, performer: Performer, odd: object) -> None:
    """Whatever a stage put into it, the driver goes on: stored or a dead letter."""
    await performer.perform([Document("event", "odd", {"odd": odd}), Document("event", "good", {"a": 1})])
    assert {"a": 1} in await ports.recent("event", 10)
    assert len(await letters(ports)) + len(await ports.recent("event", 10)) == 2


async def test_a_refused_message_is_a_dead_letter(ports: Ports, performer: Performer) -> None:
    """The message is kept with its topic without the prefix, so that it can be put back; the next one is sent."""
    ports.failures = [Refused("too large")]
    await performer.perform([Emit("out", "k", TICK), Emit("out", "k2", TICK)])
    (letter,) = await letters(ports)
    assert (letter["topic"], letter["key"], letter["reason"]) == ("out", "k", "too large")
    assert [message[1] for message in ports.messages] == ["k2"]


async def test_a_missing_right_is_raised(ports: Ports, performer: Performer) -> None:
    """An operator must act: it is neither retried nor buried."""
    ports.failures = [RightsError("lacks WRITE")]
    with pytest.raises(RightsError):
        await performer.perform([Emit("out", "k", TICK)])
    assert await letters(ports) == []


async def test_a_dead_letter_waits_for_its_store(ports: Ports, performer: Performer) -> None:
    """It is tried until it is kept."""
    ports.failures = [Unavailable("away")] * 5
    await performer.bury(DeadLetter(topic="raw.x", key="k", data=b"\x00\xff", reason="odd"))
    (letter,) = await letters(ports)
    assert (letter["size"], letter["replayed"], letter["reason"]) == (2, 0, "odd")


async def test_a_dead_letter_that_cannot_be_kept_is_said(
    ports: Ports, performer: Performer, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing goes in silence: the log has its id and why."""
    letter = DeadLetter(topic="raw.x", key="k", data=b"x", reason="odd")
    ports.refused = {letter.id}
    await performer.bury(letter)
    assert f"dead letter {letter.id} cannot be kept, its bytes are lost: a date is no date" in caplog.text


async def test_a_stage_without_channels_may_not_send(ports: Ports) -> None:
    """It is a mistake in the wiring, not a notice to drop."""
    with pytest.raises(RuntimeError, match="no channel"):
        await Performer(ports, ports).perform([Send(notice(), 1)])
