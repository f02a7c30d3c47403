"""Where a match counts: its group and its measured value in each correlation that refers to its rule."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from correlate.counting.definition import Counting
from correlate.rules.correlation import SitesWithin
from correlate.rules.reading import Names, Reading
from schemas.detection import Group


class _Place(NamedTuple):
    """What one correlation reads in the events of one rule; ``exact`` when case matters in the value."""

    correlation: str
    by: Sequence[Names]
    value: Names | None
    exact: bool


class Grouping:
    """The correlations of each rule.

    Args:
        over_sites: The "k sites within w" rules.
        countings: The correlations inside trust domains.
    """

    def __init__(self, over_sites: Iterable[SitesWithin] = (), countings: Iterable[Counting] = ()) -> None:
        self._places: defaultdict[str, list[_Place]] = defaultdict(list)
        self._silent: dict[str, bool] = {}
        for outer in over_sites:
            self._add(outer, {rule: _Place(outer.id, outer.group_by, outer.field, exact=True) for rule in outer.rules})
        for one in countings:
            places = {rule: _Place(one.id, one.keys[rule], one.fields.get(rule), exact=False) for rule in one.rules}
            self._add(one, places)

    def _add(self, correlation: SitesWithin | Counting, places: dict[str, _Place]) -> None:
        for rule, place in places.items():
            self._places[rule].append(place)
            self._silent[rule] = self._silent.get(rule, True) and not correlation.generate

    def is_evidence_only(self, rule_id: str) -> bool:
        """Whether a rule alerts only through the correlations that refer to it: none of them says *generate*."""
        return self._silent.get(rule_id, False)

    def of(self, rule_id: str, reading: Reading) -> tuple[Group, ...]:
        """Where a match of the rule counts."""
        return tuple(group for place in self._places.get(rule_id, ()) for group in _groups(place, reading))


def _groups(place: _Place, reading: Reading) -> Iterator[Group]:
    """One group for each counted value; none when a field is missing or a group-by field has several values: never pooled."""
    keys = [_only(reading, names) for names in place.by]
    by = tuple(key for key in keys if key is not None)
    if len(by) != len(keys):
        return
    if place.value is None:
        yield Group(correlation=place.correlation, by=by, value="")
        return
    values = reading.texts(place.value) if place.exact else reading.folded(place.value)
    for value in dict.fromkeys(values):
        yield Group(correlation=place.correlation, by=by, value=value)


def _only(reading: Reading, names: Names) -> str | None:
    """The only value, without case: strings are equal without case in Sigma."""
    folded = reading.folded(names)
    return folded[0] if len(folded) == 1 else None
