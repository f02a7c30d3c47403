"""Rules over batches of events: candidates from the plan of each log source, confirmed by the function of each rule."""

from collections.abc import Hashable, Sequence
from functools import lru_cache

from correlate.rules.compile import Evaluation
from correlate.rules.engine.calibrate import SAMPLE, Sample, guess
from correlate.rules.engine.columns import MAX_SLICE, Slice
from correlate.rules.engine.confirm import Confirm, confirm_of
from correlate.rules.engine.pages import Pages
from correlate.rules.engine.plan import Plan
from correlate.rules.engine.ports import Later, NoShelf, Shelf, now
from correlate.rules.engine.requirement import Requirement, requirement
from correlate.rules.engine.scan import scanners
from correlate.rules.engine.witness import Cost, Witness, atoms_in, witness
from correlate.rules.route import Router, source_key
from correlate.rules.rule import Rule
from schemas.event import Event

NO_SHELF = NoShelf()

MAX_KEYS = 4096
"""Kinds of events whose lane is remembered; a log line chooses its kind."""
LONGER = 16
"""A lane is calibrated again when it has seen so many times what it had seen: a stream drifts slowly, and plans cost."""
MAX_LANES = 256
"""Lanes are as many as sets of rules that one event may concern; the oldest is forgotten."""


class Judge:
    """One rule: what it requires and what confirms it, each made when first asked."""

    __slots__ = ("_confirm", "_required", "guessed", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.guessed: Witness | None = None
        """The witness of the first lane that it was in, before any event was seen."""
        self._confirm: Confirm | None = None
        self._required: Requirement | bool | None = False

    @property
    def required(self) -> Requirement | None:
        """What an event must hold, or None."""
        if isinstance(self._required, bool):
            predicate = self.rule.predicate
            self._required = requirement(predicate.tree) if isinstance(predicate, Evaluation) else None
        return self._required

    def matches(self, events: Slice, places: Sequence[int]) -> list[int]:
        """The events, of those given, that match."""
        predicate = self.rule.predicate
        if self._confirm is None:
            if not isinstance(predicate, Evaluation):
                return [place for place in places if predicate(events.reading(place))]
            self._confirm = confirm_of(predicate.tree)
        found = self._confirm(events, places)
        if not events.odd:
            return found
        odd = [place for place in places if events.odd >> place & 1 and predicate(events.reading(place))]
        return [place for place in found if not events.odd >> place & 1] + odd


class Lane:
    """What concerns the events of one log source: its plan, and the sample from which the next plan is made."""

    def __init__(self, judges: dict[int, Judge], shelf: Shelf, later: Later) -> None:
        self._make = scanners(shelf)
        self._later = later
        self._required = {number: required for number, judge in judges.items() if (required := judge.required)}
        self._always = [number for number in judges if number not in self._required]
        self._seen = 0
        self._next = 0
        self._sample: Sample | None = None
        self.plan = Plan(self._guessed(judges), self._always, self._make)

    def candidates(self, events: Slice) -> dict[int, int]:
        """See ``Plan.candidates``."""
        self._observe(events)
        return self.plan.candidates(events)

    def _guessed(self, judges: dict[int, Judge]) -> dict[int, Witness]:
        cost: Cost | None = None
        for number, required in self._required.items():
            if judges[number].guessed is None:
                cost = cost or guess(self._required.values())
                judges[number].guessed = witness(required, cost)
        return {number: found for number in self._required if (found := judges[number].guessed)}

    def _planned(self, cost: Cost) -> Plan:
        chosen: dict[int, Witness] = {number: witness(required, cost) for number, required in self._required.items()}
        return Plan(chosen, self._always, self._make)

    def _observe(self, events: Slice) -> None:
        """Sample at the start and after ever longer runs of events, and have a plan made of each sample."""
        if self._sample is None and self._seen >= self._next and self._required:
            self._sample = Sample({atom.names for required in self._required.values() for atom in atoms_in(required)})
        self._seen += len(events.events)
        if self._sample is None:
            return
        self._sample.take(events)
        if self._sample.events >= SAMPLE:
            sample, self._sample = self._sample, None
            self._next = self._seen * LONGER
            self._later(lambda: self._recalibrate(sample))

    def _recalibrate(self, sample: Sample) -> None:
        self.plan = self._planned(sample.cost())


class Engine:
    """Evaluates rules over batches.

    Args:
        rules: The rules, in the order in which matches are given.
        shelf: Where compiled forms are kept from one start to the next.
        later: Who makes new plans while the stream goes on.
    """

    def __init__(self, rules: Sequence[Rule], shelf: Shelf = NO_SHELF, later: Later = now) -> None:
        self._router = Router(rules)
        self._judges = [Judge(rule) for rule in rules]
        self._numbers = {id(rule): number for number, rule in enumerate(rules)}
        self._lanes: dict[tuple[int, ...], Lane] = {}
        self._by_key: dict[Hashable, Lane] = {}
        self._pages = Pages()
        self._shelf = shelf
        self._later = later

    def matches(self, events: Sequence[Event]) -> list[list[Rule]]:
        """For each event the rules that match it, in the order of the rules."""
        found: list[list[int]] = [[] for _ in events]
        by_source: dict[int, tuple[Lane, list[int]]] = {}
        for place, event in enumerate(events):
            lane = self._lane(event)
            by_source.setdefault(id(lane), (lane, []))[1].append(place)
        for lane, places in by_source.values():
            for start in range(0, len(places), MAX_SLICE):
                self._slice(lane, events, places[start : start + MAX_SLICE], found)
        return [[self._judges[number].rule for number in sorted(numbers)] for numbers in found]

    def _slice(self, lane: Lane, events: Sequence[Event], places: list[int], found: list[list[int]]) -> None:
        chosen = Slice([events[place] for place in places], self._pages)
        for number, mask in lane.candidates(chosen).items():
            for place in self._judges[number].matches(chosen, _places(mask)):
                found[places[place]].append(number)

    def _lane(self, event: Event) -> Lane:
        key = source_key(event)
        try:
            lane = self._by_key.get(key)
        except TypeError:  # an object where a name should be
            return self._lane_of(event)
        if lane is None:
            if len(self._by_key) >= MAX_KEYS:
                self._by_key.clear()
            lane = self._by_key[key] = self._lane_of(event)
        return lane

    def _lane_of(self, event: Event) -> Lane:
        numbers = tuple(self._numbers[id(rule)] for rule in self._router.rules_for(event))
        lane = self._lanes.get(numbers)
        if lane is None:
            if len(self._lanes) >= MAX_LANES:
                self._lanes.pop(next(iter(self._lanes)))
                self._by_key.clear()
            judges = {number: self._judges[number] for number in numbers}
            lane = self._lanes[numbers] = Lane(judges, self._shelf, self._later)
        return lane


@lru_cache(maxsize=1 << 14)
def _places(mask: int) -> tuple[int, ...]:
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)
