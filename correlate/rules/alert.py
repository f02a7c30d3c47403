"""An event that is another product's alert (ECS ``event.kind: alert``) is a reason to look of its own, whatever rules say."""

import re
from typing import Any

from correlate.rules.attack import phase_told_by
from correlate.rules.reading import text
from schemas.detection import Detection, Entity, Kind, Level, Phase, detection_id
from schemas.event import Event, timestamp

MAX_NAME = 256
"""Characters of a rule's id and name; the title of a Sigma rule is no longer either."""

_RULE_IDS = ("rule.id", "signal.rule.id", "kibana.alert.rule.uuid")
_NAMES = ("rule.name", "event.action", "message")
_SEVERITIES = ("event.severity", "event.risk_score", "kibana.alert.risk_score")
_TECHNIQUES = ("threat.technique.id", "threat.technique.subtechnique.id")
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?")

BANDS = ((99, Level.CRITICAL), (73, Level.HIGH), (47, Level.MEDIUM), (21, Level.LOW))
"""Least severity from 0 to 100 → level, as Elastic Security's detection engine writes ``event.severity`` and risk scores.

Below 21 a number is some vendor's own scale, upside down as often as not, and says nothing.
"""


WORKED = frozenset(
    {
        "a network trojan was detected",
        "domain observed used for c2 detected",
        "exploit kit activity detected",
        "malware command and control activity detected",
        "successful administrator privilege gain",
        "successful credential theft detected",
        "successful user privilege gain",
        "targeted malicious activity was detected",
    }
)
"""Classes of network signatures that speak of what worked (Suricata and Snort, ``classification.config``); the others see a try."""


def is_alert(event: Event) -> bool:
    """Whether another product raised this event as an alert."""
    return bool(event.get("event.kind") == "alert")


def alert_detection(event: Event, entities: tuple[Entity, ...]) -> Detection:
    """The detection of an alert: its rule, name and level are the product's; the level is high when it says none."""
    techniques = tuple(found for name in _TECHNIQUES for found in _texts(event.get(name)) if _TECHNIQUE.fullmatch(found))
    tactics = tuple(
        dict.fromkeys(found.lower().replace(" ", "-")[:MAX_NAME] for found in _texts(event.get("threat.tactic.name")))
    )
    rule_id = (_first(event, _RULE_IDS) or f"alert:{event['event.dataset']}")[:MAX_NAME]
    return Detection(
        id=detection_id(rule_id, event["event.id"]),
        kind=Kind.ALERT,
        rule_id=rule_id,
        rule_name=(_first(event, _NAMES) or rule_id)[:MAX_NAME],
        level=_level(event),
        time=timestamp(event),
        site=event["organization.id"],
        event_ids=(event["event.id"],),
        entities=entities,
        techniques=techniques,
        tactics=tactics,
        phase=_phase(event, tactics, techniques),
    )


def _level(event: Event) -> Level:
    for name in _SEVERITIES:
        value = event.get(name)
        if isinstance(value, int | float):
            for least, level in BANDS:
                if value >= least:
                    return level
    word = str(event.get("log.level", "")).lower()
    return Level(word) if word in list(Level) else Level.HIGH


def _phase(event: Event, tactics: tuple[str, ...], techniques: tuple[str, ...]) -> Phase:
    """What was denied is an attempt, and so is what a network sensor saw pass, unless its class says that it worked."""
    if "denied" in _texts(event.get("event.type")):
        return Phase.ATTEMPT
    if tactics:
        return phase_told_by(tactics, techniques)
    categories = {found.lower() for found in _texts(event.get("rule.category"))}
    if "network" in _texts(event.get("event.category")) and not categories & WORKED:
        return Phase.ATTEMPT
    return Phase.SUCCESS


def _first(event: Event, names: tuple[str, ...]) -> str:
    return next((found for name in names for found in _texts(event.get(name)) if found), "")


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text(element).strip() for element in values if isinstance(element, str | int | float)]
