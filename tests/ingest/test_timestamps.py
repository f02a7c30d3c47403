"""Every form of time becomes the right instant, or says that it is doubtful."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.timestamps import (
    AMBIGUOUS,
    FUTURE,
    NONEXISTENT,
    Stamp,
    epoch,
    rfc3164,
    rfc3339,
    told_epoch,
    told_instant,
    told_rfc3339,
    told_utc,
    utc,
)
from schemas.noun import iso

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")


def at(text: str) -> datetime:
    """The instant of an ISO text, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "received", "expected"),
    [
        ("Mar 27 13:06:56", "2026-04-01T00:00:00", "2026-03-27T12:06:56"),
        ("Dec 31 23:59:58", "2026-01-01T00:10:00", "2025-12-31T22:59:58"),
        ("Jan  1 00:30:00", "2025-12-31T23:20:00", "2025-12-31T23:30:00"),
        ("Jan  1 12:00:00", "2025-12-31T20:00:00", "2026-01-01T11:00:00"),
        ("Jan  3 12:00:00", "2025-12-31T20:00:00", "2025-01-03T11:00:00"),
        ("Feb 29 08:00:00", "2026-03-01T00:00:00", "2024-02-29T07:00:00"),
        ("Feb 29 08:00:00", "2103-06-01T00:00:00", "2096-02-29T07:00:00"),
        ("Jun 30 23:59:60", "2026-07-01T00:00:00", "2026-06-30T21:59:59"),
    ],
)
def test_a_stamp_without_year_takes_it_from_the_reception(text, received, expected):
    """Across New Year, on leap days and leap seconds, the year is the one that puts the event nearest to its reception."""
    assert rfc3164(text, PARIS, at(received)) == Stamp(at(expected))


@given(
    st.datetimes(datetime.fromisoformat("1980-01-01"), datetime.fromisoformat("2090-01-01")),
    st.integers(-300 * 86_400, 86_400 - 7200),
)
def test_the_year_is_found_again(received, offset):
    """Any event from ten months before its reception to a day after gets the year it had."""
    received = received.replace(tzinfo=UTC)
    event = (received + timedelta(seconds=offset)).replace(microsecond=0)
    stamp = rfc3164(event.astimezone(REUNION).strftime("%b %d %H:%M:%S"), REUNION, received)
    assert stamp == Stamp(event)


@pytest.mark.parametrize(
    "text", ["", "Mar", "Foo 27 13:06:56", "Mar 32 13:06:56", "Mar 27 25:00:00", "Mar 27 13:06", "Mar x 1:2:3"]
)
def test_what_is_no_syslog_stamp_is_none(text):
    """A broken stamp is refused, never guessed."""
    assert rfc3164(text, PARIS, at("2026-01-01T00:00:00")) is None


@pytest.mark.parametrize(
    ("received", "expected"), [("2026-10-25T00:31:00", "2026-10-25T00:30:00"), ("2026-10-25T01:31:00", "2026-10-25T01:30:00")]
)
def test_the_hour_that_comes_twice_is_read_nearest_to_the_reception_and_tagged(received, expected):
    """02:30 exists twice at the end of summer time."""
    assert rfc3164("Oct 25 02:30:00", PARIS, at(received)) == Stamp(at(expected), (AMBIGUOUS,))


def test_the_hour_that_never_comes_is_read_and_tagged():
    """02:30 does not exist at the start of summer time: a clock that was not set yet says it, one hour behind."""
    assert rfc3339("2026-03-29 02:30:00", PARIS, at("2026-03-29T02:00:00")) == Stamp(at("2026-03-29T01:30:00"), (NONEXISTENT,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-27T13:06:56.123456+01:00", "2024-03-27T12:06:56.123456"),
        ("2020-12-11T12:28:01.2990045Z", "2020-12-11T12:28:01.299004"),
        ("2021-12-16T10:25:32.594963699Z", "2021-12-16T10:25:32.594963"),
        ("2020-09-22 03:45:13", "2020-09-22T01:45:13"),
        ("2020-01-22T03:45:13", "2020-01-22T02:45:13"),
    ],
)
def test_iso_times_with_and_without_zone(text, expected):
    """An offset is obeyed, its absence means the site's zone, and decimals beyond the microsecond are cut, not rounded."""
    assert rfc3339(text, PARIS, at("2026-01-01T00:00:00")) == Stamp(at(expected))


def test_sysmon_time_is_utc_whatever_the_site():
    """``UtcTime`` names no zone and is UTC."""
    assert utc("2020-09-20 21:09:08.706") == Stamp(at("2020-09-20T21:09:08.706000"))
    assert utc("yesterday") is None


@pytest.mark.parametrize("number", [1_600_000_000, 1_600_000_000_000, 1_600_000_000_000_000, 1_600_000_000_000_000_000])
def test_epoch_units_are_told_apart_by_magnitude(number):
    """Seconds, milliseconds, microseconds and nanoseconds of one instant give that instant."""
    assert epoch(number) == Stamp(at("2020-09-13T12:26:40"))


@pytest.mark.parametrize("value", [True, None, [], {}, "", "soon", -5, 1e30, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_time_is_none(value):
    """Wrong types, wrong texts and years that no log has are refused."""
    assert told_instant(value, PARIS, at("2026-01-01T00:00:00")) is None


@given(
    st.text(max_size=40) | st.floats() | st.integers() | st.datetimes().map(str),
    st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("9000-01-01")),
)
def test_no_value_raises(value, received):
    """Whatever a record holds in the place of a time, the answer is an instant in UTC or None."""
    received = received.replace(tzinfo=UTC)
    told_instant(value, PARIS, received)
    for stamp in (rfc3164(str(value), PARIS, received), rfc3339(str(value), PARIS, received), utc(str(value))):
        assert stamp is None or stamp.instant.tzinfo is UTC
    assert timedelta(days=1) == FUTURE


TIMES = st.builds(
    lambda moment, joint, decimals, offset: f"{moment:%Y-%m-%d}{joint}{moment:%H:%M:%S}{decimals}{offset}",
    st.datetimes(datetime.fromisoformat("1965-01-01"), datetime.fromisoformat("9999-12-31"))
    | st.datetimes(datetime.fromisoformat("2026-03-29"), datetime.fromisoformat("2026-03-30"))
    | st.datetimes(datetime.fromisoformat("2026-10-25"), datetime.fromisoformat("2026-10-26")),
    st.sampled_from("T  x"),
    st.sampled_from(["", ".", ",5"]) | st.from_regex(r"\.[0-9]{1,14}", fullmatch=True),
    st.sampled_from(["", "Z", "+02:00", "-0330", "+25:00", "+01:00:00", " UTC"]),
)


@given(TIMES, st.sampled_from([PARIS, REUNION]))
def test_a_told_time_is_the_instant_as_text(text, zone):
    """The short way from text to text, by whole seconds that are remembered, gives what the calendar gives, tags too."""
    received = at("2026-11-01T00:00:00")
    for told, stamp in (
        (told_rfc3339(text, zone, received), rfc3339(text, zone, received)),
        (told_utc(text), utc(text)),
    ):
        assert told == (stamp and (iso(stamp.instant), stamp.tags))


@given(st.floats(0, 99_999_999_999) | st.integers(0, 99_999_999_999))
def test_a_told_epoch_is_rounded_as_the_library_rounds(seconds):
    """Seconds with decimals become the same microsecond that ``datetime`` makes of them."""
    assert told_epoch(seconds) == iso(datetime.fromtimestamp(seconds, UTC))
