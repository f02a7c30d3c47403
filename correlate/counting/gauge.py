"""What a window measures, match by match: a gauge takes matches in the order of time and gives back those that left the window."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, islice
from operator import attrgetter
from typing import Protocol

from correlate.counting.condition import Bounds, Expression
from correlate.counting.definition import Counting, Measure
from correlate.counting.match import Match
from correlate.counting.number import mean, nearest_rank, number
from correlate.counting.sequence import Sequencer


class Gauge(Protocol):
    """Measures the matches of one window."""

    def add(self, matches: Sequence[Match]) -> None:
        """All matches of the next moment come in."""

    def remove(self, match: Match) -> None:
        """The earliest match leaves."""

    def holds(self, begin: int) -> bool:
        """Whether the condition holds of what is in the window, which begins at this moment."""


class _Distinct:
    """How many different things there are: events, values or rules."""

    def __init__(self, rule: Counting, what: Callable[[Match], object]) -> None:
        self._condition = rule.condition
        self._what = what
        self._inside: Counter[object] = Counter()

    def add(self, matches: Sequence[Match]) -> None:
        self._inside.update(map(self._what, matches))

    def remove(self, match: Match) -> None:
        what = self._what(match)
        self._inside[what] -= 1
        if not self._inside[what]:
            del self._inside[what]

    def holds(self, begin: int) -> bool:  # noqa: ARG002 - what has left was removed
        if isinstance(self._condition, Expression):
            return self._condition.holds({place for place in self._inside if isinstance(place, int)})
        return self._condition.holds(len(self._inside))


class _Numbers:
    """The numbers of a field, sorted, and their exact sum; each event gives one."""

    def __init__(self, rule: Counting) -> None:
        self._rule = rule
        self._sorted: list[Fraction] = []
        self._sum = Fraction(0)

    def add(self, matches: Sequence[Match]) -> None:
        for match in matches:
            insort(self._sorted, number(match.value))
            self._sum += number(match.value)

    def remove(self, match: Match) -> None:
        del self._sorted[bisect_left(self._sorted, number(match.value))]
        self._sum -= number(match.value)

    def holds(self, begin: int) -> bool:  # noqa: ARG002 - what has left was removed
        if isinstance(self._rule.condition, Expression):
            return False
        if self._rule.measure is Measure.SUM:
            return self._rule.condition.holds(self._sum)
        return bool(self._sorted) and self._rule.condition.holds(self._measured())

    def _measured(self) -> Fraction:
        if self._rule.measure is Measure.AVERAGE:
            return mean(self._sum, len(self._sorted))
        if self._rule.measure is Measure.MEDIAN:
            half = len(self._sorted) // 2
            return (self._sorted[half] + self._sorted[-half - 1]) / 2
        return nearest_rank(self._sorted, self._rule.percentile)


class _Order:
    """The sequence that began latest; it is inside when it began inside. It is asked only where the last step matched."""

    def __init__(self, rule: Counting) -> None:
        self._sequencer = Sequencer(rule.rules)
        self._may_end = False

    def add(self, matches: Sequence[Match]) -> None:
        self._sequencer.add(matches)
        self._may_end = self._sequencer.may_end(matches)

    def remove(self, match: Match) -> None:
        """What began with it began too early."""

    def holds(self, begin: int) -> bool:
        latest = self._sequencer.begun
        return self._may_end and latest is not None and latest >= begin


_GAUGES: dict[Measure, Callable[[Counting], Gauge]] = {
    Measure.EVENTS: lambda rule: _Distinct(rule, attrgetter("event")),
    Measure.VALUES: lambda rule: _Distinct(rule, attrgetter("value")),
    Measure.RULES: lambda rule: _Distinct(rule, attrgetter("rule")),
    Measure.ORDER: _Order,
    Measure.SUM: _Numbers,
    Measure.AVERAGE: _Numbers,
    Measure.PERCENTILE: _Numbers,
    Measure.MEDIAN: _Numbers,
}


def gauge_of(rule: Counting) -> Gauge:
    """An empty gauge for the measure of a correlation."""
    return _GAUGES[rule.measure](rule)


def holds_of(rule: Counting, matches: Sequence[Match], begin: int) -> bool:
    """Whether the condition holds of one window."""
    gauge = gauge_of(rule)
    for _, moment in groupby(matches, attrgetter("time")):
        gauge.add(tuple(moment))
    return gauge.holds(begin)


def holding(rule: Counting, matches: Sequence[Match], width: int) -> Iterator[int]:
    """The moments at which the condition holds of the window that ends there, both ends counted; one pass over the matches."""
    gauge = gauge_of(rule)
    start = 0
    for time, moment in groupby(matches, attrgetter("time")):
        gauge.add(tuple(moment))
        while matches[start].time < time - width:
            gauge.remove(matches[start])
            start += 1
        if gauge.holds(time - width):
            yield time


def holds_at_last(rule: Counting, matches: Sequence[Match], width: int) -> bool:
    """Whether a growing condition holds of the window that ends with the last match: back from there, no further than it takes."""
    begin = matches[-1].time - width
    first = bisect_left(matches, (begin,))
    if rule.measure is Measure.EVENTS and isinstance(rule.condition, Bounds):
        return rule.condition.holds(len(matches) - first)
    moments = groupby(islice(reversed(matches), len(matches) - first), attrgetter("time"))
    if rule.measure is Measure.ORDER:
        return _ends_a_sequence(rule, moments)
    gauge = gauge_of(rule)
    for _, moment in moments:
        gauge.add(tuple(moment))
        if gauge.holds(begin):
            return True
    return False


def _ends_a_sequence(rule: Counting, moments: Iterable[tuple[int, Iterable[Match]]]) -> bool:
    sequencer = Sequencer(rule.rules, backwards=True)
    for place, (_, matches) in enumerate(moments):
        moment = tuple(matches)
        if not place and not sequencer.may_end(moment):
            return False
        sequencer.add(moment)
        if sequencer.begun is not None:
            return True
    return False
