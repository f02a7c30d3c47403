"""How often each atom is seen: guessed from the rules at first, counted on events of the stream later."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

from correlate.rules.engine.atoms import Atom
from correlate.rules.engine.columns import Slice
from correlate.rules.engine.requirement import Requirement
from correlate.rules.engine.witness import Cost, atoms_in
from correlate.rules.reading import Names

SAMPLE = 256
"""Events of a sample."""
MAX_SAMPLED = 1 << 15
"""Bytes of one field after which a sample keeps no more slices of it: each atom of each rule is counted in them."""
SCANNED = 0.02
"""What looking for an atom costs in any case, in candidates: among atoms never seen the fewest are looked for."""


def guess(requirements: Iterable[Requirement]) -> Cost:
    """Before any event is seen: what many rules ask for is frequent, and what is long is rare."""
    used = Counter(atom for required in requirements for atom in atoms_in(required))

    def cost(atom: Atom) -> float:
        return used[atom] / (1 + len(atom.pattern)) ** 2 if atom.pattern else 1.0

    return cost


class Sample:
    """The columns of some events, all of one log source."""

    def __init__(self, fields: Iterable[Names]) -> None:
        self._fields = tuple(fields)
        self._texts: dict[Names, list[bytes]] = {names: [] for names in self._fields}
        self._present: Counter[Names] = Counter()
        self._sampled: Counter[Names] = Counter()
        self._room = dict.fromkeys(self._fields, MAX_SAMPLED)
        self.events = 0

    def take(self, events: Slice) -> None:
        """Keep the columns of a slice."""
        self.events += len(events.events)
        for names in self._fields:
            column = events.column(names)
            if column.some:
                self._present[names] += column.present.bit_count()
                if self._room[names] > 0:
                    self._texts[names].append(column.data)
                    self._room[names] -= len(column.data)
                    self._sampled[names] += len(events.events)

    def cost(self) -> Cost:
        """How often an atom stands in the text of an event."""
        texts = {names: b"".join(parts) for names, parts in self._texts.items() if parts}
        events = max(1, self.events)

        @cache
        def cost(atom: Atom) -> float:
            if not atom.pattern:
                return self._present[atom.names] / events
            text = texts.get(atom.names)
            return SCANNED + text.count(atom.pattern) / self._sampled[atom.names] if text else 0.0

        return cost
