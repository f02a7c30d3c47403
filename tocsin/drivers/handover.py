"""Hands one notice to its channel: the claim is durable before the first byte, the answer before anything else.

A crash between the end of DATA and the 250 leaves a claim without an answer: the notice is sent again with the same Message-ID and
marked uncertain. That is the one doubt of the whole pipeline, and it is counted.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from notify import outbox
from notify.outbox import OutboxRow
from notify.ports import Channel, CutOff
from schemas.errors import TocsinError, Unavailable
from schemas.notice import Receipt, Status
from schemas.output import Send
from tocsin.drivers.perform import patiently
from tocsin.ports import STORED, Store


class Handover:
    """Sends notices through their channels, with the outbox in the store.

    Args:
        store: Holds one row a notice, read by id and never searched.
        channels: By name.
        clock: Gives now.
        worker: Who claims; the same name after a restart, so that its own claims are known as cut short.
    """

    def __init__(self, store: Store, channels: Mapping[str, Channel], clock: Callable[[], datetime], worker: str) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._worker = worker

    async def hand_over(self, send: Send) -> Receipt:
        """Send once, or tell what became of it when this attempt was already made.

        Raises:
            Unavailable: the store is away, or the row is in another worker's hands.
        """
        stored = await self._store.read(outbox.KIND, send.notice.id)
        row = OutboxRow.model_validate(stored.body) if stored else outbox.plan(send.notice)
        is_settled = not outbox.NEXT[row.status]
        if is_settled or (row.status is not Status.CLAIMED and row.attempt >= send.attempt):
            return _last(row)
        claimed = outbox.claim(row, self._clock(), by=self._worker)
        if claimed is None:
            raise Unavailable(f"the outbox row {row.notice.id} waits for {row.claimed_by or row.next_attempt}")
        await self._save(claimed)
        settled = outbox.settle(claimed, await self._try(claimed))
        await patiently(
            lambda: self._store.upsert([settled.document()])
        )  # what is known here must not be forgotten and sent again
        return _last(settled)

    async def _try(self, row: OutboxRow) -> Receipt:
        error: TocsinError | None = None
        try:
            await self._channel(row.notice.channel).send(row.notice, uncertain=row.uncertain)
        except TocsinError as raised:
            error = raised
        return outbox.receipt(row, self._clock(), error, uncertain=isinstance(error, CutOff))

    def _channel(self, name: str) -> Channel:
        if name not in self._channels:
            raise Unavailable(f"no channel {name!r} is configured: give the section [smtp] in region.toml")
        return self._channels[name]

    async def _save(self, row: OutboxRow) -> None:
        [answer] = await self._store.upsert([row.document()])
        if answer != STORED:
            raise Unavailable(f"the outbox row {row.notice.id} is not claimed: {answer.reason or 'another worker was first'}")


def _last(row: OutboxRow) -> Receipt:
    """What became of the last attempt."""
    return Receipt(
        notice_id=row.notice.id,
        attempt=row.attempt,
        status=row.status,
        at=row.updated,
        detail=row.detail,
        uncertain=row.uncertain,
    )
