"""Sigma filters: by id, by name, by log source; a filter never widens a rule."""

from typing import Any

import pytest
import yaml

from correlate.rules.load import RuleBook, load
from correlate.rules.reading import Reading

ID, OTHER_ID = "11111111-2222-4333-8444-555555555555", "99999999-8888-4777-8666-555555555555"


def rule(rule_id: str = ID, name: str = "first", **logsource: str) -> dict[str, Any]:
    """A rule that matches ``f: x``."""
    detection = {"selection": {"f": "x"}, "condition": "selection"}
    return {"title": name, "id": rule_id, "name": name, "logsource": logsource or {"product": "demo"}, "detection": detection}


def sigma_filter(rules: Any, condition: str = "not selection", **changes: Any) -> dict[str, Any]:
    """A filter that leaves out ``User: adm…``."""
    section = {"rules": rules, "selection": {"User|startswith": "adm_"}, "condition": condition}
    return {"title": "Admins", "logsource": {"product": "demo"}, "filter": section} | changes


def loaded(*documents: dict[str, Any]) -> RuleBook:
    """The book of these documents."""
    return load((f"{number}.yml", yaml.safe_dump(each)) for number, each in enumerate(documents))


def fired(book: RuleBook, **event: Any) -> list[str]:
    """The names of the rules that match."""
    assert not book.refusals, book.refusals
    return [rule.name for rule in book.rules if rule.predicate(Reading(event))]


@pytest.mark.parametrize("reference", [ID, ID.upper(), "first"])
def test_a_filter_narrows_the_rule_it_names(reference: str) -> None:
    """By id or by name, whichever file comes first; other rules stay as they are."""
    documents = [sigma_filter([reference]), rule(), rule(OTHER_ID, "second")]

    for book in (loaded(*documents), loaded(*reversed(documents))):
        assert sorted(fired(book, f="x", User="bob")) == ["first", "second"]
        assert fired(book, f="x", User="adm_bob") == ["second"]


def test_a_filter_for_any_rule_narrows_its_log_source() -> None:
    """All rules whose log source says what the filter's says, and no other."""
    book = loaded(
        sigma_filter("any", logsource={"product": "demo", "category": "test"}),
        rule(product="demo", category="test"),
        rule(OTHER_ID, "second", product="demo"),
    )

    assert fired(book, f="x", User="adm_bob") == ["second"]


@pytest.mark.parametrize(
    "condition",
    ["not selection", "not 1 of selection*", "not all of them", "not (selection or other)", "not selection and not other"],
)
@pytest.mark.parametrize("event", [{"f": f, "User": user, "g": g} for f in "xy" for user in ("adm_b", "bob") for g in "xy"])
def test_a_filter_never_widens_a_rule(condition: str, event: dict[str, str]) -> None:
    """Whatever the event, a narrowed rule matches only where the rule alone does."""
    section = {"rules": ["first"], "selection": {"User|startswith": "adm_"}, "other": {"g": "x"}, "condition": condition}
    alone, narrowed = loaded(rule()), loaded(rule(), sigma_filter(["first"]) | {"filter": section})

    assert not fired(narrowed, **event) or fired(alone, **event)


def test_the_selections_of_a_filter_are_its_own() -> None:
    """A detection of the same name in the rule is another, and ``1 of them`` of the rule does not see those of a filter."""
    written = rule()
    written["detection"] = {"selection": {"f": "x"}, "condition": "1 of them"}
    book = loaded(written, sigma_filter(["first"]))

    assert fired(book, f="x", User="bob") == ["first"]
    assert fired(book, f="y", User="adm_bob") == []


def test_several_filters_narrow_one_rule() -> None:
    """Each of them has to let the event pass."""
    second = sigma_filter("any")
    second["filter"] = {"rules": "any", "selection": {"g": "y"}, "condition": "not selection"}
    book = loaded(rule(), sigma_filter(["first"]), second)

    assert [fired(book, f="x", User=user, g=g) for user in ("bob", "adm_b") for g in ("x", "y")] == [["first"], [], [], []]


def test_a_filter_reads_fields_as_its_rule_does() -> None:
    """On a rule of Windows, the names of a filter are those of Windows."""
    windows = {"product": "windows", "category": "process_creation"}
    book = loaded(rule(**windows), sigma_filter(["first"], logsource=windows))

    assert fired(book, **{"winlog.event_data.f": "x", "winlog.event_data.User": "adm_bob"}) == []
    assert fired(book, **{"winlog.event_data.f": "x", "User": "adm_bob"}) == ["first"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (sigma_filter(["nobody"]), "refers to the rule 'nobody', which is unknown"),
        (sigma_filter(["first"], logsource={"product": "windows"}), "another log source"),
        (sigma_filter("any", logsource={"product": "windows"}), "no rule has its log source"),
        (sigma_filter(["first"], "selection"), "written 'not selection'"),
        (sigma_filter(["first"], "not 1 of other*"), "selects nothing"),
        (sigma_filter([]), "must list"),
        (sigma_filter(None), "must list"),
        (sigma_filter(["first"], logsource=None), "log source"),
        ({"title": "f", "filter": 5}, "must be a map"),
    ],
)
def test_a_filter_that_is_none_is_refused(written: dict[str, Any], reason: str) -> None:
    """It is among the refusals with its reason, and the rule stays as it was."""
    book = loaded(written, rule())

    assert [refused.title for refused in book.refusals] == [written["title"]]
    assert reason in book.refusals[0].reason
    assert len(book.rules) == 1
