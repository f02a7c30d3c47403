"""correlate.rules.engine.confirm: what a rule says never becomes code."""

import ast

import pytest

from correlate.rules.compile import Evaluation
from correlate.rules.engine.confirm import Writer
from correlate.rules.tree import Tree
from tests.correlate.engine_cases import check_same, rules_of, selecting

HOSTILE = (
    "'); __import__('os').system('id') #",
    '"""; raise SystemExit',
    "\\",
    "{0}",
    "]; import os; [",
    "constant0",
    "\u2028place",
)


def tree_of_rule(text: str) -> Tree:
    """The tree of a rule with the text as values of every shape, a keyword, a field's name and a regular expression."""
    (rule,) = rules_of(
        {
            "a": {"f": text, "g|contains": [text, "x"], "h|startswith": text, "i|endswith": [text + str(n) for n in range(9)]},
            "b": [text, "other"],
            "c": {text.replace("|", ""): text, "k": None},
            "d": {"j|re": "x+"},
            "condition": "(a or b) and not c or d",
        }
    )
    assert isinstance(rule.predicate, Evaluation)
    return rule.predicate.tree


@pytest.mark.parametrize("text", HOSTILE)
def test_the_source_of_a_rule_depends_on_its_shape_alone(text: str) -> None:
    """Two rules of one shape give the same source, and every name in it is one that the writer gave."""
    source, harmless = Writer(), Writer()

    written = source.source(tree_of_rule(text))

    assert written == harmless.source(tree_of_rule("harmless"))
    names = {node.id for node in ast.walk(ast.parse(written)) if isinstance(node, ast.Name)}
    ours = {"slice", "places", "place", "reading", "any", "map", *source.constants}
    assert {name for name in names - ours if not name.removeprefix("column").isdigit()} == set()
    assert not [node for node in ast.walk(ast.parse(written)) if isinstance(node, ast.Constant)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_is_a_value(text: str) -> None:
    """It is found where it stands, and nothing else happens."""
    rules = rules_of(selecting({"f": text}), selecting({"f|contains": [text, "x"]}), selecting([text]))

    found = check_same(rules, [{"f": text}, {"f": "y"}])

    assert found[1] == []
    assert len(found[0]) >= 1


def test_a_rule_of_ten_thousand_values_is_short_code() -> None:
    """Values are constants: the source does not grow with them, and the matches are right."""
    many = [f"value {number}" for number in range(10_000)]
    rules = rules_of(selecting({"f": many}), selecting({"f|contains": many}), selecting({"f|endswith": many}), selecting(many))

    for rule in rules:
        assert isinstance(rule.predicate, Evaluation)
        assert len(Writer().source(rule.predicate.tree)) < 300
    assert [len(ids) for ids in check_same(rules, [{"f": "value 9999"}, {"f": "valu"}, {"f": "x VALUE 77 x"}])] == [4, 0, 2]


def test_deep_nesting_is_judged_or_refused() -> None:
    """Thirty levels are evaluated; a condition deeper than the bound is refused with a reason when it is loaded."""
    from correlate.rules.load import load

    def document(levels: int) -> str:
        condition = "s"
        for level in range(levels):
            condition = f"{'st'[level % 2]} {('and', 'or')[level % 2]} not ({condition})"
        return f"title: T\nlogsource: {{product: demo}}\ndetection: {{s: {{f: x}}, t: {{g: x}}, condition: '{condition}'}}"

    check_same(load([("t.yml", document(30))]).rules, [{"f": "x"}, {"g": "x"}, {}])
    refused = load([("t.yml", document(200))]).refusals
    assert len(refused) == 1
