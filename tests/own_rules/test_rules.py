"""The rules that Tocsin ships, on the cases beside them in ``rules/``, and what they have in common."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from sigma.collection import SigmaCollection

from schemas.detection import Level, Phase
from tocsin.rule_cases import read_cases
from tocsin.wiring.rule_tests import Tried, try_rules
from tocsin.wiring.rules import rulebook

RULES = Path(__file__).parents[2] / "rules"
BOOK = rulebook([RULES]).book
FILES = sorted(RULES.glob("*.yml"))
ENDLESS = re.compile(r"(?<!\\)(?:\\\\)*\.[*+]|\[\^[^\]]+\][*+][^]]*\[\^[^\]]+\][*+]")
"""A run of anything, or two runs one after the other: on a line of an attacker's making such a pattern takes quadratic time."""


def written(path: Path) -> dict[str, Any]:
    """The rule as YAML."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def patterns(node: Any, key: str = "") -> Iterator[str]:
    """The regular expressions of a detection."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from patterns(inner, name)
    elif isinstance(node, list):
        for inner in node:
            yield from patterns(inner, key)
    elif "|re" in key:
        yield str(node)


each = pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in FILES])


@pytest.fixture(scope="module")
def tried() -> dict[str, Tried]:
    """What the cases say, by file name."""
    return {Path(item.path).name: item for item in try_rules([RULES])}


@each
def test_a_rule_says_what_its_cases_expect(path: Path, tried: dict[str, Tried]) -> None:
    """What should match does, what only looks like it does not, and no rule is without cases."""
    found = tried[path.name]
    assert (found.failures, found.refused) == ((), ())
    assert found.cases


@each
def test_a_rule_has_cases_of_both_kinds(path: Path) -> None:
    """A rule without an example of what it finds and of what it leaves alone is not proven."""
    beside = path.with_name(f"{path.stem}.tests.yaml")
    assert {case.match for case in read_cases(beside, beside.read_text(encoding="utf-8")).cases} == {True, False}


@each
def test_a_rule_says_what_an_analyst_needs(path: Path) -> None:
    """A stable random id, the name of its file, a description, the ways in which it errs, and a status that it has earned."""
    rule = written(path)
    assert UUID(rule["id"]).version == 4
    assert rule["name"] == path.stem
    assert rule["status"] in {"test", "stable"}
    assert len(rule["description"]) > 100
    assert rule["falsepositives"]


@each
def test_a_rule_says_whether_it_saw_a_try_or_a_success(path: Path) -> None:
    """What only tries wakes nobody: an attempt is of level medium at most, and says so by one tag of our own."""
    rule = written(path)
    ours = [tag for tag in rule["tags"] if tag.startswith("tocsin.")]
    assert ours in (["tocsin.attempt"], ["tocsin.success"])
    if ours == ["tocsin.attempt"]:
        assert Level(rule["level"]).rank <= Level.MEDIUM.rank


@each
def test_a_rule_is_quick_whatever_the_line(path: Path) -> None:
    """No pattern has a run of anything that an attacker could make it try from every place of a line."""
    assert [text for text in patterns(written(path).get("detection", {})) if ENDLESS.search(text)] == []


@pytest.mark.parametrize(
    ("text", "endless"), [(r"a.*b", True), (r"a\.*b", False), (r"a.{0,80}b", False), (r"[^/]+/[^/]+x", True)]
)
def test_an_endless_pattern_is_seen(text: str, *, endless: bool) -> None:
    """The rule above finds what it should find, and only that."""
    assert bool(ENDLESS.search(text)) is endless


def test_every_rule_names_techniques_and_tactics() -> None:
    """Whoever is woken at night reads what the attacker does, in ATT&CK's words."""
    rules = (*BOOK.rules, *BOOK.sites_within)
    assert rules
    assert [rule.path for rule in rules if not rule.techniques or not rule.tactics] == []


def test_correlations_count_only_what_worked() -> None:
    """Scanners try every hospital every day; counting them over sites would wake the region every day."""
    phase = {rule.id: rule.phase for rule in BOOK.rules}
    counted = {rule for correlation in BOOK.sites_within for rule in correlation.rules}
    assert counted
    assert {phase[rule] for rule in counted} == {Phase.SUCCESS}


def test_other_sigma_tools_read_the_folder() -> None:
    """PySigma finds every rule and takes no file of cases for one."""
    assert len(SigmaCollection.load_ruleset([RULES]).rules) == len(FILES)
