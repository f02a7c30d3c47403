"""correlate.rules.explain: why a rule matches an event or does not, and that it says what the engine says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from correlate.entities import entities_of
from correlate.rules.explain import Explainable, Explanation, Step, What, contradicts
from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from schemas.event import Event
from tests.correlate.test_rules_corpus import OTHER_TREES, events_of, rule_files
from tocsin.rule_cases import read_cases
from tocsin.rule_trial import completed, parsed
from tocsin.rule_words import in_words

RULES = Path(__file__).parents[2] / "rules"
RULE = """
title: A tool
id: 00000000-0000-4000-8000-000000000001
status: test
level: high
logsource: {product: demo}
detection:
    selection:
        path|endswith: ['\\\\a.exe', '\\\\b.exe']
        args|contains|all: [one, two]
    filter_main:
        user: SYSTEM
    filter_optional:
        - args|re: 'x.z'
        - port|gte: 1024
    words: [evil]
    condition: selection and not 1 of filter_* or words
"""


def explainable(text: str = RULE) -> Explainable:
    """The only rule of a text."""
    found: list[Explainable] = []
    book = load([("r.yml", text)], look=lambda *shown: found.append(Explainable(*shown)))
    assert not book.refusals, book.refusals
    return found[0]


def explained(**fields: Any) -> Explanation:
    """What the rule above says to an event with these fields."""
    return explainable().explain(completed({"event.module": "demo"} | fields))


def steps(step: Step) -> Iterator[Step]:
    """A step and all below it."""
    yield step
    for part in step.parts:
        yield from steps(part)


def selection(explanation: Explanation, name: str) -> Step:
    """The step of a named detection."""
    return next(step for step in steps(explanation.condition) if step.what is What.SELECTION and step.text == name)


def test_each_selection_has_its_name_and_each_item_its_value() -> None:
    """Field, what was asked, what the event has, and whether that is enough."""
    told = explained(path="C:\\b.exe", args="one two", user="marie")
    assert told.matches
    chosen = selection(told, "selection")
    assert [(step.text, step.actual, step.holds) for step in steps(chosen) if step.what is What.FIELD] == [
        ("ends with '\\\\a.exe'", "C:\\b.exe", False),
        ("ends with '\\\\b.exe'", "C:\\b.exe", True),
        ("contains 'one'", "one two", True),
        ("contains 'two'", "one two", True),
    ]
    assert (selection(told, "filter_main").holds, selection(told, "filter_optional").holds) == (False, False)


def test_what_a_filter_takes_away_is_seen() -> None:
    """The selection holds, the NOT does not, and the filter's item says why."""
    told = explained(path="C:\\a.exe", args="one two xyz", port=80)
    assert not told.matches
    assert selection(told, "selection").holds
    (negation,) = [step for step in steps(told.condition) if step.what is What.NOT]
    assert not negation.holds
    assert [(step.text, step.holds) for step in steps(selection(told, "filter_optional")) if step.what is What.FIELD] == [
        ("matches /x.z/", True),
        ("is >= 1024", False),
    ]


def test_a_keyword_is_looked_for_anywhere() -> None:
    """It has no field, and holds for any value of the log."""
    told = explained(anything="an EVIL thing")
    assert told.matches
    assert [(step.text, step.holds) for step in steps(told.condition) if step.what is What.KEYWORD] == [("is 'evil'", True)]


def test_a_rule_about_another_log_source_is_not_asked() -> None:
    """Its condition holds, and yet it does not match; both log sources are told."""
    told = explainable().explain(completed({"event.module": "zeek", "x": "evil"}))
    assert (told.condition.holds, told.asked, told.matches) == (True, False, False)
    assert (told.about, told.of) == ("product demo", "product zeek, service " + told.of.rpartition(" ")[2])
    assert any("the rule is not asked" in line for line in in_words(told))


def test_a_long_list_of_which_nothing_holds_is_cut_for_people() -> None:
    """A hundred values that are not there are told in a dozen lines; what holds is always shown."""
    values = ", ".join(f"v{number}" for number in range(100))
    text = RULE.replace("words: [evil]", f"words: {{f: [{values}]}}")
    lines = list(in_words(explainable(text).explain(completed({"event.module": "demo", "f": "no"}))))
    assert sum("f is 'v" in line for line in lines) == 12
    assert any("and 88 more like these" in line for line in lines)
    lines = list(in_words(explainable(text).explain(completed({"event.module": "demo", "f": "v99"}))))
    assert any(line.startswith("yes") and "f is 'v99'" in line for line in lines)


def test_an_opposite_beside_it_is_seen() -> None:
    """*a and not a* never holds; *a and not b* may."""
    for condition, never in (("selection and not selection", True), ("selection and not filter_main", False)):
        found = explainable(RULE.replace("selection and not 1 of filter_* or words", condition))
        assert [contradicts(tree) for tree in found.conditions] == [never]


VALUES = st.sampled_from(["a", "one two", "C:\\a.exe", "xyz", "SYSTEM", "evil", "", None, 1024, 80, ["one", "two"], True])


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("path", "args", "user", "port", "other"), VALUES)))
def test_the_explanation_of_any_event_is_the_engines(fields: dict[str, Any]) -> None:
    """Whatever the fields hold, both say the same."""
    rule = explainable()
    event = completed({"event.module": "demo"} | fields)
    (found,) = Detector(RuleBook((rule.rule,), (), ()), entities_of=entities_of).detect([event])
    assert rule.explain(event).matches is bool(found)


def own_cases() -> Iterator[tuple[Path, list[Event]]]:
    """The events of the cases of each rule that Tocsin ships."""
    for path in sorted(RULES.glob("*.tests.yaml")):
        cases = read_cases(path, path.read_text("utf-8"))
        events = []
        for case in cases.cases:
            for item in case.events or (case,):
                if item.event is not None:
                    events.append(completed({**cases.common, **item.event}))
                elif isinstance(item.record, str):
                    events.append(parsed(item.record, item.source or cases.source or ""))
        yield path, events


def assert_agree(rules: list[Explainable], events: list[Event]) -> int:
    """Every rule explained on every event says what the detector says; how many matches there were."""
    detector = Detector(RuleBook(tuple(rule.rule for rule in rules), (), ()), entities_of=entities_of)
    matches = 0
    for event, detections in zip(events, detector.detect(events), strict=True):
        fired = {detection.rule_id for detection in detections}
        told = {rule.rule.id for rule in rules if rule.explain(event).matches}
        assert told == fired & {rule.rule.id for rule in rules}
        matches += len(told)
    return matches


def test_the_explanations_of_our_own_rules_agree_with_the_engine() -> None:
    """Every rule on the events of all cases, those of other rules too."""
    found: list[Explainable] = []
    load(
        ((str(path), path.read_text("utf-8")) for path in sorted(RULES.glob("*.yml"))),
        look=lambda *it: found.append(Explainable(*it)),
    )
    assert assert_agree(found, [event for _, events in own_cases() for event in events]) > 50


def test_the_explanations_of_regression_rules_agree_with_the_engine(corpus: Path) -> None:
    """Each of SigmaHQ's regression rules on its own events, and on those of its neighbour."""
    read: dict[str, Explainable] = {}
    files = [file for tree in ("rules", *OTHER_TREES) for file in rule_files(corpus, tree)]
    folders = sorted((corpus / "sigma" / "regression").glob("*/events.jsonl"))
    wanted = {path.parent.name for path in folders}
    load(
        [file for file in files if any(name in file[1] for name in wanted)],
        look=lambda *it: read.setdefault(it[0].id, Explainable(*it)),
    )
    rules = [read[path.parent.name] for path in folders]
    matches = 0
    for rule, neighbour, path in zip(rules, rules[1:] + rules[:1], folders, strict=True):
        for batch in events_of(path):
            matches += assert_agree([rule, neighbour], batch)
    assert matches >= 99
