"""Match: one thing that a correlation counts; Matches: those of one group that may still matter, within a declared size."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

MAX_MATCHES = 800
"""Matches kept of one group: 60 bytes each, so that a record stays below ``record.MAX_STATE``."""
MAX_VALUES = 400
"""Matches kept of one group when each says a value: up to 130 bytes each."""
SPARE = 50
"""How many leave when there are too many: trimmed rarely, so that a flood does not pay for it with every match."""
MAX_VALUE = 64
"""Characters of a value that are kept; a longer one is kept as its beginning and its digest."""


class Match(NamedTuple):
    """Sorts by event time, then by content, so that the order of arrival leaves no trace."""

    time: int
    """Event time in microseconds."""
    event: str
    """Id of the event, or of the detection of an inner correlation."""
    rule: int = 0
    """Place of the rule among the correlation's; 0 when it does not matter which."""
    value: str = ""
    """What the measured field says; empty when none is."""
    site: str = ""


class Kept(NamedTuple):
    """What ``insert`` leaves out: the matches that had to go, latest time last."""

    matches: tuple[Match, ...]
    gone: tuple[Match, ...] = ()
    is_new: bool = True


def insert(matches: tuple[Match, ...], new: Match, oldest: int) -> Kept:
    """Add a match; those before ``oldest`` leave, then, when there are too many, the oldest of what there is most of.

    A match that is already there changes nothing.
    """
    place = bisect_left(matches, new)
    if matches[place : place + 1] == (new,):
        return Kept(matches, is_new=False)
    alive = bisect_left(matches, (oldest,))
    kept = list(matches[alive:])
    insort(kept, new)
    most = MAX_VALUES if new.value else MAX_MATCHES
    gone = _surplus(kept, most - SPARE) if len(kept) > most else set()
    left = tuple(match for match in kept if match not in gone) if gone else tuple(kept)
    return Kept(left, (*matches[:alive], *sorted(gone)))


def _surplus(kept: list[Match], most: int) -> set[Match]:
    """The oldest of the noisiest rule and value, again and again; a flood of one thing pushes no other out."""
    of_a_kind: dict[tuple[int, str], list[Match]] = {}
    for match in reversed(kept):
        of_a_kind.setdefault((match.rule, match.value), []).append(match)
    noisiest = [(-len(found), found[-1], kind) for kind, found in of_a_kind.items()]
    heapify(noisiest)
    gone: set[Match] = set()
    for _ in range(len(kept) - most):
        size, oldest, kind = heappop(noisiest)
        gone.add(oldest)
        of_a_kind[kind].pop()
        if of_a_kind[kind]:
            heappush(noisiest, (size + 1, of_a_kind[kind][-1], kind))
    return gone


def between(matches: tuple[Match, ...], first: int, last: int) -> tuple[Match, ...]:
    """Those whose time is in ``[first, last]``."""
    return matches[bisect_left(matches, (first,)) : bisect_left(matches, (last + 1,))]


def load(rows: Iterable[Any]) -> tuple[Match, ...]:
    """From the plain values of a record."""
    return tuple(Match(*row) for row in rows)


def events_of(matches: Iterable[Match]) -> Iterator[str]:
    """Each event once, earliest first."""
    return iter(dict.fromkeys(match.event for match in matches))
