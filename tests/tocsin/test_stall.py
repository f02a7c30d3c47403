"""A worker that stopped working is told from one that waits for work."""

from datetime import UTC, datetime, timedelta

from tocsin.drivers.stall import PATIENCE, Offsets, Watch

START = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
PLACE = ("raw.010000024", 0)


def after(*looks: tuple[int, int]) -> bool:
    """Whether the worker counts as stalled after looks (committed, end), one every PATIENCE."""
    watch, now = Watch.begin(START), START
    for committed, end in looks:
        now += PATIENCE + timedelta(seconds=1)
        seen: Offsets = {PLACE: committed}
        watch = watch.look(seen, {PLACE: end}, now)
    return watch.stalled(now)


def test_no_messages_is_not_a_stall() -> None:
    """Everything is committed, for hours."""
    assert not after((5, 5), (5, 5), (5, 5))


def test_messages_that_wait_while_nothing_is_committed_are_a_stall() -> None:
    """Lag, and the same committed offset twice."""
    assert after((5, 9), (5, 12))


def test_slow_work_is_not_a_stall() -> None:
    """There is lag all the time, but commits move."""
    assert not after((5, 90), (6, 95), (7, 99))


def test_work_that_goes_on_again_is_well_again() -> None:
    """A stall ends with the next commit."""
    assert not after((5, 9), (5, 12), (6, 12))
