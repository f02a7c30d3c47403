"""The seam: a batch of events in, the detections of each out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from correlate.rules.alert import alert_detection, is_alert
from correlate.rules.engine.engine import Engine
from correlate.rules.engine.ports import Later, NoShelf, Shelf, now
from correlate.rules.groups import Grouping
from correlate.rules.load import RuleBook
from correlate.rules.reading import Reading
from correlate.rules.rule import Rule
from correlate.rules.select import default_state
from schemas.detection import Detection, Entity, Kind, State, detection_id
from schemas.event import Event, timestamp

NO_SHELF = NoShelf()

MAX_KNOWN = 4096
"""Pairs of rule and site of which a detection is kept, to be copied: what they share is validated once."""


class Detector:
    """Evaluates a RuleBook.

    Args:
        book: The rules.
        state_of: Whether a rule is on; a rule that a correlation refers to without ``generate`` is in shadow whatever this says,
            its matches are the correlation's evidence.
        entities_of: What an event speaks of.
        shelf: Where the engine keeps compiled forms.
        later: Who does the engine's work that may wait.
    """

    def __init__(
        self,
        book: RuleBook,
        state_of: Callable[[Rule], State] = default_state,
        *,
        entities_of: Callable[[Event], tuple[Entity, ...]],
        shelf: Shelf = NO_SHELF,
        later: Later = now,
    ) -> None:
        self._engine = Engine(sorted(book.rules, key=lambda rule: rule.id), shelf, later)
        self._entities_of = entities_of
        self._grouping = Grouping(book.sites_within, book.countings)
        self._known: dict[tuple[str, str], Detection] = {}
        self._states = {rule.id: self._state(rule, state_of) for rule in book.rules}

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event, in the order of rule ids; the same batch always gives the same detections."""
        matches = self._engine.matches(events)
        return [
            self._detections(event, matched) if matched or is_alert(event) else []
            for event, matched in zip(events, matches, strict=True)
        ]

    def _detections(self, event: Event, matched: Sequence[Rule]) -> list[Detection]:
        entities = self._entities_of(event)
        found = [self._detection(rule, event, entities) for rule in matched]
        if is_alert(event):
            found.append(alert_detection(event, entities))
            found.sort(key=lambda detection: detection.rule_id)
        return found

    def _detection(self, rule: Rule, event: Event, entities: tuple[Entity, ...]) -> Detection:
        known = self._known.get((rule.id, event["organization.id"]))
        told: dict[str, Any] = {
            "id": detection_id(rule.id, event["event.id"]),
            "time": timestamp(event),
            "event_ids": (event["event.id"],),
            "entities": entities,
            "groups": self._grouping.of(rule.id, Reading(event)),
        }
        if known is not None:
            return _like(known, told)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        known = self._known[rule.id, event["organization.id"]] = Detection(
            **told,
            kind=Kind.SIGMA,
            rule_id=rule.id,
            rule_name=rule.name,
            level=rule.level,
            site=event["organization.id"],
            state=self._states[rule.id],
            techniques=rule.techniques,
            tactics=rule.tactics,
            phase=rule.phase,
        )
        return known

    def _state(self, rule: Rule, state_of: Callable[[Rule], State]) -> State:
        return State.SHADOW if self._grouping.is_evidence_only(rule.id) else state_of(rule)


def _like(known: Detection, told: Mapping[str, Any]) -> Detection:
    """A copy with other values, all of them valid by their making: ``model_copy`` takes five times as long, and a flood is many."""
    copied = Detection.__new__(Detection)
    object.__setattr__(copied, "__dict__", {**known.__dict__, **told})
    for name in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
        object.__setattr__(copied, name, getattr(known, name))
    return copied
