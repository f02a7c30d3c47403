"""Numbers, booleans, comparisons, and parts of times."""

from typing import Any

import pytest

from tests.correlate.semantics.asking import ABSENT, holds, refused


@pytest.mark.parametrize(
    ("value", "actual", "expected"),
    [
        (1, 1, True),
        (1, "1", True),
        (1, 1.0, True),
        (1, True, False),
        (1, "01", False),
        (1, "1.0", False),
        ("1", 1, True),
        (0x10, "0x10", False),
        (1.5, "1.5", True),
        (9007199254740993, 9007199254740993, True),
        (9007199254740993, 9007199254740992, False),
        (9007199254740993, "9007199254740993", True),
        ("9007199254740993", 9007199254740993, True),
        ("9007199254740993", 9007199254740992, False),
        (10**30 + 1, 10**30, False),
        (True, True, True),
        (True, "TRUE", True),
        ("true", True, True),
        (True, 1, False),
        (False, 0, False),
    ],
)
def test_a_number_equals_a_number_or_the_text_that_writes_it(value: Any, actual: Any, *, expected: bool) -> None:
    """Integers are exact beyond 2**53, hexadecimal text is text, a boolean is no number."""
    assert holds("f", value, actual) is expected


@pytest.mark.parametrize(
    ("key", "limit", "actual", "expected"),
    [
        ("f|gt", 5, 6, True),
        ("f|gt", 5, "6", True),
        ("f|gt", 5, 5, False),
        ("f|gte", 5, "5", True),
        ("f|lt", 5, "-4.5", True),
        ("f|lt", 5, "10", False),
        ("f|lte", 5, 5, True),
        ("f|lte", 5, 5.5, False),
        ("f|gt", 5, "0x10", False),
        ("f|gt", 5, "many", False),
        ("f|gt", 5, "1e9", False),
        ("f|gt", 0, True, False),
        ("f|lt", 5, ABSENT, False),
        ("f|lt", 5, "", False),
        ("f|gt", 9007199254740992, 9007199254740993, True),
        ("f|gt", 9007199254740992, "9007199254740993", True),
        ("f|gt", 9007199254740993, 9007199254740993, False),
        ("f|lt", [1, 5], 3, True),
    ],
)
def test_comparisons_read_numbers_and_decimal_text(key: str, limit: Any, actual: Any, *, expected: bool) -> None:
    """lt, lte, gt and gte compare numbers and decimal text exactly; any other value is on no side."""
    assert holds(key, limit, actual) is expected


@pytest.mark.parametrize("value", ["5", True, None])
def test_a_comparison_with_no_number_is_refused(value: Any) -> None:
    """A limit that is text, a boolean or null cannot be compared with."""
    assert "is no number" in refused("f|gt", value)


MOMENT = "2026-12-31T23:59:07.5+01:00"


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|minute", 59, MOMENT, True),
        ("f|hour", 23, MOMENT, True),
        ("f|day", 31, MOMENT, True),
        ("f|week", 53, MOMENT, True),
        ("f|week", 1, "2025-12-29T00:00:00Z", True),
        ("f|month", 12, MOMENT, True),
        ("f|year", 2026, MOMENT, True),
        ("f|hour", 22, MOMENT, False),
        ("f|hour", 8, "2026-01-31 08:05:00.123", True),
        ("f|hour|gte", 20, MOMENT, True),
        ("f|hour|lt", 6, MOMENT, False),
        ("f|hour|neq", 23, MOMENT, False),
        ("f|hour", [22, 23], MOMENT, True),
        ("f|day", 31, "2026-12-31", True),
        ("f|hour", 0, "2026-12-31", False),
        ("f|day", 30, "2026-02-30", False),
        ("f|year", 2026, 2026, False),
        ("f|year", 2026, "2026", False),
        ("f|hour", 8, ABSENT, False),
        ("f|day", 31, ["x", MOMENT], True),
    ],
)
def test_parts_of_a_time_are_those_that_the_log_wrote(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """minute, hour, day, week (ISO 8601), month and year, in the zone of the text: an event's own times are UTC."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(
    ("key", "value"), [("f|hour", 24), ("f|minute", -1), ("f|month", 0), ("f|week", 54), ("f|day", "x"), ("f|hour", True)]
)
def test_a_part_of_a_time_that_never_comes_is_refused(key: str, value: Any) -> None:
    """Hour 24 would match nothing in silence."""
    assert "needs a number from" in refused(key, value)
