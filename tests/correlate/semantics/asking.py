"""One detection and one event: does it match, or why is it refused?"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from correlate.rules.load import RuleBook, load
from correlate.rules.reading import Reading

ABSENT = object()
"""The event has no such field."""

Placeholders = Mapping[str, Sequence[str]]


def book(detection: Any, placeholders: Placeholders | None = None) -> RuleBook:
    """The book of one rule with this detection section."""
    document = {"title": "T", "logsource": {"product": "demo"}, "detection": detection}
    return load([("t.yml", yaml.safe_dump(document, allow_unicode=True))], placeholders or {})


def matches(detection: dict[str, Any], event: dict[str, Any], placeholders: Placeholders | None = None) -> bool:
    """Whether a rule with this detection section matches the event."""
    found = book(detection, placeholders)
    assert not found.refusals, found.refusals
    return found.rules[0].predicate(Reading(event))


def holds(key: str, value: Any, actual: Any, placeholders: Placeholders | None = None) -> bool:
    """Whether ``key: value`` matches an event whose field ``f`` is ``actual``."""
    event = {"other": "x"} if actual is ABSENT else {"other": "x", "f": actual}
    return matches({"s": {key: value}, "condition": "s"}, event, placeholders)


def refusal(detection: Any, placeholders: Placeholders | None = None) -> str:
    """Why a rule with this detection section is refused."""
    found = book(detection, placeholders)
    assert not found.rules
    return found.refusals[0].reason


def refused(key: str, value: Any, placeholders: Placeholders | None = None) -> str:
    """Why ``key: value`` is refused."""
    return refusal({"s": {key: value}, "condition": "s"}, placeholders)
