"""Events: flat dicts with dotted names."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.event import REQUIRED, flatten, timestamp, validate_event

EVENT: dict[str, Any] = {**dict.fromkeys(REQUIRED, "x"), "@timestamp": "2026-01-31T03:00:00+01:00"}
NAMES = st.text("abc", min_size=1, max_size=2)
SCALARS = st.none() | st.integers() | st.text() | st.lists(st.integers(), max_size=2)
DOCUMENTS = st.recursive(
    st.dictionaries(NAMES, SCALARS, max_size=3),
    lambda inner: st.dictionaries(NAMES, SCALARS | inner, max_size=3),
    max_leaves=9,
)


def leaves(document: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every scalar by its path."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


@given(DOCUMENTS)
def test_flattening_keeps_every_leaf(document: dict[str, Any]) -> None:
    """No object is left inside, nothing is lost, and flattening again changes nothing."""
    flat = flatten(document)

    assert flat == leaves(document)
    assert flatten(flat) == flat


def test_a_flat_name_wins_over_the_same_path() -> None:
    """In whichever order they are written; lists of objects stay as they are."""
    assert flatten({"a.b": 1, "a": {"b": 2, "c": [{"d": 3}]}}) == {"a.b": 1, "a.c": [{"d": 3}]}
    assert flatten({"a": {"b": 2}, "a.b": 1}) == {"a.b": 1}


def test_a_deep_document_is_no_recursion() -> None:
    """An attacker nests as deep as the line is long."""
    document: dict[str, Any] = {"x": 1}
    for _ in range(5000):
        document = {"a": document}

    assert list(flatten(document).values()) == [1]


def test_an_event_may_enter_as_it_is() -> None:
    """The same object comes back, its time in UTC."""
    assert validate_event(EVENT) is EVENT
    assert timestamp(EVENT) == datetime(2026, 1, 31, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, 7, ["x"]])
def test_a_required_field_is_named_when_it_is_missing(name: str, value: object) -> None:
    """Missing, or not text."""
    with pytest.raises(ValueError, match=f"field {name!r} is missing or not text"):
        validate_event({**EVENT, name: value})


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ([], "expected a JSON object, got list"),
        (None, "expected a JSON object, got NoneType"),
        ({**EVENT, "@timestamp": "2026-01-31T02:00:00"}, "names no time zone"),
        ({**EVENT, "@timestamp": "9999-12-31T23:59:59-14:00"}, "outside the years"),
    ],
)
def test_what_is_no_event_is_refused(event: object, reason: str) -> None:
    """With the reason, and never with another error."""
    with pytest.raises(ValueError, match=reason):
        validate_event(event)
