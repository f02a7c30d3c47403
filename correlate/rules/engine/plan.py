"""The rules of one log source and what to look for: a slice of events in, the events that each rule may match out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from correlate.rules.engine.atoms import Atom
from correlate.rules.engine.columns import Slice
from correlate.rules.engine.scan import Make
from correlate.rules.engine.witness import Witness
from correlate.rules.reading import Names

Candidates = dict[int, int]
"""Rule, by its number, and the mask of the events that it may match."""

Numbers = tuple[int, ...]


class FieldIndex:
    """The atoms of one field, and the rules that each makes a candidate."""

    __slots__ = ("_ascii_only", "_needs", "_present", "_scanner", "names")

    def __init__(self, names: Names, rules_of: Mapping[Atom, Iterable[int]], make: Make) -> None:
        self.names = names
        patterns: defaultdict[bytes, list[int]] = defaultdict(list)
        present: list[int] = []
        ascii_only: list[int] = []
        for atom, rules in rules_of.items():
            (patterns[atom.pattern] if atom.pattern else present).extend(rules)
            if atom.ascii_only:
                ascii_only.extend(rules)
        self._present: Numbers = tuple(dict.fromkeys(present))
        self._ascii_only: Numbers = tuple(dict.fromkeys(ascii_only))
        self._needs: tuple[Numbers, ...] = tuple(tuple(dict.fromkeys(rules)) for rules in patterns.values())
        self._scanner = make(tuple(patterns)) if patterns else None

    def look(self, events: Slice, candidates: Candidates) -> None:
        """Add the candidates of this field."""
        column = events.column(self.names)
        if not column.some:
            return
        if self._present:
            _add(candidates, self._present, column.present)
        if self._ascii_only and (wide := column.wide):
            _add(candidates, self._ascii_only, wide)
        hits = self._scanner.scan(column.data) if self._scanner else ()
        if not hits:
            return
        ends = column.ends()
        found: dict[int, int] = {}
        for number, end in hits:
            found[number] = found.get(number, 0) | 1 << bisect_left(ends, end)
        for number, mask in found.items():
            _add(candidates, self._needs[number], mask)


class Plan:
    """The witnesses of some rules, by field, and the rules that have none."""

    __slots__ = ("_always", "_fields")

    def __init__(self, witnesses: Mapping[int, Witness], always: Sequence[int], make: Make) -> None:
        fields: defaultdict[Names, defaultdict[Atom, list[int]]] = defaultdict(lambda: defaultdict(list))
        for rule, atoms in witnesses.items():
            for atom in atoms:
                fields[atom.names][atom].append(rule)
        self._fields = tuple(FieldIndex(names, rules_of, make) for names, rules_of in fields.items())
        self._always = tuple(always)

    def candidates(self, events: Slice) -> Candidates:
        """The events that each rule may match; a rule that is not named matches none."""
        found: Candidates = dict.fromkeys(self._always, events.all)
        for field in self._fields:
            field.look(events, found)
        return found


def _add(candidates: Candidates, rules: Numbers, mask: int) -> None:
    for rule in rules:
        candidates[rule] = candidates.get(rule, 0) | mask
