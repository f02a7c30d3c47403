"""Values and times as they are shown."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markupsafe import Markup

from console.display import MAX_VALUE, finalized, isolated, moment, record, rounded, shown
from console.words import words_in
from tests.builders import at

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain é 漢 🏥", "plain é 漢 🏥"),
        ("a\x00b\x1b\x7f", "a␀b␛␡"),
        ("a\r\nb\tc", "a␍␊b␉c"),
        ("a\u202eb\u200bc\u2028d\x9b", "a⟨U+202E⟩b⟨U+200B⟩c⟨U+2028⟩d⟨U+009B⟩"),
        (7, "7"),
        (["a", 1], "['a', 1]"),
    ],
)
def test_what_does_not_print_is_made_visible(value: object, expected: str) -> None:
    """Each control has a picture, each hidden mark its number; what prints stays."""
    assert shown(value) == expected


@given(some.text(max_size=400))
def test_what_is_shown_prints_and_is_short(text: str) -> None:
    """Whatever comes in, one line of printing characters comes out; a mark takes at most ten."""
    assert (
        shown(text).isprintable()
        or " " in shown(text)
        or all(ord(character) >= 0xA0 for character in shown(text) if not character.isprintable())
    )
    assert "\n" not in shown(text)
    assert len(shown(text)) <= 10 * MAX_VALUE


def test_a_long_value_is_cut_with_a_sign() -> None:
    """The limit is kept, and what is exactly as long is whole."""
    assert shown("x" * 301) == "x" * 299 + "…"
    assert shown("x" * 300) == "x" * 300


def test_a_record_keeps_its_lines() -> None:
    """A log record of several lines is shown as such, and escaped."""
    assert "a\n\tb&lt;␛" in record("a\n\tb<\x1b")


def test_only_what_is_markup_passes_as_markup() -> None:
    """Every other text of a template is shown as a hostile one."""
    assert finalized("a\x00<") == "a␀<"
    assert finalized(Markup("<b>")) == "<b>"
    assert finalized(3) == 3
    assert isolated("<") == "<bdi>&lt;</bdi>"


def test_a_moment_is_told_in_the_zone() -> None:
    """Summer and winter time, with seconds where they matter, the year when it is another, and the exact instant for machines."""
    months = words_in("fr").months()
    now = at("12:00")
    assert moment(at("02:10:30"), PARIS, months, now) == '<time datetime="2026-01-31T02:10:30Z">31\u00a0janv. 03:10</time>'
    assert "31\u00a0janv. 03:10:30" in moment(at("02:10:30"), PARIS, months, now, seconds=True)
    assert "29\u00a0juil. 04:00" in moment(at("179 02:00"), PARIS, months, now)
    assert "31\u00a0déc. 2025 23:30" in moment(at("-31 22:30"), PARIS, months, now)
    assert len(months) == len(words_in("en").months()) == 12


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(seconds=59), ("moment", 0)),
        (timedelta(seconds=60), ("minute", 1)),
        (timedelta(minutes=119), ("minute", 119)),
        (timedelta(hours=2), ("hour", 2)),
        (timedelta(hours=47, minutes=59), ("hour", 47)),
        (timedelta(days=2), ("day", 2)),
        (timedelta(days=400), ("day", 400)),
    ],
)
def test_a_span_is_told_in_its_largest_unit(span: timedelta, expected: tuple[str, int]) -> None:
    """Of which it holds two: 90 minutes say more than one hour."""
    assert rounded(span) == expected
