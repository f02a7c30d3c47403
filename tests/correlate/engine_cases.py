"""What the tests of the batch engine share: rules from small documents, and the full scan that the engine is held against."""

from collections.abc import Sequence
from typing import Any

import yaml

from correlate.rules.engine.engine import Engine
from correlate.rules.load import load
from correlate.rules.reading import Reading
from correlate.rules.route import Router
from correlate.rules.rule import Rule


def rules_of(*detections: dict[str, Any]) -> list[Rule]:
    """One rule for each detection section, of a log source that nothing speaks against."""
    documents = [
        {
            "title": f"rule {number}",
            "id": f"00000000-0000-4000-8000-{number:012}",
            "logsource": {"product": "demo"},
            "detection": one,
        }
        for number, one in enumerate(detections)
    ]
    book = load(
        [(f"{number}.yml", yaml.safe_dump(one, allow_unicode=True, sort_keys=False)) for number, one in enumerate(documents)]
    )
    assert book.refusals == ()
    return list(book.rules)


def selecting(selection: Any) -> dict[str, Any]:
    """A detection section with one selection."""
    return {"selection": selection, "condition": "selection"}


def scanned(rules: Sequence[Rule], events: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Every rule that concerns an event evaluated on it by its closure: the ids of those that match."""
    router = Router(rules)
    return [[rule.id for rule in router.rules_for(event) if rule.predicate(Reading(event))] for event in events]


def matched(engine: Engine, events: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The ids that the engine gives."""
    return [[rule.id for rule in found] for found in engine.matches(events)]


def check_same(rules: Sequence[Rule], events: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The engine gives what the full scan gives; returns it."""
    found = matched(Engine(rules), events)
    assert found == scanned(rules, events)
    return found
