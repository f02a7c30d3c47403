"""Which rules are on. Undecided: stable or tested ones of level high or critical; the rest match in shadow, reported and counted.

What a region decides is a ``Standing`` for each rule: a state, and the sites where it is another.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from correlate.rules.rule import Rule
from schemas.detection import Detection, Kind, Level, State
from schemas.event import Event

_PROVEN = frozenset({"stable", "test"})
_NOWHERE: Mapping[str, State | None] = MappingProxyType({})


class Standing(NamedTuple):
    """The state of one rule, and where it is another; None is off: the rule says nothing there."""

    state: State | None
    elsewhere: Mapping[str, State | None] = _NOWHERE
    """By site (FINESS)."""

    @property
    def is_off(self) -> bool:
        """Whether it is off at every site."""
        return self.state is None and not any(self.elsewhere.values())

    @property
    def silent(self) -> "Standing":
        """With shadow in place of on: for a rule that speaks only through a correlation."""
        return Standing(self.state and State.SHADOW, {site: state and State.SHADOW for site, state in self.elsewhere.items()})


def default_state(rule: Rule) -> State:
    """The state of a rule that the region has not decided about."""
    return state_by(rule.status, rule.level)


def state_by(status: str, level: Level) -> State:
    """The state of a rule, or of a correlation, with this status and level."""
    return State.ON if status in _PROVEN and level.rank >= Level.HIGH.rank else State.SHADOW


class Finder(Protocol):
    """What finds detections in a batch of events."""

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event."""


class SiteBySite:
    """Gives detections the state that their rule has at their site, and leaves out those of rules that are off there.

    Args:
        finder: What finds them, with the state that rules have elsewhere.
        standings: By rule id: the rules that are not everywhere the same.
    """

    def __init__(self, finder: Finder, standings: Mapping[str, Standing]) -> None:
        self._finder = finder
        self._standings = standings

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event, as the finder's."""
        return [self._standing(found) if found else found for found in self._finder.detect(events)]

    def _standing(self, found: list[Detection]) -> list[Detection]:
        return [stated for detection in found if (stated := self._stated(detection))]

    def _stated(self, detection: Detection) -> Detection | None:
        standing = self._standings.get(detection.rule_id)
        if standing is None or detection.kind is not Kind.SIGMA:  # another product's alert names its own rules
            return detection
        state = standing.elsewhere.get(detection.site, standing.state)
        if state is None or state is detection.state:
            return detection if state else None
        return detection.model_copy(update={"state": state})
