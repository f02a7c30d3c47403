"""A notice leaves once; when nobody can know whether it did, it leaves again and says so."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from notify.outbox import GIVE_UP, KIND, LEASE, OutboxRow
from notify.ports import Channel, CutOff
from schemas.errors import Refused, RightsError, TocsinError, Unavailable
from schemas.notice import Notice, Receipt, Status
from schemas.output import Document, Send
from tests.notify.stories import at, notice
from tocsin.adapters.indices import MAPPINGS
from tocsin.adapters.sqlite import Database, SqliteStore
from tocsin.drivers import perform
from tocsin.drivers.handover import Handover
from tocsin.ports import Answer

DUE = at("02:12")


class CrashError(BaseException):
    """The end of the process."""


class World:
    """A store, a channel that answers as told, and a clock; everything that happens is written down in order."""

    def __init__(self) -> None:
        self.now = DUE
        self.happened: list[str] = []
        self.mails: list[tuple[str, bool]] = []
        self.answers: list[BaseException] = []
        self.store_failures: list[BaseException | None] = []
        self._store = SqliteStore(Database(":memory:"))

    def clock(self) -> datetime:
        """Now."""
        return self.now

    async def upsert(self, documents: Sequence[Document]) -> Sequence[Answer]:
        """See ``Store``."""
        failure = self.store_failures.pop(0) if self.store_failures else None
        if failure:
            raise failure
        self.happened += [str(document.body["status"]) for document in documents]
        return await self._store.upsert(documents)

    async def read(self, kind: str, id: str) -> Document | None:  # noqa: A002 - as the port
        """See ``Store``."""
        return await self._store.read(kind, id)

    async def recent(self, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """See ``Store``."""
        return await self._store.recent(kind, limit)

    async def send(self, notice: Notice, *, uncertain: bool) -> None:
        """See ``Channel``."""
        self.happened.append("mail")
        answer = self.answers.pop(0) if self.answers else None
        if not isinstance(answer, TocsinError) or isinstance(answer, CutOff):
            self.mails.append((notice.message_id, uncertain))
        if answer:
            raise answer

    def worker(self, name: str = "w1", channels: Mapping[str, Channel] | None = None) -> Handover:
        """A worker process."""
        return Handover(self, {"smtp": self} if channels is None else channels, self.clock, name)

    async def row(self) -> OutboxRow:
        """The one row."""
        found = await self.read(KIND, notice().id)
        assert found is not None
        return OutboxRow.model_validate(found.body)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Nothing sent yet."""
    monkeypatch.setattr(perform, "BACK_OFF", (0.0,))
    return World()


def test_the_outbox_has_an_index() -> None:
    """Its kind is one that is provisioned."""
    assert KIND in MAPPINGS


async def test_the_claim_is_durable_before_the_mail(world: World) -> None:
    """Claim, mail, result: in this order, one mail, and a receipt that says so."""
    receipt = await world.worker().hand_over(Send(notice(), 1))
    assert world.happened == ["claimed", "mail", "sent"]
    assert receipt == Receipt(notice_id=notice().id, attempt=1, status=Status.SENT, at=DUE)


async def test_asked_twice_it_answers_and_sends_nothing(world: World) -> None:
    """The receipt was lost: another worker tells what became of it."""
    first = await world.worker().hand_over(Send(notice(), 1))
    again = await world.worker("w2").hand_over(Send(notice(), 1))
    assert again == first
    assert len(world.mails) == 1


async def test_a_settled_notice_is_never_sent_again(world: World) -> None:
    """Asked for a later attempt than the one that settled it, it answers instead of waiting for ever."""
    world.answers = [Refused("550")]
    await world.worker().hand_over(Send(notice(), 1))
    receipt = await world.worker().hand_over(Send(notice(), 2))
    assert (receipt.status, receipt.detail) == (Status.REFUSED, "550")
    assert world.happened.count("mail") == 1


@pytest.mark.parametrize("error", [Unavailable("451"), RightsError("535"), CutOff("lost")])
async def test_trouble_is_told_and_the_next_attempt_is_another_mail(world: World, error: TocsinError) -> None:
    """Deferred, with the reason; asked again in time it is sent, and marked only when the first may have arrived."""
    world.answers = [error]
    receipt = await world.worker().hand_over(Send(notice(), 1))
    assert (receipt.status, receipt.detail, receipt.uncertain) == (Status.DEFERRED, str(error), isinstance(error, CutOff))
    world.now += timedelta(minutes=1)
    receipt = await world.worker().hand_over(Send(notice(), 2))
    assert (receipt.status, receipt.attempt, receipt.uncertain) == (Status.SENT, 2, isinstance(error, CutOff))
    assert {message_id for message_id, _ in world.mails} == {notice().message_id}


async def test_after_two_days_the_receipt_says_that_it_is_over(world: World) -> None:
    """The notice is refused for good, so that whoever waits for it stops waiting."""
    world.now = DUE + GIVE_UP
    world.answers = [Unavailable("451")]
    receipt = await world.worker().hand_over(Send(notice(), 1))
    assert (receipt.status, receipt.detail) == (Status.REFUSED, "given up after 48 h: 451")


async def test_a_crash_after_data_is_the_one_doubt(world: World) -> None:
    """The claim is found without a result: the same Message-ID again, marked uncertain, as the second attempt."""
    world.answers = [CrashError()]
    with pytest.raises(CrashError):
        await world.worker().hand_over(Send(notice(), 1))
    receipt = await world.worker().hand_over(Send(notice(), 1))
    assert world.mails == [(notice().message_id, False), (notice().message_id, True)]
    assert (receipt.status, receipt.attempt, receipt.uncertain) == (Status.SENT, 2, True)


async def test_a_crash_before_the_claim_is_no_doubt(world: World) -> None:
    """Nothing had left, so nothing is marked."""
    world.store_failures = [CrashError()]
    with pytest.raises(CrashError):
        await world.worker().hand_over(Send(notice(), 1))
    receipt = await world.worker().hand_over(Send(notice(), 1))
    assert (world.mails, receipt.uncertain) == ([(notice().message_id, False)], False)


async def test_the_claim_of_another_worker_is_waited_for(world: World) -> None:
    """Until its lease is over nothing is sent; then it is sent again, marked."""
    world.answers = [CrashError()]
    with pytest.raises(CrashError):
        await world.worker("w1").hand_over(Send(notice(), 1))
    with pytest.raises(Unavailable, match="waits for w1"):
        await world.worker("w2").hand_over(Send(notice(), 1))
    world.now += LEASE
    assert (await world.worker("w2").hand_over(Send(notice(), 1))).uncertain
    assert [uncertain for _, uncertain in world.mails] == [False, True]


async def test_of_two_claims_at_once_one_sends(world: World) -> None:
    """Both read the row before either claims: the store takes one claim, and the other worker sends nothing."""
    read = world.read

    async def late(kind: str, id: str) -> Document | None:  # noqa: A002 - as the port
        found = await read(kind, id)
        world.read = read  # type: ignore[method-assign]  # the second reader reads between this read and this claim
        await world.worker("w2").hand_over(Send(notice(), 1))
        return found

    world.read = late  # type: ignore[method-assign]  # see above
    with pytest.raises(Unavailable, match="another worker was first"):
        await world.worker("w1").hand_over(Send(notice(), 1))
    assert len(world.mails) == 1


async def test_a_store_that_goes_away_before_the_claim_stops_the_mail(world: World) -> None:
    """Without a durable claim not a byte leaves."""
    world.store_failures = [Unavailable("the store is away")]
    with pytest.raises(Unavailable):
        await world.worker().hand_over(Send(notice(), 1))
    assert world.mails == []


async def test_a_store_that_goes_away_after_the_mail_makes_no_second_mail(world: World) -> None:
    """The worker knows that the mail left: it tells the store when it is back, and nothing is uncertain."""
    world.store_failures = [None, Unavailable("away"), Unavailable("away")]
    receipt = await world.worker().hand_over(Send(notice(), 1))
    assert (receipt.status, receipt.uncertain, len(world.mails)) == (Status.SENT, False, 1)
    assert (await world.row()).status is Status.SENT


async def test_without_a_channel_the_notice_waits(world: World) -> None:
    """The receipt names the section to give; with a mail server it is sent later."""
    receipt = await world.worker(channels={}).hand_over(Send(notice(), 1))
    assert receipt.status is Status.DEFERRED
    assert "[smtp]" in receipt.detail
    world.now += timedelta(minutes=1)
    assert (await world.worker().hand_over(Send(notice(), 2))).status is Status.SENT
