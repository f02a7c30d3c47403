"""correlate.rules.alert: other products' alerts are detections."""

from typing import Any

import pytest

from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from schemas.detection import Entity, Kind, Level, State, detection_id
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


def alert(**fields: Any) -> Any:
    """The detection of an alert with these fields."""
    ((found,),) = Detector(book(), entities_of=nothing).detect([event(event__kind="alert", **fields)])
    return found


def test_another_products_alert_is_a_detection() -> None:
    """An event of kind alert is on, with the product's rule id and name, whatever rules match."""
    found = alert(rule__id="2008124", rule__name="ET TROJAN", threat__technique__id=["T1071", "nonsense"])

    assert (found.kind, found.state, found.rule_id, found.rule_name) == (Kind.ALERT, State.ON, "2008124", "ET TROJAN")
    assert found.id == detection_id("2008124", "e1")
    assert found.techniques == ("T1071",)


def test_an_alert_that_says_little_has_defaults() -> None:
    """Without rule the dataset names it, then the message; without severity the level is high."""
    assert (alert().rule_id, alert().rule_name, alert().level) == ("alert:demo.log", "alert:demo.log", Level.HIGH)
    assert alert(message="m" * 1000).rule_name == "m" * 256
    assert alert(event__action="blocked", message="m").rule_name == "blocked"
    assert alert(signal__rule__id="abc").rule_id == "abc"


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"event__severity": 99}, Level.CRITICAL),
        ({"event__severity": 73}, Level.HIGH),
        ({"event__severity": 47}, Level.MEDIUM),
        ({"event__severity": 21}, Level.LOW),
        ({"event__severity": 1}, Level.HIGH),
        ({"event__severity": 4}, Level.HIGH),
        ({"event__risk_score": 99.5}, Level.CRITICAL),
        ({"event__severity": 2, "event__risk_score": 50}, Level.MEDIUM),
        ({"log__level": "Medium"}, Level.MEDIUM),
        ({"log__level": "whatever"}, Level.HIGH),
        ({"event__severity": "99"}, Level.HIGH),
        ({"event__severity": True}, Level.HIGH),
    ],
)
def test_the_level_of_an_alert(fields: dict[str, Any], level: Level) -> None:
    """Severities from 21 to 100 are Elastic's bands; smaller numbers are a vendor's own scale and say nothing."""
    assert alert(**fields).level is level


def test_an_alert_may_match_rules_too() -> None:
    """Detections of rules and of the alert itself come in one list, by rule id."""
    detector = Detector(book(rule(1, "{product: demo}", "{f: x}")), entities_of=nothing)

    found = detector.detect([event(event__kind="alert", rule__id="!first", f="x")])[0]

    assert [detection.rule_id for detection in found] == ["!first", rule_id(1)]
