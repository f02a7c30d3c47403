"""The row of one notice, from planned to handed over. Pure transitions; a claim is made durable before DATA begins.

``version`` grows at each transition, and the Store keeps only a higher version: two workers that claim the same row both offer the
same next version, and one of them is told that it is known already. It then sends nothing.
"""

from datetime import datetime, timedelta

from pydantic import Field

from schemas.errors import BadMessage, Refused, TocsinError
from schemas.notice import Notice, Receipt, Status
from schemas.noun import Instant, Noun
from schemas.output import Document

KIND = "notice"

NEXT: dict[Status, frozenset[Status]] = {
    Status.PLANNED: frozenset({Status.CLAIMED}),
    Status.DEFERRED: frozenset({Status.CLAIMED, Status.SENT}),
    Status.CLAIMED: frozenset({Status.CLAIMED, Status.SENT, Status.DEFERRED, Status.REFUSED}),
    Status.SENT: frozenset(),
    Status.REFUSED: frozenset(),
}
"""DEFERRED → SENT is the receipt of an earlier attempt that came late: the mail is gone, whatever came after."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60))
"""Wait after the first, second, … failed attempt; the last one repeats."""
GIVE_UP = timedelta(hours=48)
"""After the notice was due; until then it is tried again."""
LEASE = timedelta(minutes=3)
"""Longer than any channel takes for one mail: a claim older than this, without a result, was cut off."""


class OutboxRow(Noun):
    """One recipient, one message. ``uncertain`` means that a copy with the same Message-ID may have been delivered before."""

    notice: Notice
    status: Status = Status.PLANNED
    attempt: int = Field(default=0, ge=0)
    version: int = Field(default=1, ge=1)
    claimed_by: str | None = None
    uncertain: bool = False
    detail: str = ""
    updated: Instant
    next_attempt: Instant | None = None
    """When it may be claimed; None once it is settled for good."""

    def document(self) -> Document:
        """The row for the Store."""
        return Document(KIND, self.notice.id, self.model_dump(mode="json"), self.version)


def plan(notice: Notice) -> OutboxRow:
    """The first version of the row: a decision made twice is offered twice and kept once."""
    return OutboxRow(notice=notice, updated=notice.due, next_attempt=notice.due)


def claim(row: OutboxRow, now: datetime, by: str) -> OutboxRow | None:
    """The row as claimed by ``by``, or None when it is settled, must wait, or may still be in another worker's hands.

    A row that is found claimed, without a result, was cut off somewhere: nobody knows whether the mail left. It is sent again with the
    same Message-ID and marked uncertain. A worker knows of its own claim that it was cut off; another one waits for the lease.
    """
    cut_off = row.status is Status.CLAIMED
    waiting = row.next_attempt is None or now < row.next_attempt
    if Status.CLAIMED not in NEXT[row.status] or (waiting and not (cut_off and row.claimed_by == by)):
        return None
    return _moved(
        row,
        Status.CLAIMED,
        now,
        attempt=row.attempt + 1,
        claimed_by=by,
        uncertain=row.uncertain or cut_off,
        next_attempt=now + LEASE,
    )


def settle(row: OutboxRow, receipt: Receipt) -> OutboxRow:
    """The row after what became of one attempt; a receipt that comes late or twice changes nothing, unless the mail was sent.

    Raises:
        BadMessage: the receipt is of another notice, of an attempt that was never made, or states no result.
    """
    if receipt.notice_id != row.notice.id or receipt.attempt > row.attempt or receipt.status in {Status.PLANNED, Status.CLAIMED}:
        raise BadMessage(
            f"receipt {receipt.status} of attempt {receipt.attempt} does not fit notice {row.notice.id}, attempt {row.attempt}"
        )
    late = receipt.attempt < row.attempt or row.status is not Status.CLAIMED
    if receipt.status not in NEXT[row.status] or (late and receipt.status is not Status.SENT):
        return row
    if receipt.status is Status.DEFERRED:
        return _deferred(row, receipt)
    return _moved(row, receipt.status, receipt.at, detail=receipt.detail, uncertain=row.uncertain or receipt.uncertain)


def receipt(row: OutboxRow, at: datetime, error: TocsinError | None = None, *, uncertain: bool = False) -> Receipt:
    """What one attempt came to: sent without an error, refused on ``Refused``; all else is tried again.

    Args:
        row: As claimed.
        at: When the channel answered.
        error: What it raised.
        uncertain: It cannot tell whether the mail left (``ports.CutOff``).
    """
    status = Status.SENT if error is None else Status.REFUSED if isinstance(error, Refused) else Status.DEFERRED
    return Receipt(
        notice_id=row.notice.id,
        attempt=row.attempt,
        status=status,
        at=at,
        detail=str(error or ""),
        uncertain=row.uncertain or uncertain,
    )


def _deferred(row: OutboxRow, receipt: Receipt) -> OutboxRow:
    doubt = row.uncertain or receipt.uncertain
    if receipt.at - row.notice.due >= GIVE_UP:
        detail = f"given up after {GIVE_UP.total_seconds() / 3600:.0f} h: {receipt.detail}"
        return _moved(row, Status.REFUSED, receipt.at, detail=detail, uncertain=doubt)
    wait = BACK_OFF[min(row.attempt, len(BACK_OFF)) - 1]
    return _moved(row, Status.DEFERRED, receipt.at, detail=receipt.detail, uncertain=doubt, next_attempt=receipt.at + wait)


def _moved(row: OutboxRow, status: Status, now: datetime, **changes: object) -> OutboxRow:
    settled = {"claimed_by": None, "next_attempt": None}
    return row.model_copy(update={**settled, **changes, "status": status, "updated": now, "version": row.version + 1})
