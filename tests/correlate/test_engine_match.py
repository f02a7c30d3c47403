"""correlate.rules.engine: it finds what a scan of every rule on every event finds, whatever stands in the fields."""

from typing import Any

import pytest

from correlate.rules.engine.columns import MAX_SLICE
from correlate.rules.engine.engine import Engine
from correlate.rules.load import load
from tests.correlate.engine_cases import check_same, matched, rules_of, selecting

RULES = rules_of(
    selecting({"f": "abc"}),
    selecting({"f|startswith": "abc"}),
    selecting({"f|endswith": "abc"}),
    selecting({"f|contains": "abc"}),
    selecting({"f|contains|all": ["ab", "bc"]}),
    selecting({"f": ["x", "*b*c*"]}),
    selecting({"f": "a?c"}),
    selecting({"f|contains|cased": "ABC"}),
    selecting({"f|re": "^a[bB]c$"}),
    selecting({"f|re|i": "i{2}x|kelvin"}),
    selecting({"f|contains": "straße"}),
    selecting({"f": "É*i*x"}),
    selecting({"f": ""}),
    selecting({"f": None}),
    selecting({"f": "*"}),
    selecting({"f|exists": True}),
    selecting({"f|exists": False}),
    selecting({"f": 7}),
    selecting({"f|gte": 7}),
    selecting({"f|cidr": "10.0.0.0/8"}),
    selecting({"f|fieldref": "g"}),
    selecting({"f": True}),
    selecting({"g|contains": "abc", "f|contains": "b"}),
    selecting(["abc"]),
    selecting(["a*c", 7]),
    selecting([{"f": "abc"}, {"g": "abc"}]),
    {"selection": {"f|contains": "b"}, "filter": {"f|endswith": "c"}, "condition": "selection and not filter"},
    {"filter": {"f|contains": "b"}, "condition": "not filter"},
    {"filter": {"f": None}, "other": {"g": "*"}, "condition": "not filter and other"},
    selecting({"f|contains": "a\nb"}),
    selecting({"f|endswith": "c\n"}),
    selecting({"f|contains": "y" * 100 + "z"}),
    selecting({"f|startswith": "y" * 100 + "z"}),
    selecting({"f|endswith": "z" + "y" * 100}),
    selecting({"f": "y" * 100}),
    selecting({"f|contains": [f"v{number}w" for number in range(40)]}),
)

VALUES: tuple[Any, ...] = (
    *("abc", "ABC", "xabc", "abcx", "xABCx", "ab bc", "a-c", "", "\0", "a\0c", "abc\n", "a\nb", "x\nabc", "abc\nx", "\n", "c\n"),
    *(
        "STRASSE",
        "straße",
        "é i x",
        "É-I-X",
        "ıix",  # noqa: RUF001 - a letter that looks like another is the case
        "İix",
        "iix",
        "\u212aelvin",
        "aBc",
        "ünïcode abc",
        "abc ünïcode",
        "\ud800abc",
    ),
    *(7, 7.0, 6.5, 2**60, -0.0, True, False, None, "7", "10.1.2.3"),
    *(
        [],
        ["abc"],
        ["x", "ABC"],
        [["abc"], 7],
        [None],
        [None, "abc"],
        ["a", "bc"],
        ["\0"],
        {},
        {"abc": "abc"},
        [{"a": "abc"}, "b"],
    ),
    *("y" * 100, "y" * 100 + "z", "z" + "y" * 100, "v39w", "x" * 300_000 + "abc", "x" * 300_000 + "v7w"),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:20])
def test_one_event_is_a_batch(value: Any) -> None:
    """Each value by itself: text of every kind, numbers, arrays, objects, what no text says and what is 300,000 characters long."""
    check_same(RULES, [{"f": value}])


def test_a_batch_gives_what_each_event_alone_gives() -> None:
    """All the values in one batch, several slices of it, with and without a second field: none changes what another matches."""
    events: list[dict[str, Any]] = [{"f": value, "g": other} for value in VALUES for other in ("abc", value)]
    events += [{"f": value} for value in VALUES] + [{"g": value} for value in VALUES] + [{}]
    assert len(events) > MAX_SLICE

    found = check_same(RULES, events)

    assert {rule_id for ids in found for rule_id in ids} == {rule.id for rule in RULES}


def test_an_empty_batch_gives_nothing() -> None:
    """No event, no list."""
    assert Engine(RULES).matches([]) == []


def test_matches_come_in_the_order_of_the_rules() -> None:
    """Whatever order candidates are found in."""
    (found,) = matched(Engine(RULES), [{"f": "abc", "g": "abc"}])

    assert found == sorted(found)
    assert len(found) > 5


@pytest.mark.parametrize("names", ["*.f", "a.*"])
def test_a_field_of_many_names_is_no_column(names: str) -> None:
    """PySigma's Zeek pipeline writes a star in a field name; such rules are evaluated on every event."""
    rules = rules_of(selecting({names: "abc"}), selecting({f"{names}|contains": "b"}))

    found = check_same(rules, [{"a.f": "abc"}, {"a.f": "x"}, {"b": "abc"}])

    assert found[0] == [rule.id for rule in rules]


def test_the_first_name_that_is_there_is_read() -> None:
    """A Windows rule reads the native value, or else the ECS field, event by event in one slice."""
    written = "title: T\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {CommandLine|contains: mimikatz}, condition: s}"
    rules = load([("t.yml", written)]).rules
    native, mapped = {"winlog.event_data.CommandLine": "MIMIKATZ"}, {"process.command_line": "mimikatz"}
    hidden = {**mapped, "winlog.event_data.CommandLine": "x"}

    assert [len(ids) for ids in check_same(rules, [mapped, native, {}, hidden])] == [1, 1, 0, 0]
