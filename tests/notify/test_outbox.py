"""The life of a row: every transition, what is allowed when, and the one honest doubt."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.outbox import BACK_OFF, GIVE_UP, LEASE, NEXT, OutboxRow, claim, plan, receipt, settle
from notify.ports import CutOff
from schemas.errors import BadMessage, Refused, RightsError, TocsinError, Unavailable
from schemas.notice import Receipt, Status
from tests.notify.stories import at, notice

DUE = at("02:12")
LATER = Unavailable("451 try later")


def claimed(row: OutboxRow, now: datetime, by: str = "w1") -> OutboxRow:
    """The row as claimed, which must be possible."""
    after = claim(row, now, by)
    assert after is not None
    return after


def attempt(row: OutboxRow, now: datetime, error: TocsinError | None = None) -> OutboxRow:
    """Claim and settle at one moment."""
    held = claimed(row, now)
    return settle(held, receipt(held, now, error, uncertain=isinstance(error, CutOff)))


def test_the_straight_way() -> None:
    """Planned, claimed, sent: three versions, one attempt, nothing left to do."""
    row = attempt(plan(notice()), DUE)
    assert (row.status, row.attempt, row.version, row.next_attempt, row.uncertain) == (Status.SENT, 1, 3, None, False)
    assert claim(row, DUE + timedelta(days=9), "w1") is None


def test_two_workers_offer_the_same_version() -> None:
    """Both claims carry version 2, so the Store can keep only one of them."""
    row = plan(notice())
    assert {claimed(row, DUE, by).version for by in ("w1", "w2")} == {2}


def test_not_before_it_is_due() -> None:
    """A row is not claimed before its time."""
    assert claim(plan(notice()), DUE - timedelta(seconds=1), "w1") is None


@pytest.mark.parametrize("error", [LATER, RightsError("535")])
def test_trouble_that_may_pass_is_tried_again(error: TocsinError) -> None:
    """A temporary failure, or a credential an operator can mend, defers the row and leaves no doubt."""
    row = attempt(plan(notice()), DUE, error)
    assert (row.status, row.detail, row.uncertain) == (Status.DEFERRED, str(error), False)
    assert claim(row, DUE + timedelta(seconds=59), "w1") is None
    assert claimed(row, DUE + timedelta(seconds=60)).attempt == 2


def test_refused_for_good() -> None:
    """A permanent refusal settles the row with its reason."""
    row = attempt(plan(notice()), DUE, Refused("550 no such user"))
    assert (row.status, row.detail, row.next_attempt) == (Status.REFUSED, "550 no such user", None)


def test_two_days_of_trouble() -> None:
    """It is tried after 1, 2, 5, 10, 15, 30 minutes, then every hour, for 48 hours; then it is refused, and says why."""
    row, waits = plan(notice()), []
    while row.status is not Status.REFUSED:
        now = row.next_attempt
        row = attempt(row, now, LATER)
        waits.append(row.next_attempt and row.next_attempt - now)
    assert waits[: len(BACK_OFF)] == [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60)]
    assert set(waits[len(BACK_OFF) : -1]) == {timedelta(hours=1)}
    assert row.updated - DUE >= GIVE_UP > row.updated - DUE - timedelta(hours=1)
    assert row.detail == "given up after 48 h: 451 try later"


def test_found_claimed_without_a_result() -> None:
    """Another worker waits for the lease and then sends it again, marked uncertain, with the same Message-ID."""
    held = claimed(plan(notice()), DUE, "w1")
    assert claim(held, DUE + LEASE - timedelta(seconds=1), "w2") is None
    again = claimed(held, DUE + LEASE, "w2")
    assert (again.uncertain, again.attempt, again.claimed_by, again.notice) == (True, 2, "w2", held.notice)
    assert settle(again, receipt(again, DUE + LEASE)).uncertain


def test_a_restarted_worker_knows_its_own_claim() -> None:
    """The worker whose own claim has no result need not wait for the lease."""
    held = claimed(plan(notice()), DUE, "w1")
    assert claimed(held, DUE + timedelta(seconds=1), "w1").uncertain


def test_cut_off_during_data() -> None:
    """A connection lost after DATA defers the row, and every later attempt is marked uncertain."""
    row = attempt(plan(notice()), DUE, CutOff("lost"))
    assert (row.status, row.uncertain) == (Status.DEFERRED, True)
    assert attempt(row, row.next_attempt, LATER).uncertain


def test_late_receipts() -> None:
    """A late "sent" of an earlier attempt is the truth; a late failure, or the same receipt twice, changes nothing."""
    first = claimed(plan(notice()), DUE, "w1")
    second = claimed(first, DUE + LEASE, "w2")
    assert settle(second, receipt(first, DUE + LEASE, LATER)) == second
    sent = settle(second, receipt(first, DUE + LEASE))
    assert sent.status is Status.SENT
    assert settle(sent, receipt(second, DUE + LEASE, LATER)) == sent
    assert settle(sent, receipt(second, DUE + LEASE)) == sent


@pytest.mark.parametrize("wrong", [{"notice_id": "other"}, {"attempt": 2}, {"status": Status.CLAIMED}])
def test_a_receipt_that_does_not_fit(wrong: dict[str, object]) -> None:
    """A receipt of another notice, of an attempt never made or without a result is refused with a clear error."""
    held = claimed(plan(notice()), DUE)
    with pytest.raises(BadMessage, match="does not fit notice"):
        settle(held, receipt(held, DUE).model_copy(update=wrong))


def test_the_document_of_a_row_gives_it_back() -> None:
    """What the Store keeps is the whole row, under the notice's id, at the row's version."""
    row = claimed(plan(notice()), DUE)
    document = row.document()
    assert (document.id, document.version) == (row.notice.id, 2)
    assert OutboxRow.model_validate(document.body) == row


@given(st.lists(st.tuples(st.sampled_from(["claim", "sent", "deferred", "refused"]), st.integers(0, 300), st.integers(1, 5))))
def test_any_story_follows_the_table(moves: list[tuple[str, int, int]]) -> None:
    """Whatever comes in whatever order: only transitions of the table, versions grow by one, a settled row never moves."""
    row, now = plan(notice()), DUE
    for move, minutes, number in moves:
        now += timedelta(minutes=minutes)
        before = row
        if move == "claim":
            row = claim(row, now, f"w{number}") or row
        elif number <= row.attempt:
            row = settle(row, Receipt(notice_id=row.notice.id, attempt=number, status=Status(move), at=now))
        if row != before:
            assert row.status in NEXT[before.status]
            assert row.version == before.version + 1
            assert row.uncertain or not before.uncertain
