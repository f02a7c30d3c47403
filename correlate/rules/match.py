"""The seam: a batch of events in, the detections of each out."""

from collections.abc import Callable, Sequence

from correlate.rules.alert import alert_detection, is_alert
from correlate.rules.groups import Grouping
from correlate.rules.load import RuleBook
from correlate.rules.reading import Reading
from correlate.rules.route import Router
from correlate.rules.rule import Rule
from correlate.rules.select import default_state
from schemas.detection import Detection, Entity, Kind, State, detection_id
from schemas.event import Event, timestamp


class Detector:
    """Evaluates a RuleBook.

    Args:
        book: The rules.
        state_of: Whether a rule is on; a rule that a correlation refers to without ``generate`` is in shadow whatever this says,
            its matches are the correlation's evidence.
        entities_of: What an event speaks of.
    """

    def __init__(
        self,
        book: RuleBook,
        state_of: Callable[[Rule], State] = default_state,
        *,
        entities_of: Callable[[Event], tuple[Entity, ...]],
    ) -> None:
        self._router = Router(sorted(book.rules, key=lambda rule: rule.id))
        self._entities_of = entities_of
        self._grouping = Grouping(book.sites_within, book.countings)
        self._states = {rule.id: self._state(rule, state_of) for rule in book.rules}

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event, in the order of rule ids; the same batch always gives the same detections."""
        return [self._detect(event) for event in events]

    def _detect(self, event: Event) -> list[Detection]:
        reading = Reading(event)
        matched = [rule for rule in self._router.rules_for(event) if rule.predicate(reading)]
        alert = is_alert(event)
        if not matched and not alert:
            return []
        entities = self._entities_of(event)
        found = [self._detection(rule, reading, entities) for rule in matched]
        if alert:
            found.append(alert_detection(event, entities))
        return sorted(found, key=lambda detection: detection.rule_id)

    def _detection(self, rule: Rule, reading: Reading, entities: tuple[Entity, ...]) -> Detection:
        event = reading.event
        return Detection(
            id=detection_id(rule.id, event["event.id"]),
            kind=Kind.SIGMA,
            rule_id=rule.id,
            rule_name=rule.name,
            level=rule.level,
            time=timestamp(event),
            site=event["organization.id"],
            event_ids=(event["event.id"],),
            entities=entities,
            state=self._states[rule.id],
            techniques=rule.techniques,
            tactics=rule.tactics,
            phase=rule.phase,
            groups=self._grouping.of(rule.id, reading),
        )

    def _state(self, rule: Rule, state_of: Callable[[Rule], State]) -> State:
        return State.SHADOW if self._grouping.is_evidence_only(rule.id) else state_of(rule)
