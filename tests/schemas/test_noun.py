"""What all nouns share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.noun import in_utc, iso, parse_iso
from schemas.tick import Tick
from tests.builders import NIGHT

INSTANTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(INSTANTS, ZONES)
def test_an_instant_is_written_one_way(instant: datetime, zone: timezone) -> None:
    """In UTC with microseconds and Z, whatever zone it came in; read back it is the same."""
    text = iso(instant.astimezone(zone))

    assert text == iso(instant)
    assert (text[-1], len(text)) == ("Z", 27)
    assert parse_iso(text) == instant


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_instants_do(one: datetime, other: datetime) -> None:
    """An index sorted by text is sorted by time."""
    assert (iso(one) < iso(other)) == (one < other)


@pytest.mark.parametrize("text", ["2026-01-31T02:00:00", "yesterday", "", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_a_value_error(text: str) -> None:
    """No zone, no date, or none that can be written in UTC."""
    with pytest.raises(ValueError):  # noqa: PT011 - the texts are Python's and ours
        parse_iso(text)


def test_an_instant_outside_the_calendar_says_so() -> None:
    """An attacker's year 9999 must not stop a stage with an error nobody expects."""
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        in_utc(datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=14))))


def test_a_noun_is_frozen_and_knows_its_fields() -> None:
    """No field changes, none is added; a naive instant is refused."""
    tick = Tick(now=NIGHT.astimezone(timezone(timedelta(hours=9))))

    assert tick.now.tzinfo is UTC
    assert tick.model_dump(mode="json") == {"now": "2026-01-31T02:00:00.000000Z"}
    with pytest.raises(ValidationError, match="frozen"):
        tick.now = NIGHT
    with pytest.raises(ValidationError, match="Extra inputs"):
        Tick.model_validate({"now": NIGHT, "then": NIGHT})
    with pytest.raises(ValidationError, match="timezone"):
        Tick(now=NIGHT.replace(tzinfo=None))
