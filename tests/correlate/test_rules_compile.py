"""correlate.rules.compile: what Sigma's conditions and selections mean."""

from typing import Any

import pytest
import yaml

from correlate.rules.load import load
from correlate.rules.reading import Reading


def matches(detection: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether a rule with this detection section matches the event."""
    document = {"title": "T", "logsource": {"product": "demo"}, "detection": detection}
    book = load([("t.yml", yaml.safe_dump(document, allow_unicode=True))])
    assert not book.refusals, book.refusals
    return book.rules[0].predicate(Reading(event))


SELECTIONS = {"sel_a": {"a": "1"}, "sel_b": {"b": "1"}, "_sel_c": {"c": "1"}, "filter": {"f": "1"}}


@pytest.mark.parametrize(
    ("condition", "true_fields", "expected"),
    [
        ("sel_a and sel_b", "ab", True),
        ("sel_a and sel_b", "a", False),
        ("sel_a or sel_b", "b", True),
        ("not sel_a", "", True),
        ("not sel_a", "a", False),
        ("sel_a and not filter", "a", True),
        ("sel_a and not filter", "af", False),
        ("sel_a or sel_b and filter", "a", True),
        ("(sel_a or sel_b) and filter", "a", False),
        ("not sel_a and sel_b", "b", True),
        ("not (sel_a and sel_b)", "a", True),
        ("1 of sel_*", "b", True),
        ("1 of sel_*", "f", False),
        ("all of sel_*", "ab", True),
        ("all of sel_*", "a", False),
        ("1 of them", "c", False),
        ("1 of them", "f", True),
        ("all of them", "abf", True),
        ("1 of _sel_*", "c", True),
        ("sel_a and not 1 of filter*", "af", False),
        (["sel_a", "sel_b"], "b", True),
        (["sel_a", "sel_b"], "f", False),
    ],
)
def test_a_condition_means(condition: Any, true_fields: str, *, expected: bool) -> None:
    """Precedence, parentheses, selectors, ``them`` without names in ``_``, and a list of conditions as OR."""
    assert matches({**SELECTIONS, "condition": condition}, dict.fromkeys(true_fields, "1")) is expected


@pytest.mark.parametrize(
    ("selection", "event", "expected"),
    [
        ({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, True),
        ({"a": "1", "b": "2"}, {"a": "1"}, False),
        ([{"a": "1"}, {"b": "2"}], {"b": "2"}, True),
        ([{"a": "1", "b": "1"}, {"b": "2"}], {"a": "1"}, False),
        ({"a": ["x", None]}, {}, True),
        ({"a": ["x", "*y*z", 5]}, {"a": "-y-z"}, True),
        ({"a.b.c": "1"}, {"a.b.c": "1"}, True),
    ],
)
def test_a_selection_means(selection: Any, event: dict[str, Any], *, expected: bool) -> None:
    """A map is an AND, a list of maps and a list of values are ORs, a dotted name is a field of the flat event."""
    assert matches({"s": selection, "condition": "s"}, event) is expected
