"""How small records are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate import record
from tests.builders import NIGHT

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=10,
)
INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(PLAIN, INSTANTS)
def test_a_record_survives(value: object, moment: datetime) -> None:
    """Value and moment come back as they were, to the microsecond, also before 1970."""
    data = record.pack(moment, value)

    assert record.unpack(data) == value
    assert record.touched(data) == moment


def test_no_record_is_none() -> None:
    """What was never written reads as None."""
    assert record.unpack(None) is None


@given(INSTANTS, INSTANTS)
def test_microseconds_sort_as_instants_do(one: datetime, other: datetime) -> None:
    """Integers stand in for instants without loss."""
    assert (one < other) == (record.microseconds(one) < record.microseconds(other))
    assert record.from_microseconds(record.microseconds(one)) == one


@pytest.mark.parametrize("zone_hours", [0, 5])
def test_a_microsecond_is_counted(zone_hours: int) -> None:
    """Exact integers, whatever the zone."""
    assert record.microseconds(NIGHT + timedelta(hours=zone_hours, microseconds=1)) % 1000 == 1
