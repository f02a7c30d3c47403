"""correlate.rules.match: a batch of events in, detections out; routing, states, groups, alerts."""

from typing import Any

import pytest

from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from correlate.rules.rule import Rule
from correlate.rules.select import default_state
from schemas.detection import Entity, Group, Kind, Level, State, detection_id
from schemas.event import Event

SITE = "010000024"


def rule(number: int, logsource: str, detection: str, *, status: str = "test", level: str = "high", name: str = "") -> str:
    """The text of a rule whose only detection is ``sel``."""
    return f"""
title: Rule {number}
id: 00000000-0000-4000-8000-{number:012d}
{f"name: {name}" if name else ""}
status: {status}
level: {level}
tags: [attack.t1078]
logsource: {logsource}
detection:
    sel: {detection}
    condition: sel
"""


def rule_id(number: int) -> str:
    """The id of the rule of that number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def book(*texts: str) -> RuleBook:
    """The rules of these texts, none refused."""
    found = load((f"{number}.yml", text) for number, text in enumerate(texts))
    assert not found.refusals, found.refusals
    return found


def event(**fields: Any) -> Event:
    """A whole event; two underscores stand for a dot."""
    base = {
        "@timestamp": "2026-01-31T08:00:00.000000Z",
        "event.id": "e1",
        "event.kind": "event",
        "event.dataset": "demo.log",
        "ecs.version": "8.17.0",
        "organization.id": SITE,
    }
    return base | {name.replace("__", "."): value for name, value in fields.items()}


def nothing(_: Event) -> tuple[Entity, ...]:
    """An event speaks of nothing."""
    return ()


def fired(texts: list[str], *events: Event) -> list[list[str]]:
    """The names of the rules that match each event."""
    found = Detector(book(*texts), entities_of=nothing).detect(events)
    return [[detection.rule_name for detection in detections] for detections in found]


def test_a_match_is_a_whole_detection() -> None:
    """Id, rule, time, site, evidence, entities, state and techniques of a detection."""
    speaks_of = (Entity(kind="ip", value="192.0.2.7"),)
    detector = Detector(book(rule(1, "{product: demo}", "{f: x}")), entities_of=lambda _: speaks_of)

    ((found,),) = detector.detect([event(f="x")])

    assert found.id == detection_id(rule_id(1), "e1")
    assert (found.kind, found.rule_id, found.rule_name, found.level) == (Kind.SIGMA, rule_id(1), "Rule 1", Level.HIGH)
    assert found.time.isoformat() == "2026-01-31T08:00:00+00:00"
    assert (found.site, found.event_ids, found.entities) == (SITE, ("e1",), speaks_of)
    assert (found.state, found.techniques, found.groups) == (State.ON, ("T1078",), ())


def test_a_batch_gives_a_list_for_each_event_in_the_order_of_rule_ids() -> None:
    """Detections follow the rule ids whatever the order of the files; the same batch gives the same; one by one gives the same."""
    texts = [rule(number, "{product: demo}", "{f|contains: x}") for number in (3, 1, 2)]
    batch = [event(f="x"), event(event__id="e2", f="y"), event(event__id="e3", f="xx")]
    detector = Detector(book(*texts), entities_of=nothing)

    found = detector.detect(batch)

    assert [[detection.rule_name for detection in each] for each in found] == [
        ["Rule 1", "Rule 2", "Rule 3"],
        [],
        ["Rule 1", "Rule 2", "Rule 3"],
    ]
    assert detector.detect(batch) == found
    assert [detector.detect([each])[0] for each in batch] == found
    assert Detector(book(*reversed(texts)), entities_of=nothing).detect(batch) == found


@pytest.mark.parametrize(
    ("status", "level", "state"),
    [
        ("stable", "critical", State.ON),
        ("stable", "high", State.ON),
        ("test", "high", State.ON),
        ("test", "medium", State.SHADOW),
        ("stable", "low", State.SHADOW),
        ("experimental", "critical", State.SHADOW),
        ("deprecated", "high", State.SHADOW),
        ("unsupported", "high", State.SHADOW),
    ],
)
def test_rules_are_on_by_status_and_level(status: str, level: str, state: State) -> None:
    """On: stable or test, with level high or critical; everything else still matches, in shadow."""
    found = Detector(book(rule(1, "{product: demo}", "{f: x}", status=status, level=level)), entities_of=nothing)

    assert [detection.state for detection in found.detect([event(f="x")])[0]] == [state]


def test_the_region_may_decide_otherwise() -> None:
    """``state_of`` replaces the default selection."""

    def all_on(_: Rule) -> State:
        return State.ON

    detector = Detector(book(rule(1, "{product: demo}", "{f: x}", level="low")), all_on, entities_of=nothing)

    assert detector.detect([event(f="x")])[0][0].state is State.ON
    assert default_state(book(rule(1, "{product: demo}", "{f: x}", level="low")).rules[0]) is State.SHADOW


def correlation(*, generate: bool = False, group_by: str = "[user.name]") -> str:
    """The text of a correlation that counts the rule called *first*."""
    return f"""
title: Three sites
id: 00000000-0000-4000-8000-00000000c0de
correlation:
    type: value_count
    rules: [first]
    generate: {str(generate).lower()}
    group-by: {group_by}
    timespan: 1h
    condition: {{gte: 3, field: organization.id}}
"""


CODE = "00000000-0000-4000-8000-00000000c0de"
REFERRED = rule(1, "{product: demo}", "{f: x}", name="first")
NOT_REFERRED = rule(2, "{product: demo}", "{f: x}")


def test_a_referred_rule_is_evidence_in_shadow() -> None:
    """Without ``generate`` a rule alerts only through its correlation, and its matches say where they count."""
    detector = Detector(book(REFERRED, NOT_REFERRED, correlation()), entities_of=nothing)

    first, second = detector.detect([event(f="x", user__name="Bob")])[0]

    assert first.state is State.SHADOW
    assert first.groups == (Group(correlation=CODE, by=("bob",), value=SITE),)
    assert (second.state, second.groups) == (State.ON, ())


def test_generate_leaves_the_rule_as_selected() -> None:
    """With ``generate`` the rule alerts on its own too, and still counts."""
    detector = Detector(book(REFERRED, correlation(generate=True)), entities_of=nothing)

    ((found,),) = detector.detect([event(f="x", user__name="bob")])

    assert found.state is State.ON
    assert len(found.groups) == 1


@pytest.mark.parametrize("user", [{}, {"user__name": None}, {"user__name": []}, {"user__name": ["a", "b"]}])
def test_a_missing_group_key_is_never_pooled(user: dict[str, Any]) -> None:
    """A match without one value of the group-by field counts in no group."""
    ((found,),) = Detector(book(REFERRED, correlation()), entities_of=nothing).detect([event(f="x", **user)])

    assert found.groups == ()


def test_without_group_by_there_is_one_group() -> None:
    """All sites count together when the correlation groups by nothing."""
    ((found,),) = Detector(book(REFERRED, correlation(group_by="[]")), entities_of=nothing).detect([event(f="x")])

    assert found.groups == (Group(correlation=CODE, by=(), value=SITE),)


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = [
    nested(5000),
    None,
    "",
    [],
    {},
    [None],
    [[]],
    {"a": None},
    "\x00",
    "a" * 100_000,
    10**400,
    float("1e308"),
    True,
    -1,
    ["x", {"y": [1]}],
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_of_an_event_stops_a_batch(value: Any) -> None:
    """Whatever a field holds, the other events of the batch are still read."""
    keys = ["f", "f|contains", "f|re", "f|cidr", "f|gt", "f|fieldref", "f|exists", "f|base64offset|contains"]
    values = ["x", "x", "x+", "10.0.0.0/8", 3, "g", True, "xyz"]
    texts = [
        rule(number, "{product: demo}", f"{{{key}: {value}}}")
        for number, (key, value) in enumerate(zip(keys, values, strict=True))
    ]
    texts.append(rule(90, "{product: demo}", "['needle', 'a*b']"))
    texts.append(rule(91, "{product: demo}", "{g: x}"))

    found = fired(texts, event(f=value, g=value), event(event__id="e2", g="x"))

    assert found[1] == ["Rule 91"]
