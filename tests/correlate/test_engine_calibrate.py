"""correlate.rules.engine.calibrate: witnesses follow the stream, matches do not."""

from collections.abc import Callable

from correlate.rules.engine.calibrate import SAMPLE
from correlate.rules.engine.engine import Engine
from correlate.rules.engine.ports import NoShelf
from tests.correlate.engine_cases import matched, rules_of, scanned, selecting

RULES = rules_of(
    selecting({"f|contains": "usual", "g|contains": "rare"}),
    selecting({"f|contains": "rare", "g|contains": "usual"}),
    selecting({"f|endswith": ["l", "m"], "g": ["x usual", "q"]}),
    selecting({"f": None, "g|contains": "usual"}),
)
STREAM = [
    {"f": f"x usual {number}", "g": "x usual" if number % 3 else "a rare x"} if number % 5 else {"g": "usual l"}
    for number in range(3 * SAMPLE)
]


def test_a_new_plan_changes_no_match() -> None:
    """Before, while and after plans are made of what was seen, the engine gives what the scan gives."""
    engine = Engine(RULES)
    found = [ids for start in range(0, len(STREAM), 100) for ids in matched(engine, STREAM[start : start + 100])]

    assert found == scanned(RULES, STREAM)
    assert any(found)


def test_the_plan_is_made_of_what_was_seen() -> None:
    """After the sample the engine looks for what the stream lacks: fewer rules are candidates, none that matches is missing."""
    before, after = (Engine(RULES, NoShelf(), work) for work in (lambda _: None, lambda work: work()))
    for engine in (before, after):
        engine.matches(STREAM)

    assert _tried(after) < _tried(before)
    assert matched(after, STREAM) == matched(before, STREAM)


def test_work_that_is_never_done_costs_only_time() -> None:
    """Whoever should make the plan forgets it: the first plan goes on."""
    forgotten: list[Callable[[], None]] = []
    engine = Engine(RULES, NoShelf(), forgotten.append)

    assert matched(engine, STREAM) == scanned(RULES, STREAM)
    assert len(forgotten) == 1


def test_a_plan_that_comes_late_is_taken_between_two_slices() -> None:
    """Work done between two batches, as a thread would."""
    waiting: list[Callable[[], None]] = []
    engine = Engine(RULES, NoShelf(), waiting.append)
    engine.matches(STREAM[:SAMPLE])

    for work in waiting:
        work()

    assert matched(engine, STREAM) == scanned(RULES, STREAM)


def _tried(engine: Engine) -> int:
    """Candidates of the whole stream."""
    from correlate.rules.engine.columns import MAX_SLICE, Slice
    from correlate.rules.engine.pages import Pages

    (lane,) = engine._lanes.values()
    slices = [Slice(STREAM[start : start + MAX_SLICE], Pages()) for start in range(0, len(STREAM), MAX_SLICE)]
    return sum(mask.bit_count() for events in slices for mask in lane.plan.candidates(events).values())
