"""Null, absence and negation."""

from typing import Any

import pytest

from tests.correlate.semantics.asking import ABSENT, holds, matches

FORMS = {"absent": ABSENT, "null": None, "empty text": "", "empty array": [], "value": "x"}
MATRIX = {
    ("f", None): (True, True, False, True, False),
    ("f", ""): (False, False, True, False, False),
    ("f|exists", True): (False, True, True, True, True),
    ("f|exists", False): (True, False, False, False, False),
    ("f", "x"): (False, False, False, False, True),
    ("f|neq", "x"): (True, True, True, True, False),
}


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        pytest.param(key, value, actual, expected, id=f"{key}: {value!r} on {form}")
        for (key, value), row in MATRIX.items()
        for (form, actual), expected in zip(FORMS.items(), row, strict=True)
    ],
)
def test_nothing_has_four_forms(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """Thirty cells: absent, null, empty text, empty array and a value, against null, '', exists, a value and neq."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|neq", "a", "b", True),
        ("f|neq", "a", "A", False),
        ("f|neq", 1, 2, True),
        ("f|neq", 1, "1", False),
        ("f|neq", ["a", "b"], "b", False),
        ("f|neq", ["a", "b"], "c", True),
        ("f|neq", ["a", "b"], ABSENT, True),
        ("f|contains|neq", "a", "xax", False),
        ("f|contains|neq", "a", "xx", True),
        ("f|neq|contains", "a", "xx", True),
        ("f|contains|all|neq", ["a", "b"], "ab", False),
        ("f|contains|all|neq", ["a", "b"], "a", True),
        ("f|re|neq", "^a", "b", True),
        ("f|cidr|neq", "10.0.0.0/8", "192.0.2.1", True),
        ("f|neq", "a", ["a", "b"], False),
    ],
)
def test_neq_negates_the_whole_item(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """One value, a list, an absent field, and beside other modifiers: neq is true exactly when the item without it is not."""
    assert holds(key, value, actual) is expected


def test_not_of_a_selection_is_true_where_its_field_is_absent() -> None:
    """``not selection`` holds when the field is not there, unless the selection asks for null."""
    absent = {"other": "x"}

    assert matches({"s": {"f": "x"}, "condition": "not s"}, absent)
    assert not matches({"s": {"f": None}, "condition": "not s"}, absent)


def test_null_in_a_list_is_one_of_the_values() -> None:
    """A list with null matches an absent field too."""
    assert [holds("f", ["x", None], actual) for actual in ("x", ABSENT, "y")] == [True, True, False]
