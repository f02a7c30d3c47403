"""Which rules are on: stable or tested, and of level high or critical. The rest match in shadow, reported and counted."""

from correlate.rules.rule import Rule
from schemas.detection import Level, State

_PROVEN = frozenset({"stable", "test"})


def default_state(rule: Rule) -> State:
    """The state of a rule that the region has not decided about."""
    return State.ON if rule.status in _PROVEN and rule.level.rank >= Level.HIGH.rank else State.SHADOW
