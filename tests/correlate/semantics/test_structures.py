"""Arrays, objects, keywords, lists of maps, and conditions."""

from typing import Any

import pytest

from tests.correlate.semantics.asking import book, holds, matches, refusal


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f", "b", ["a", "b"], True),
        ("f|contains", "b", ["a", "xbx"], True),
        ("f", "c", ["a", "b"], False),
        ("f|contains|all", ["a", "b"], ["xab"], True),
        ("f|contains|all", ["a", "b"], ["xa", "xb"], True),
        ("f|contains|all", ["a", "b"], ["xa", "xc"], False),
        ("f|gt", 5, [1, "7"], True),
        ("f", 2, [1, 2], True),
        ("f", "b", ["a", ["b"]], True),
        ("f", "b", {"b": "b"}, False),
    ],
)
def test_an_array_matches_when_any_element_does(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """``all`` may be met by several elements; an object is no text."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"a.b.c": "x"}, True),
        ({"a": {"b": {"c": "x"}}}, True),
        ({"a.b": {"c": "x"}}, True),
        ({"a": {"b.c": "x"}}, True),
        ({"a": [{"b": {"c": "y"}}, {"b": {"c": "x"}}]}, True),
        ({"a": {"b": [{"c": ["y", "x"]}]}}, True),
        ({"a.b.c": "x", "a": {"b": {"c": "y"}}}, True),
        ({"a.b.c": "y", "a": {"b": {"c": "x"}}}, False),
        ({"a.b.c": None, "a": {"b": {"c": "x"}}}, True),
        ({"a": {"b": "c"}}, False),
        ({"a": "x"}, False),
    ],
)
def test_a_dotted_name_reaches_into_objects(event: dict[str, Any], *, expected: bool) -> None:
    """A flat dotted key, nested objects and arrays of objects answer alike; a flat value wins over an object."""
    assert matches({"s": {"a.b.c": "x"}, "condition": "s"}, event) is expected


def test_exists_and_null_see_into_objects() -> None:
    """A null inside an object exists, and is null."""
    event = {"a": {"b": None}}

    assert matches({"s": {"a.b|exists": True, "a.b": None, "a.c|exists": False}, "condition": "s"}, event)


def test_a_hostile_depth_is_bounded() -> None:
    """Ten thousand objects in one another are read, and their names only as deep as 16."""
    deep: Any = "x"
    for _ in range(10_000):
        deep = {"a": deep}

    assert not matches({"s": {".".join(["a"] * 40): "x"}, "condition": "s"}, {"a": deep})


SAID = {
    "message": "Accepted password for root from 192.0.2.1 port 22",
    "source.port": 2222,
    "flag": True,
    "labels.list": ["a", {"inner": "deep"}, "two\nlines"],
    "event.outcome": "failure",
    "organization.id": "010000024",
}


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (["accepted PASSWORD"], True),
        (["nothing", "root"], True),
        (["nothing"], False),
        ("root", True),
        (["from*port"], True),
        (["port*from"], False),
        (["passw?rd"], True),
        ([2222], True),
        ([3333], False),
        ([True], True),
        (["deep"], True),
        (["two\nlines"], True),
        (["22\n2222"], False),
        (["failure"], False),
        (["010000024"], False),
        ({"|re": "Accepted \\w+ for"}, True),
        ({"|re": "accepted"}, False),
        ({"|re|i": "accepted"}, True),
        ({"|cased": "Accepted"}, True),
        ({"|cased": "accepted"}, False),
        ({"|contains": "password"}, True),
        ({"|neq": "nothing"}, True),
    ],
)
def test_keywords_search_every_value_of_the_log(keywords: Any, *, expected: bool) -> None:
    """Plain, number, boolean, wildcard, regular expression, also in nested values, but not in what normalisation wrote."""
    assert matches({"keywords": keywords, "condition": "keywords"}, SAID) is expected


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [(["accepted", "deep"], True), (["accepted", "nothing"], False), (["root", 2222], True), (["from*port", "a"], True)],
)
def test_all_keywords_stand_somewhere(keywords: list[Any], *, expected: bool) -> None:
    """``'|all'`` wants each keyword in some value, not all in one."""
    assert matches({"keywords": {"|all": keywords}, "condition": "keywords"}, SAID) is expected


@pytest.mark.parametrize(
    ("key", "value"), [("|startswith", "a"), ("|cidr", "10.0.0.0/8"), ("|exists", True), ("|gt", 5), ("|fieldref", "g")]
)
def test_a_modifier_that_needs_a_field_is_refused_on_keywords(key: str, value: Any) -> None:
    """A keyword stands anywhere, so it has no beginning, and is no number, address or field."""
    assert "needs a field" in refusal({"k": {key: value}, "condition": "k"})


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"f": "x", "g": "y"}, True),
        ({"f": "x", "g": "z"}, False),
        ([{"f": "z"}, {"g": "y"}], True),
        ([{"f": "z"}, {"f": "x", "g": "z"}], False),
        ([{"f": "z"}, "word"], True),
        ([{"f": "z"}, ["other", "word"]], True),
        ([{"f": "z"}, "other"], False),
    ],
)
def test_a_map_is_all_of_its_items_and_a_list_any_of_its_parts(selection: Any, *, expected: bool) -> None:
    """Maps are AND, lists of maps OR, and a list may hold keywords beside maps."""
    assert matches({"s": selection, "condition": "s"}, {"f": "x", "g": "y", "message": "a word"}) is expected


TRUE, FALSE = {"f": "x"}, {"f": "y"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("t or n and n", True),
        ("(t or n) and n", False),
        ("not n and t", True),
        ("not (n or t)", False),
        ("not not t", True),
        ("not(n)and(t)", True),
        (["n", "t"], True),
        (["n", "n and t"], False),
    ],
)
def test_not_binds_before_and_before_or(condition: Any, *, expected: bool) -> None:
    """Precedence, brackets, and a list of conditions as an OR."""
    assert matches({"t": TRUE, "n": FALSE, "condition": condition}, {"f": "x"}) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("1 of them", True),
        ("all of them", False),
        ("any of them", True),
        ("1 of sel_*", True),
        ("all of sel_*", False),
        ("all of *_t", True),
        ("all of s*_t", True),
        ("1 of sel_n*", False),
        ("1 of _*", True),
        ("all of _hidden", True),
        ("all of sel_t and not 1 of fil*", True),
    ],
)
def test_of_selects_by_pattern(condition: str, *, expected: bool) -> None:
    """``1 of`` and ``all of`` over patterns; ``them`` leaves out names with an underscore first, an explicit ``_*`` does not."""
    detections = {"sel_t": TRUE, "sel_n": FALSE, "filter": FALSE, "_hidden": TRUE}

    assert matches({**detections, "condition": condition}, {"f": "x"}) is expected


def test_them_does_not_see_hidden_detections() -> None:
    """A true detection with an underscore first is not one of them."""
    assert not matches({"_hidden": TRUE, "n": FALSE, "condition": "1 of them"}, {"f": "x"})


@pytest.mark.parametrize("name", ["notepad", "not_a", "android", "order", "of", "1", "all", "nota-b"])
def test_a_name_may_begin_like_a_word_of_the_language(name: str) -> None:
    """``notepad`` is a name, not the negation of ``epad``."""
    if name == "of":
        assert "Expected the name" in refusal({name: TRUE, "condition": name})
    else:
        assert matches({name: TRUE, "n": FALSE, "condition": f"{name} and not n"}, {"f": "x"})


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("1 of other_*", "selects nothing"),
        ("t and not 1 of other_*", "selects nothing"),
        ("1 of t_missing", "selects nothing"),
    ],
)
def test_a_pattern_that_matches_nothing_is_refused(condition: str, reason: str) -> None:
    """Neither vacuous truth nor silence."""
    assert reason in refusal({"t": TRUE, "condition": condition})


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("2 of them", "Expected '1 of' or 'all of', found '2 of'"),
        ("t AND t", "found 'AND'"),
        ("t andt", "found 'andt'"),
        ("t or", "found the end of the condition"),
        ("(t", "Expected ')'"),
        ("t)", "found ')'"),
        ("", "must be a text"),
        (None, "must be a text"),
        ("missing", "'missing' is not defined"),
        ("(" * 100 + "t" + ")" * 100, "brackets in brackets"),
        ("t " + "or t " * 5000, "more than 16384 characters"),
    ],
)
def test_a_condition_that_is_none_is_refused(condition: Any, reason: str) -> None:
    """N of, operators in capitals, words run together, open brackets, unknown names; nesting and length are bounded."""
    assert reason in refusal({"t": TRUE, "condition": condition})


@pytest.mark.parametrize("condition", ["t | count() > 3", "t | near n"])
def test_the_pipe_of_old_aggregations_is_refused(condition: str) -> None:
    """It is not converted: a Sigma correlation says what is meant."""
    assert "old aggregations" in refusal({"t": TRUE, "n": FALSE, "condition": condition})
    assert "timeframe" in refusal({"t": TRUE, "timeframe": "5m", "condition": "t"})


@pytest.mark.parametrize(
    ("detection", "reason"),
    [
        ({"s": {}, "condition": "s"}, "empty"),
        ({"s": {"f": []}, "condition": "s"}, "without values"),
        ({"s": {"f": {"g": 1}}, "condition": "s"}, "found a dict"),
        ({"s": {1: "x"}, "condition": "s"}, "must be a text"),
        ({"s": None, "condition": "s"}, "null is no keyword"),
        ({"s": [""], "condition": "s"}, "empty keyword"),
        ({"s": {"f": float("inf")}, "condition": "s"}, "no number"),
        ({"condition": "s"}, "no detection"),
        ([], "must be a map"),
    ],
)
def test_a_detection_that_is_none_is_refused(detection: Any, reason: str) -> None:
    """What pySigma would take for null, for a keyword, or not at all."""
    assert reason in refusal(detection)


def test_a_date_without_quotes_is_refused() -> None:
    """YAML makes a date of it; the reason says to quote it."""
    from datetime import date

    assert "a date is written in quotes" in refusal({"s": {"f": date(2026, 1, 1)}, "condition": "s"})


def test_one_rule_loads_from_its_text() -> None:
    """What these tests ask is asked of the loader itself."""
    assert len(book({"s": TRUE, "condition": "s"}).rules) == 1
