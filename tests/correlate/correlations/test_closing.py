"""Upper bounds and absence: judged when the window has closed, by the logs that went on or by the clock at a silent site."""

import pytest

from correlate.counting.shortfall import LATE
from correlate.counting.watermark import PATIENCE, SILENCE
from tests.builders import ANNECY, VIENNE
from tests.correlate.correlations.story import ID, correlation, region

NONE = correlation("event_count", "{eq: 0}")
WAIT = PATIENCE.total_seconds()
QUIET = SILENCE.total_seconds()
LATER = 10 + WAIT + 1
"""When a window of ten seconds from the start is judged."""


def test_an_expected_event_that_does_not_come() -> None:
    """A heartbeat every five seconds, then none: told when the site's other logs have gone on, at the end of the window."""
    told = region(NONE).see((0, "a"), (5, "a"), (10, "a"), (20, "other"))
    assert told.ends == []
    told.see((LATER + 10, "other"))
    (found,) = told.raised
    assert told.ends == [20]
    assert (found["event_ids"], found["counted"], found["site"]) == (["e00003"], 0, VIENNE)


def test_logs_that_only_reach_the_end_of_the_window_decide_nothing() -> None:
    """What is out of order by less than the patience may still come."""
    told = region(NONE).see((0, "a"), (9 + WAIT, "other"))
    assert told.ends == []
    assert told.see((9, "a")).see((19 + WAIT + 1, "other")).ends == [19]


def test_at_a_silent_site_the_clock_decides() -> None:
    """No log at all goes on; the absence is found by a timer."""
    told = region(NONE).tick(0).see((0, "a")).tick(QUIET)
    assert told.ends == []
    assert told.tick(QUIET + 11).ends == [10]


def test_another_site_does_not_decide() -> None:
    """Each trust domain has its own watermark: Annecy's logs say nothing of Vienne's."""
    told = region(NONE).tick(0).see((0, "a")).see((1000, "other"), site=ANNECY)
    assert told.ends == []


def test_a_source_that_still_speaks_is_waited_for() -> None:
    """One source is ahead; the slower one has not reached the end of the window."""
    told = region(NONE).tick(0).see((0, "a"))
    slow, fast = told.event(1, "other"), told.event(1000, "other")
    told.hear(slow, "slow").hear(fast, "s")
    assert told.ends == []
    assert told.hear(told.event(LATER, "other"), "slow").ends == [10]


def test_it_is_told_once_until_a_match_comes_again() -> None:
    """Silence that lasts is one alert; after a new heartbeat, the next silence is another."""
    told = region(NONE).see((0, "a"), (1000, "other"), (2000, "other"))
    assert told.ends == [10]
    assert told.see((3000, "a"), (4000, "other")).ends == [10, 3010]


def test_fewer_than() -> None:
    """Lt 3: after some match, fewer than three follow within the timespan."""
    told = region(correlation("event_count", "{lt: 3}")).see(*((second, "a") for second in range(0, 30, 3)), (1000, "other"))
    assert told.ends[0] == 31
    assert len(told.ends) == 1


@pytest.mark.parametrize(("number", "ends"), [(1, []), (2, [10]), (3, [10]), (4, []), (12, [])])
def test_a_range(number: int, ends: list[float]) -> None:
    """Gte 2 and lte 3: the crowd is counted when its window has closed, so a larger one is never taken for a small one."""
    moments = [(second / 10, "a") for second in range(number)]
    assert region(correlation("event_count", "{gte: 2, lte: 3}")).see(*moments, (1000, "other")).ends == ends


@pytest.mark.parametrize(("number", "ends"), [(2, []), (3, [10]), (4, [])])
def test_exactly(number: int, ends: list[float]) -> None:
    """Eq 3 is three: not three of four."""
    moments = [(second / 10, "a") for second in range(number)]
    assert region(correlation("event_count", "{eq: 3}")).see(*moments, (1000, "other")).ends == ends


@pytest.mark.parametrize(
    ("moments", "ends"),
    [
        ([(0, "a")], [10]),
        ([(0, "a"), (10, "b")], []),
        ([(0, "a"), (10.001, "b")], [10]),
        ([(0, "b"), (5, "a")], []),
        ([(0, "b")], []),
    ],
)
def test_a_and_not_b(moments: list[tuple[float, str]], ends: list[float]) -> None:
    """A without B in the window, before or after it; told only when B can no longer come."""
    told = region(correlation("temporal", "a and not b", rules="[a, b]")).see(*moments)
    assert told.ends == []
    assert told.see((1000, "other")).ends == ends


def test_a_and_not_b_at_a_silent_site() -> None:
    """The clock closes the window."""
    told = region(correlation("temporal", "a and not b", rules="[a, b]")).tick(0).see((0, "a"))
    assert told.tick(QUIET + 11).ends == [10]


def test_a_low_sum_and_few_values() -> None:
    """Upper bounds of a sum and of distinct values wait for the end too."""
    small = region(correlation("value_sum", "{gt: 0, lt: 100, field: size}")).see((0, "a"), (1, "a"), size=30)
    assert small.see((1000, "other")).ends == [10]
    large = region(correlation("value_sum", "{gt: 0, lt: 100, field: size}")).see((0, "a"), (1, "a"), size=60)
    assert large.see((1000, "other")).ends == []
    one = region(correlation("value_count", "{eq: 1, field: size}")).see((0, "a"), (1, "a"), size=60)
    assert one.see((1000, "other")).ends == [10]


def test_what_comes_after_the_judgement_is_recorded_and_not_counted() -> None:
    """A heartbeat that arrives after the window was judged: the shortfall says that it came too late."""
    told = region(NONE).see((0, "a"), (1000, "other"), (5, "a"))
    assert told.ends == [10]
    assert told.shortfall[ID][LATE] == 1
    assert told.see((2000, "other")).ends == [10]
