"""value_count and the measures of numbers: value_sum, value_avg, value_percentile, value_median."""

from typing import Any

import pytest

from correlate.counting.shortfall import NOT_A_NUMBER
from tests.correlate.correlations.story import ID, Region, correlation, refusal, region

DISTINCT = correlation("value_count", "{gte: 3, field: source.ip}")


def said(told: Region, field: str, *values: Any) -> Region:
    """One event a second, with these values of the field."""
    for second, value in enumerate(values):
        told.hear(told.event(second, "a", **{field: value}))
    return told


def numbers(kind: str, condition: str, *values: Any, settle: float = 1000) -> list[float]:
    """When it fired, after the clock went on."""
    return said(region(correlation(kind, condition)), "size", *values).tick(settle).tick(settle + 4000).ends


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        (("1", "2", "3"), [2]),
        (("1", "1", "1", "2", "2"), []),
        (("A", "a", "À", "à"), []),
        (("A", "b", "c"), [2]),
        ((None, None, None, "1", "2"), []),
        (([], [None], "1", "2"), []),
        ((["1", "2"], "1", "3"), [2]),
        ((["1", ["2", "3"]],), [0]),
        (("", "1", "2"), [2]),
        ((1, "1", 1.0, "2"), []),
        (({"x": 1}, "1", "2"), []),
        (("x" * 100_000, "x" * 99_999 + "y", "z"), [2]),
    ],
)
def test_distinct_values(values: tuple[Any, ...], ends: list[float]) -> None:
    """Without case; null and absent are no value, an empty text is one; each element of an array is one; repeats count once."""
    assert said(region(DISTINCT), "source.ip", *values).ends == ends


def test_an_old_value_leaves_the_window() -> None:
    """Three values, never three within the timespan."""
    told = region(DISTINCT)
    for second, value in ((0, "1"), (6, "2"), (12, "3"), (18, "1")):
        told.hear(told.event(second, "a", **{"source.ip": value}))
    assert told.ends == []


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ((40, 40, 20), [2]),
        (("40", "40", "20"), [2]),
        ((" 99.5 ", "0.5"), [1]),
        (("1e2",), [0]),
        ((40, None, 40), []),
        ((40, "many", "0x64", True, "NaN", "inf", 40), []),
        ((0.1,) * 10, []),
        (([60, 40],), [0]),
    ],
)
def test_a_sum_of_numbers(values: tuple[Any, ...], ends: list[float]) -> None:
    """Numbers and numeric texts add up exactly; what is missing or no number adds nothing."""
    assert numbers("value_sum", "{gte: 100, field: size}", *values) == ends


def test_what_is_no_number_is_counted_as_such() -> None:
    """The shortfall says how many matches could not be added; for a sum, those below 0 too."""
    told = said(region(correlation("value_sum", "{gte: 100, field: size}")), "size", "many", -5, 3)
    assert told.shortfall[ID][NOT_A_NUMBER] == 2


def test_a_sum_slides() -> None:
    """What has left the window is not in the sum."""
    told = region(correlation("value_sum", "{gt: 100, field: size}"))
    for second, size in ((0, 60), (11, 60), (21, 41)):
        told.hear(told.event(second, "a", size=size))
    assert told.ends == [21]


def test_a_mean_is_that_of_the_numbers_there_are() -> None:
    """Missing values do not pull it down; it is judged when all that belongs to it can be there."""
    assert numbers("value_avg", "{gte: 50, field: size}", 20, None, 70, "60") == [3]
    assert numbers("value_avg", "{gte: 50, field: size}", 20, 70, "0") == []
    assert numbers("value_avg", "{lt: 10, field: size}", 20, 10, "5") == []
    assert numbers("value_avg", "{lt: 10, field: size}", 10, "5", -3) == [1]


def test_a_late_number_changes_a_mean_that_is_not_judged_yet() -> None:
    """The order of arrival does not matter: 20 at second 0 arrives last."""
    told = region(correlation("value_avg", "{gte: 50, field: size}"))
    for second, size in ((1, 60), (0, 20)):
        told.hear(told.event(second, "a", size=size))
    assert told.tick(1000).tick(5000).ends == []


@pytest.mark.parametrize(
    ("condition", "values", "ends"),
    [
        ("{gte: 5, field: size, percentile: 50}", (1, 5, 9), [1 + 1]),
        ("{gte: 9, field: size, percentile: 95}", (1, 2, 3, 9), [3]),
        ("{gte: 9, field: size, percentile: 50}", (1, 2, 3, 9), []),
        ("{lt: 2, field: size, percentile: 50}", (1, 1, 9), [0]),
        ("{lt: 1, field: size, percentile: 50}", (1, 1, 9), []),
    ],
)
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(condition: str, values: tuple[int, ...], ends: list[float]) -> None:
    """Nearest rank; the threshold is compared with the value at the percentile, met and not met."""
    assert numbers("value_percentile", condition, *values) == ends


def test_a_median_of_an_even_count_lies_between_the_middle_two() -> None:
    """1 and 2 have 1.5."""
    assert numbers("value_median", "{gte: 1.5, field: size}", 1, 2) == [1]
    assert numbers("value_median", "{gt: 1.5, field: size}", 1, 2) == []


def test_bounds_may_be_fractions() -> None:
    """0.5 is not rounded down to 0."""
    assert numbers("value_sum", "{gte: 0.5, field: size}", "0.2", "0.2") == []
    assert numbers("value_sum", "{gte: 0.5, field: size}", "0.2", "0.3") == [1]


@pytest.mark.parametrize(
    ("kind", "condition", "reason"),
    [
        ("value_count", "{gte: 3}", "field"),
        ("value_count", "{gte: 3, field: [a, b]}", "one field"),
        ("value_percentile", "{gte: 3, field: size}", "percentile"),
        ("value_percentile", "{gte: 3, field: size, percentile: 101}", "at most 100"),
        ("value_percentile", "{gte: 3, field: size, percentile: 0}", "above 0"),
        ("value_sum", "{gte: true, field: size}", "number"),
        ("value_sum", "{gte: many, field: size}", "count"),
        ("event_count", "{gte: 3, lt: 2}", "exclude each other"),
        ("event_count", "{gte: 0}", "always true"),
        ("event_count", "{gte: 100000}", "the most that is kept"),
        ("event_count", "{gte: 3, between: 5}", "between"),
        ("event_count", "{}", "condition"),
        ("event_count", "[3]", "condition"),
        ("event_count", "", "condition"),
        ("event_rate", "{gte: 3}", "event_rate"),
    ],
)
def test_what_is_not_understood_is_refused(kind: str, condition: str, reason: str) -> None:
    """Nothing is approximated; the reason says what was expected."""
    assert reason in refusal(correlation(kind, condition))
