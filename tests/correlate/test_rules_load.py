"""correlate.rules.load: rules in, refusals out, each with its reason."""

import pytest

from correlate.rules.load import RuleBook, load
from schemas.detection import Level

ID = "11111111-2222-4333-8444-555555555555"
OTHER_ID = "99999999-8888-4777-8666-555555555555"

RULE = """
title: Somebody runs whoami
id: 11111111-2222-4333-8444-555555555555
name: whoami_run
status: test
level: high
tags: [attack.discovery, attack.t1033, attack.t1059.001, cve.2021-44228]
logsource: {product: windows, category: process_creation}
detection:
    selection:
        Image|endswith: '\\whoami.exe'
    condition: selection
"""

CORRELATION = """
title: Whoami at three sites
id: 99999999-8888-4777-8666-555555555555
status: stable
level: critical
correlation:
    type: value_count
    rules: [whoami_run]
    group-by: [User]
    timespan: 2h
    condition: {gte: 3, field: organization.id}
"""


def rule(detection: str, *, logsource: str = "{product: demo}", extra: str = "") -> str:
    """A rule without id, with this detection section."""
    return f"title: T\nlogsource: {logsource}\n{extra}\ndetection:\n" + "\n".join(
        f"    {line}" for line in detection.splitlines()
    )


def refusal(text: str) -> str:
    """The reason of the only refusal, when nothing else came of the file."""
    book = load([("bad.yml", text)])
    assert not book.rules
    assert not book.sites_within
    assert len(book.refusals) == 1
    assert book.refusals[0].path == "bad.yml"
    return book.refusals[0].reason


def test_a_rule_carries_what_its_file_says() -> None:
    """Id, title, level, status, techniques and path of a rule come from its file."""
    (found,) = load([("a/whoami.yml", RULE)]).rules

    assert (found.id, found.name, found.level, found.status, found.path) == (
        ID,
        "Somebody runs whoami",
        Level.HIGH,
        "test",
        "a/whoami.yml",
    )
    assert found.techniques == ("T1033", "T1059.001")
    assert (found.logsource.product, found.logsource.category) == ("windows", "process_creation")


def test_a_rule_without_an_id_gets_one_from_its_content() -> None:
    """The id of a rule without one depends on its content alone, and a level that is not stated is low."""
    first, same, other = (
        load([(path, rule(f"s: {{f: {value}}}\ncondition: s"))]).rules[0] for path, value in (("a", "x"), ("b", "x"), ("a", "y"))
    )

    assert first.id == same.id != other.id
    assert first.level is Level.LOW


def test_one_bad_document_never_stops_the_others() -> None:
    """A file of several documents gives its good rules, and names its bad one."""
    book = load([("many.yml", f"{RULE}\n---\ntitle: No logsource\ndetection: {{s: {{a: 1}}, condition: s}}\n---\n{CORRELATION}")])

    assert [found.id for found in book.rules] == [ID]
    assert [found.id for found in book.sites_within] == [OTHER_ID]
    assert [(refused.title, refused.reason) for refused in book.refusals] == [
        ("No logsource", "Sigma rule must have a log source")
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("title: x\n  bad: [", "line 2", id="YAML that does not parse"),
        pytest.param("title: x\ntitle: y", "Duplicate key", id="a key twice"),
        pytest.param("? [a]\n: b", "not valid YAML", id="a list as key"),
        pytest.param("", "holds no rule", id="an empty file"),
        pytest.param("- a\n- b", "found a list", id="a list"),
        pytest.param("title: x\nfoo: bar", "neither a rule nor a correlation", id="some other YAML"),
        pytest.param("action: global\ndetection: {}", "collection actions", id="a collection action"),
        pytest.param(rule("s: {f|re: '('}\ncondition: s"), "Regular expression", id="an invalid regular expression"),
        pytest.param(rule("s: {f|nonsense: x}\ncondition: s"), "Unknown modifier", id="an unknown modifier"),
        pytest.param(rule("s: {f|expand: '%users%'}\ncondition: s"), "%users%", id="a placeholder"),
        pytest.param(rule("s: {f|re|expand: 'a%users%'}\ncondition: s"), "placeholder", id="a placeholder in a regex"),
        pytest.param(rule("s: {f: x}\ncondition: 1 of other_*"), "selects nothing", id="a selector without detection"),
        pytest.param(rule("s: {f: x}\ncondition: s and not 1 of other_*"), "selects nothing", id="the same below not"),
        pytest.param(rule("s: {f: x}\ncondition: missing"), "not defined", id="an unknown detection"),
        pytest.param(rule("s: {f: x}\ncondition: s | count() > 3"), "pipe syntax", id="the old aggregation"),
        pytest.param(rule("s: {f: x}\ncondition: 2 of s"), "Expected", id="two of"),
        pytest.param(rule("s: {f|cidr: 10.0.0.1/8}\ncondition: s"), "host bits", id="a network with host bits"),
        pytest.param(rule("s: {f: x}\ncondition: s", extra="tags: 3"), "tags", id="tags that are a number"),
        pytest.param(rule("s: {f: x}\ncondition: s", extra="id: not-a-uuid"), "UUID", id="an id that is no UUID"),
        pytest.param("title: T\nlogsource: 3\ndetection: 7", "map", id="numbers where mappings belong"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_reason(text: str, reason: str) -> None:
    """Nothing is skipped in silence or approximated: the refusal says what was wrong."""
    assert reason in refusal(text)


def test_the_second_rule_of_an_id_is_refused() -> None:
    """Two rules of one id: the first stays, the second is refused and the first one's path named."""
    book = load([("first.yml", RULE), ("second.yml", RULE)])

    assert [found.path for found in book.rules] == ["first.yml"]
    assert [(refused.path, refused.rule_id) for refused in book.refusals] == [("second.yml", ID)]
    assert "first.yml" in book.refusals[0].reason


def correlation(change: str = "", to: str = "") -> RuleBook:
    """The book of the correlation above, with one change, and of its rule."""
    return load([("correlation.yml", CORRELATION.replace(change, to) if change else CORRELATION), ("rule.yml", RULE)])


def test_a_correlation_over_sites_is_read() -> None:
    """Rules by name, mapped fields, window and threshold of a value_count, though its rule comes in a later file."""
    (found,) = correlation().sites_within

    assert found.rules == (ID,)
    assert found.group_by == (("winlog.event_data.User",),)
    assert found.field == ("organization.id",)
    assert found.window.total_seconds() == 7200
    assert (found.threshold, found.generate, found.level) == (3, False, Level.CRITICAL)


def test_more_than_k_is_at_least_k_and_one() -> None:
    """``gt: 3`` needs four distinct values; a rule may be referred to by its id."""
    (found,) = correlation("gte: 3", "gt: 3").sites_within
    (by_id,) = correlation("whoami_run", ID).sites_within

    assert found.threshold == 4
    assert by_id.rules == (ID,)


@pytest.mark.parametrize(
    ("change", "to", "reason"),
    [
        ("gte: 3", "lt: 3", "lt"),
        ("gte: 3", "eq: 3", "eq"),
        ("gte: 3", "gte: 0", "always true"),
        ("gte: 3", "gte: many", "count"),
        ("whoami_run", "unknown_rule", "unknown_rule"),
        ("timespan: 2h", "timespan: soon", "soon"),
        ("timespan: 2h", "timespan: 8d", "7 days"),
        ("group-by: [User]", "group-by: [u]\n    aliases: {u: {whoami_run: User}}", "aliases"),
        (", field: organization.id", "", "field"),
    ],
)
def test_a_correlation_that_is_not_understood_is_refused(change: str, to: str, reason: str) -> None:
    """Other kinds, operators, references and aliases are refused; the rule itself still loads."""
    book = correlation(change, to)

    assert not book.sites_within
    assert [found.id for found in book.rules] == [ID]
    assert len(book.refusals) == 1
    assert reason in book.refusals[0].reason


def test_a_field_must_read_the_same_in_all_rules_of_a_correlation() -> None:
    """A group-by field that Windows and Linux rules read under different names is refused, not guessed."""
    linux = rule("s: {f: x}\ncondition: s", logsource="{product: linux}", extra="name: linux_rule")
    book = load([("r.yml", RULE), ("l.yml", linux), ("c.yml", CORRELATION.replace("[whoami_run]", "[whoami_run, linux_rule]"))])

    assert "must read the same" in book.refusals[0].reason
