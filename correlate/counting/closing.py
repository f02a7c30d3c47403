"""Conditions that are judged when nothing more can come: upper bounds, absence, means and percentiles.

Nothing is judged before the *line*, behind which a trust domain's logs are complete (``watermark``); what comes behind the line is too
late and is not counted. So each window is judged once, of all that came in time, and the order of arrival leaves no trace. Which windows
there are depends on what is asked (``_due``); an *episode* is a row of windows that overlap and meet the condition, told of when it begins.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from correlate.counting.definition import NOTHING_IS_ZERO, Counting
from correlate.counting.gauge import holds_of
from correlate.counting.match import Match, between, insert, load
from correlate.counting.sliding import Met
from schemas.ids import digest

_NEVER = -1


class Closing(NamedTuple):
    """The state of one correlation and group."""

    matches: tuple[Match, ...] = ()
    judged: int = _NEVER
    """Up to here, windows that begin with a match have been judged: to the end of the last one, or to the last that began one."""
    told: int = _NEVER
    """End of the last window that met the condition."""
    lost: int = _NEVER
    """The latest event time of a match that had to go: no window that it was in can be judged."""
    dropped: int = 0
    """How many had to."""

    @classmethod
    def load(cls, plain: Any) -> "Closing":
        """From the plain values of a record; None is an empty state."""
        return cls() if plain is None else cls(load(plain[0]), *plain[1:])


class _Window(NamedTuple):
    anchor: Match
    begin: int
    end: int


def add(state: Closing, new: Match) -> Closing:
    """Add one match that is not behind the line; a match already in it changes nothing."""
    kept = insert(state.matches, new, 0)
    lost = max([state.lost, *(match.time for match in kept.gone)])
    return state._replace(matches=kept.matches, lost=lost, dropped=state.dropped + len(kept.gone))


def due(rule: Counting, state: Closing, width: int) -> int | None:
    """When the next window closes, in event time; None when none is open."""
    return next((window.end for window in _due(rule, state, width)), None)


def judge(rule: Counting, state: Closing, line: int, width: int) -> tuple[Closing, tuple[Met, ...]]:
    """Judge the windows that closed before the line, and forget what no other window holds."""
    met = []
    for window in takewhile(lambda one: one.end < line, _due(rule, state, width)):
        inside = between(state.matches, window.begin, window.end)
        is_whole = window.begin > state.lost
        if is_whole and holds_of(rule, inside, window.begin):
            if window.begin > state.told:
                met.append(_met(rule, window, inside))
            state = state._replace(told=window.end)
        state = state._replace(judged=window.anchor.time if _each_begins_one(rule) else window.end)
    keep = state.judged - width if _ends_with_its_match(rule) else state.judged
    return state._replace(matches=tuple(match for match in state.matches if match.time > keep)), tuple(met)


def _met(rule: Counting, window: _Window, inside: tuple[Match, ...]) -> Met:
    name = digest("closed", rule.id, window.anchor.event, window.anchor.rule, window.anchor.value)
    return Met(name, inside or (window.anchor,), window.begin, window.end, len(inside), is_short=False)


def _ends_with_its_match(rule: Counting) -> bool:
    """Means and percentiles: nothing has none, so each match asks for the window that ends with it."""
    return rule.measure not in NOTHING_IS_ZERO


def _each_begins_one(rule: Counting) -> bool:
    return rule.wants_nothing or _ends_with_its_match(rule)


def _due(rule: Counting, state: Closing, width: int) -> Iterator[_Window]:
    """The windows not yet judged, earliest first.

    Where silence meets the condition, one begins just after each match. Otherwise one begins with a match when none is open: the tail
    of a crowd is no small group.
    """
    judged = state.judged
    for match in state.matches:
        if match.time <= judged:
            continue
        if _ends_with_its_match(rule):
            yield _Window(match, match.time - width, match.time)
        elif rule.wants_nothing:
            yield _Window(match, match.time + 1, match.time + width)
        else:
            yield _Window(match, match.time, match.time + width)
            judged = match.time + width
