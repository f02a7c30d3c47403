"""Counting: what a Sigma correlation inside a trust domain asks. Values only, read from a rule by ``correlate.rules.correlation``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from correlate.counting.condition import Condition, Expression
from schemas.detection import Level, Phase, State

Names = tuple[str, ...]
"""Where a field is read in an event: the first of these that is there."""

LONGEST = timedelta(days=7)
"""The longest timespan: matches are remembered no longer."""


class Measure(StrEnum):
    """What is measured over the matches of a window (Sigma correlations 2.1, *correlation types*)."""

    EVENTS = "event_count"
    VALUES = "value_count"
    RULES = "temporal"
    ORDER = "temporal_ordered"
    SUM = "value_sum"
    AVERAGE = "value_avg"
    PERCENTILE = "value_percentile"
    MEDIAN = "value_median"


NUMBERS = frozenset({Measure.SUM, Measure.AVERAGE, Measure.PERCENTILE, Measure.MEDIAN})
"""Measures of a field that must be a number."""
BY_RULE = frozenset({Measure.RULES, Measure.ORDER})
"""Measures that ask which rule matched."""
NOTHING_IS_ZERO = frozenset({Measure.EVENTS, Measure.VALUES, Measure.RULES, Measure.SUM})
"""Measures that an empty window has; the mean of nothing is not a number."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A correlation that counts another one's detections, and which of that one's group-by fields it takes."""

    correlation: str
    by: tuple[str, ...]
    value: str
    """The field that it measures; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Counting:
    """One correlation, counted for each trust domain and each value of its group-by fields."""

    id: str
    name: str
    """The name other rules refer to it by; empty when it has none."""
    title: str
    level: Level
    status: str
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    phase: Phase | None
    """None when the tags say nothing: what it counted decides."""
    path: str
    rules: tuple[str, ...]
    """Ids of the rules it counts, in the order written; the same one may come twice in a sequence."""
    group_by: tuple[str, ...]
    """The group-by fields and aliases as written."""
    keys: Mapping[str, tuple[Names, ...]] = field(hash=False)
    """For each rule, where each of ``group_by`` is read; of a correlation, one name of its own ``group_by``."""
    fields: Mapping[str, Names] = field(hash=False)
    """For each rule, where the measured field is read; empty for measures without one."""
    window: timedelta
    measure: Measure
    condition: Condition
    percentile: Fraction = Fraction(50)
    generate: bool = False
    state: State = State.ON
    feeds: tuple[Feed, ...] = ()
    """The correlations that count what this one raises."""
    version: str = ""
    """Another one when the correlation is written otherwise: then it starts clean, and forgets what it counted."""
    is_evidence_only: bool = False
    """Whether it alerts only through those: none of them says *generate*."""

    @property
    def closes(self) -> bool:
        """Whether it is judged when nothing more can come: the condition wants *not more*, or a mean, which more can raise or lower."""
        if self.measure is Measure.ORDER:
            return False
        return self.measure not in NOTHING_IS_ZERO or not self.condition.is_growing

    @property
    def wants_nothing(self) -> bool:
        """Whether an empty window meets the condition: then windows begin just after a match, and silence meets it."""
        if isinstance(self.condition, Expression):
            return self.condition.holds(())
        return self.measure in NOTHING_IS_ZERO and self.condition.holds(0)
