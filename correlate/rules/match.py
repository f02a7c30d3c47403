"""The seam: a batch of events in, the detections of each out."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from correlate.rules.alert import alert_detection, is_alert
from correlate.rules.correlation import SitesWithin
from correlate.rules.load import RuleBook
from correlate.rules.reading import Names, Reading
from correlate.rules.route import Router
from correlate.rules.rule import Rule
from correlate.rules.select import default_state
from schemas.detection import Detection, Entity, Group, Kind, State, detection_id
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
        self._correlations: defaultdict[str, list[SitesWithin]] = defaultdict(list)
        for correlation in book.sites_within:
            for rule_id in correlation.rules:
                self._correlations[rule_id].append(correlation)
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
            groups=tuple(group for correlation in self._correlations.get(rule.id, ()) for group in _groups(correlation, reading)),
        )

    def _state(self, rule: Rule, state_of: Callable[[Rule], State]) -> State:
        correlations = self._correlations.get(rule.id, ())
        if correlations and not any(correlation.generate for correlation in correlations):
            return State.SHADOW
        return state_of(rule)


def _groups(correlation: SitesWithin, reading: Reading) -> Iterator[Group]:
    """One group for each counted value; none when a field is missing or a group-by field has several values: never pooled."""
    keys = [_only(reading, names) for names in correlation.group_by]
    by = tuple(key for key in keys if key is not None)
    if len(by) == len(keys):
        for value in dict.fromkeys(reading.texts(correlation.field)):
            yield Group(correlation=correlation.id, by=by, value=value)


def _only(reading: Reading, names: Names) -> str | None:
    """The only value, without case: strings are equal without case in Sigma."""
    folded = reading.folded(names)
    return folded[0] if len(folded) == 1 else None
