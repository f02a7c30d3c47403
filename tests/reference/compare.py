"""The engine beside the reference: which pairs of rule and event they judge differently."""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import yaml

from correlate.rules.load import load
from correlate.rules.match import Detector
from tests.reference.generated_events import event
from tests.reference.generated_rules import PLACEHOLDERS, rule, sigma_filter
from tests.reference.rule import rule_holds

RULES, EVENTS = 40, 25
"""Of one seed: a thousand pairs."""


class Comparison(NamedTuple):
    """Pairs judged, how many matched, the reasons of refusals, and every difference."""

    pairs: int
    matches: int
    refusals: tuple[str, ...]
    differences: tuple[str, ...]


def generated(seed: int) -> Comparison:
    """Rules, filters and events of one seed, through both."""
    random = Random(seed)
    rules = [rule(random, number) for number in range(RULES)]
    filters = [sigma_filter(random, rules) for _ in range(random.choice([0, 0, 1, 2]))]
    events = [event(random, rules, number) for number in range(EVENTS)]
    return compare(rules, filters, events)


def compare(rules: list[dict[str, Any]], filters: list[dict[str, Any]], events: Sequence[dict[str, Any]]) -> Comparison:
    """Every rule on every event; rules and filters that the engine refuses are left out of both, and told."""
    files = [(str(number), yaml.safe_dump(each, allow_unicode=True)) for number, each in enumerate([*rules, *filters])]
    book = load(files, PLACEHOLDERS)
    refused = {refusal.path for refusal in book.refusals}
    kept = [each for number, each in enumerate(rules) if str(number) not in refused]
    narrowing = [each for number, each in enumerate(filters, len(rules)) if str(number) not in refused]
    detector = Detector(book, entities_of=lambda _: ())
    differences = []
    matches = 0
    for given, found in zip(events, detector.detect(events), strict=True):
        engine = {detection.rule_id for detection in found}
        reference = {each["id"] for each in kept if rule_holds(each, given, placeholders=PLACEHOLDERS, filters=narrowing)}
        matches += len(reference)
        differences += [_told(each, given, reference) for each in kept if each["id"] in engine ^ reference]
    reasons = tuple(refusal.reason for refusal in book.refusals)
    return Comparison(len(kept) * len(events), matches, reasons, tuple(differences))


def _told(rule: dict[str, Any], given: dict[str, Any], reference: set[str]) -> str:
    by = "reference" if rule["id"] in reference else "engine"
    return f"only the {by} matches {yaml.safe_dump(rule['detection'], allow_unicode=True)} on {given}"
