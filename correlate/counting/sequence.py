"""Finds whether the rules matched in the order written, in one pass with one small state per step."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from correlate.counting.match import Match

_Chain = tuple[int, str]
"""When a sequence began, and the event that it has come to."""


class Sequencer:
    """Of all sequences that have come to a step, it keeps the one that began nearest: whatever follows, no other is better.

    A later event is later or at the same moment, since logs with whole seconds tell no more; but an event does not follow itself, which
    is why the best sequence that has come there by another event is kept too.

    Args:
        steps: The ids of the rules in their order; one may come twice. A match names the first place of its rule.
        backwards: Moments come latest first, and sequences are followed from their last step to their first.
    """

    def __init__(self, steps: Sequence[str], *, backwards: bool = False) -> None:
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        for place, rule in enumerate(steps):
            self._places[steps.index(rule)].append(len(steps) - 1 - place if backwards else place)
        self._sign = -1 if backwards else 1
        self._last = 0 if backwards else len(steps) - 1
        self._best: list[list[_Chain]] = [[] for _ in steps]
        self.visited = 0
        """Steps looked at so far: what it costs."""

    @property
    def begun(self) -> int | None:
        """When the whole sequence that began nearest began; None when there is none."""
        return self._sign * self._best[-1][0][0] if self._best[-1] else None

    def may_end(self, moment: Iterable[Match]) -> bool:
        """Whether a match of the last step is among these: only there a sequence is whole."""
        return any(self._last in self._places[found.rule] for found in moment)

    def add(self, moment: Iterable[Match]) -> None:
        """All matches of the next moment."""
        for place, match in sorted((place, found) for found in moment for place in self._places[found.rule]):
            self.visited += 1
            if place == 0:
                self._reach(0, (self._sign * match.time, match.event))
            else:
                before = next((chain for chain in self._best[place - 1] if chain[1] != match.event), None)
                if before:
                    self._reach(place, (before[0], match.event))

    def _reach(self, place: int, chain: _Chain) -> None:
        others = [known for known in self._best[place] if known[1] != chain[1]]
        same = [known for known in self._best[place] if known[1] == chain[1]]
        self._best[place] = sorted([max([chain, *same]), *others], reverse=True)[:2]
