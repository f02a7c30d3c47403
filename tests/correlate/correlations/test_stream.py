"""What a stream does: late, future and repeated events, crashes, floods, and what it costs."""

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlate import record
from correlate.counting import counters, sliding
from correlate.counting.match import MAX_MATCHES, MAX_VALUES, Match
from correlate.counting.raised import SHORT
from correlate.counting.sequence import Sequencer
from correlate.counting.shortfall import FUTURE, LATE, LOST, UNOPENED
from correlate.rules.load import RuleBook
from schemas.detection import DetectionBatch, Found
from schemas.noun import Noun
from schemas.tick import Tick
from tests.builders import ANNECY, VIENNE
from tests.correlate.correlations.story import ID, START, Region, book, correlation, region

THREE = correlation("event_count", "{gte: 3}")
DAY = 86_400.0


def test_a_late_event_counts_as_if_on_time() -> None:
    """Hours behind its own site's logs, within the lateness: the episode is found where it was."""
    told = region(THREE).tick(0).see((0, "a"), (1, "a"), (DAY - 10, "other"), (2, "a"))
    assert told.ends == [2]
    assert told.shortfall == {}


def test_later_than_the_lateness_is_recorded_and_not_counted() -> None:
    """More than a day behind: never mixed in, never dropped in silence."""
    told = region(THREE).tick(0).see((0, "a"), (1, "a")).tick(DAY).see((DAY + 1000, "other"), (2, "a"))
    assert told.ends == []
    assert told.shortfall[ID][LATE] == 1


def test_a_hospital_cut_off_for_three_days_resumes_where_it_was() -> None:
    """Lateness is against the site's own stream: the others' progress and the clock do not make its logs late."""
    told = region(THREE).tick(0).see((0, "a"), (1, "a")).see((3 * DAY, "other"), site=ANNECY).tick(3 * DAY)
    assert told.see((2, "a")).ends == [2]


def test_an_event_from_the_future_is_quarantined() -> None:
    """It is not counted, moves no clock, and its neighbours are unaffected."""
    told = region(THREE).tick(0).see((0, "a"), (1, "a"), (30 * DAY, "a"))
    assert told.ends == []
    assert told.shortfall[ID][FUTURE] == 1
    assert told.see((2, "a")).ends == [2]


def test_a_time_hours_ahead_makes_no_honest_event_late() -> None:
    """Who can write one log line with tomorrow's time cannot switch off what waits for a window to close."""
    told = region(correlation("temporal", "a and not b", rules="[a, b]")).tick(0)
    forged = told.event(DAY - 60, "other")
    told.clock = None
    told.hear(forged)
    told.clock = 0
    assert told.see((1, "a"), (1000, "other")).ends == [11]
    assert told.shortfall == {}


def test_a_late_event_ties_two_episodes_into_one() -> None:
    """Two crowds and what lay between them: no third alert."""
    told = region(THREE).see(*((second, "a") for second in (0, 1, 2, 20, 21, 22)))
    assert told.ends == [2, 22]
    assert told.see((11, "a")).ends == [2, 22]


def test_the_same_batch_twice_counts_once() -> None:
    """A replayed batch is known by its position; the same event in another batch is known by its id."""
    told = region(THREE)
    event = told.event(0, "a")
    told.hear(event).hear(event).hear(event)
    told.position += 1
    told.hear(event)
    assert told.ends == []
    assert told.see((1, "a"), (2, "a")).ends == [2]


@cache
def everything() -> RuleBook:
    """One correlation of each kind, and a chain."""
    texts = (
        THREE,
        correlation("value_count", "{gte: 2, field: size}"),
        correlation("temporal_ordered", rules="[a, b]"),
        correlation("event_count", "{lt: 2}"),
        correlation("temporal", "a and not b", rules="[a, b]"),
        correlation("value_avg", "{gte: 2, field: size}"),
    )
    named = [text.replace(ID, f"{ID[:-2]}{number:02}").replace("the_c", f"c{number}_c") for number, text in enumerate(texts)]
    chain = correlation("temporal", rules=f"[{ID[:-2]}00, b]")
    return book(*named, chain)


def messages(told: Region, moments: list[tuple[int, str, int, str]]) -> list[Noun]:
    """A stream of two sites, with ticks."""
    stream: list[Noun] = []
    for second, what, size, site in moments:
        event = told.event(second, what, site=site, size=size)
        found = tuple(Found(position=told.position, detection=one) for one in told.detector.detect([event])[0])
        stream.append(Tick(now=START + timedelta(seconds=second)))
        stream.append(
            DetectionBatch(site=site, source="s", epoch="e", end=told.position, found=found, reached=event["@timestamp"])
        )
    return [*stream, *(Tick(now=START + timedelta(hours=hour)) for hour in (1, 2, 3))]


MOMENTS = st.lists(
    st.tuples(st.integers(0, 900), st.sampled_from(["a", "b", "a b"]), st.integers(1, 4), st.sampled_from([VIENNE, ANNECY])),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(MOMENTS, st.integers(0, 60), st.integers(0, 5))
def test_a_crash_anywhere_and_a_replay_from_anywhere_give_the_same(
    moments: list[tuple[int, str, int, str]], crash: int, again: int
) -> None:
    """State is bytes: what was put goes on, a turn that was not put is taken again, batches already taken change nothing."""
    whole = Region(everything(), hold=timedelta(seconds=5))
    stream = messages(whole, moments)
    for message in stream:
        whole.step(message)

    before = Region(everything(), hold=timedelta(seconds=5))
    crash %= len(stream)
    for message in stream[:crash]:
        before.step(message)
    kept, said = {key: bytes(value) for key, value in before.memory.items()}, list(before.raised)
    before.step(stream[crash])  # and dies before this turn is put
    after = Region(everything(), hold=timedelta(seconds=5), memory=kept, raised=said)
    for message in (*(one for one in stream[max(0, crash - again) : crash] if isinstance(one, DetectionBatch)), *stream[crash:]):
        after.step(message)

    assert {body["id"]: body for body in after.raised} == {body["id"]: body for body in whole.raised}
    assert {key: value for key, value in after.memory.items() if key.startswith("count/")} == {
        key: value for key, value in whole.memory.items() if key.startswith("count/")
    }


@settings(max_examples=40, deadline=None)
@given(MOMENTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_within_the_hold_changes_nothing(moments: list[tuple[int, str, int, str]], random: object) -> None:
    """What arrives together leaves in the order of event time."""
    results = []
    for shuffled in (False, True):
        told = Region(everything(), hold=timedelta(seconds=5))
        batches = [message for message in messages(told, moments) if isinstance(message, DetectionBatch)]
        if shuffled:
            random.shuffle(batches)  # type: ignore[attr-defined]
            batches = [batch.model_copy(update={"source": f"s{number}"}) for number, batch in enumerate(batches)]
        else:
            batches = [batch.model_copy(update={"source": f"s{number}"}) for number, batch in enumerate(batches)]
        told.tick(1000)
        for batch in batches:
            told.step(batch)
        told.tick(1006).tick(1007).tick(20_000)
        results.append({body["id"]: body for body in told.raised})
    assert results[0] == results[1]


@pytest.mark.parametrize(("kind", "condition"), [("event_count", "{gte: 700}"), ("value_count", "{gte: 300, field: size}")])
def test_a_flood_stays_within_the_declared_size(kind: str, condition: str) -> None:
    """However many matches, the record is small enough for a changelog entry, and what had to go is counted."""
    told = region(correlation(kind, condition, span="1h"))
    told.see(*((number / 10, "a") for number in range(2000)), size="x" * 60 + "y") if kind == "event_count" else [
        told.hear(told.event(number / 10, "a", size=f"{number:064}", host__name="h" * 200)) for number in range(1000)
    ]
    assert max(map(len, told.memory.values())) <= record.MAX_STATE
    assert told.shortfall[ID][LOST] > 0
    assert told.raised


def test_a_count_over_the_bound_is_too_low_and_says_so() -> None:
    """Values beyond what is kept are forgotten: fewer are counted, never more, and the alert carries the sign."""
    told = region(correlation("value_count", "{gte: 300, field: size}", span="1h"))
    for number in range(3 * MAX_VALUES):
        told.hear(told.event(number / 10, "a", size=str(number)))
    assert told.raised[0]["signs"] == []
    assert told.raised[-1]["signs"] == [SHORT]
    assert [body["counted"] for body in told.raised] == [300, 600, 1200]


def test_a_flood_of_one_rule_pushes_no_other_out() -> None:
    """A, then a thousand B, then C: the sequence is found."""
    told = region(correlation("temporal_ordered", rules="[a, b, c]", span="1h"))
    told.see((0, "a"), *((1 + number / 10, "b") for number in range(1000)), (200, "c"))
    assert told.ends == [200]


def test_too_many_open_windows_open_no_more() -> None:
    """Groups beyond the bound are not watched for absence; the shortfall says how many matches that was."""
    told = region(correlation("event_count", "{eq: 0}"))
    for number in range(counters.MAX_OPEN + 3):
        told.hear(told.event(number / 1000, "a", user=f"user{number}"))
    assert told.shortfall[ID][UNOPENED] == 3
    assert len(told.see((1000, "other")).raised) == counters.MAX_OPEN
    assert max(map(len, told.memory.values())) <= record.MAX_STATE


def test_made_up_names_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound no group is opened, those that are known go on, and a sweep makes room again; another site has its own room."""
    monkeypatch.setattr("correlate.counting.group.MAX_GROUPS", 5)
    told = region(THREE).tick(0).see((0, "a"), (1, "a"))
    for number in range(10):
        told.see((1, "a"), user=f"made up {number}")
    assert told.shortfall[ID][UNOPENED] == 6
    assert sum(key.startswith("count/") for key in told.memory) == 5
    assert told.see((2, "a")).ends == [2]
    assert told.see((0, "a"), (1, "a"), (2, "a"), site=ANNECY).ends == [2, 2]
    told.tick(9 * DAY).see(*((9 * DAY + second, "a") for second in (0, 1, 2)), user="a new one")
    assert told.ends == [2, 2, 9 * DAY + 2]


def test_what_lost_matches_is_not_judged_absent() -> None:
    """A bound may hide an alert and never makes one: a window that lost matches cannot be *fewer than*."""
    told = region(correlation("event_count", "{gt: 0, lt: 750}", span="1h"))
    told.see(*((number, "a") for number in range(MAX_MATCHES + 300)), (20_000, "other"))
    assert told.ends == []


def visited(number: int) -> int:
    """Steps that the worst order costs: never a C, and as many A and B as can be."""
    sequencer = Sequencer(("a", "b", "c"))
    for time in range(number):
        sequencer.add([Match(time, str(time), time % 2)])
    return sequencer.visited


def test_an_adversarial_ordered_rule_costs_one_step_a_match() -> None:
    """Twice the events, twice the steps: no chain is tried twice."""
    assert [visited(number) for number in (500, 1000, 2000)] == [500, 1000, 2000]


def test_a_changed_correlation_starts_clean_and_an_unchanged_one_goes_on() -> None:
    """New rules over the old memory: what is written as before keeps its count, what is written otherwise forgets it."""
    before = region(THREE).see((0, "a"), (1, "a"))
    unchanged = Region(book(THREE), memory=dict(before.memory), position=10).see((2, "a"))
    changed = Region(book(correlation("event_count", "{gte: 2}")), memory=dict(before.memory), position=10).see((2, "a"))
    assert (unchanged.ends, changed.ends) == ([2], [])

    waiting = region(correlation("event_count", "{eq: 0}")).see((0, "a"))
    other = Region(book(THREE), memory=dict(waiting.memory), position=10)
    assert other.see((5000, "other"), (5001, "a"), (5002, "a"), (5003, "a")).ends == [5003]


WORST = ("ab", "bac", "cba", "bbaac")
"""Orders that never, or only late, make a sequence."""


@pytest.mark.parametrize("order", WORST)
def test_a_flood_costs_the_same_for_each_match(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the state machine: what one match looks at is bounded by what is kept, whatever came before, and late ones too."""
    looked = []

    class Counted(Sequencer):
        def add(self, moment: object) -> None:
            before = self.visited
            super().add(moment)  # type: ignore[arg-type]
            looked[-1] += self.visited - before

    monkeypatch.setattr("correlate.counting.gauge.Sequencer", Counted)
    definition = book(correlation("temporal_ordered", rules="[a, b, c]", span="1h")).countings[0]
    state = sliding.Sliding()
    for time in range(2000):
        looked.append(0)
        late = time - 200 if time % 50 == 7 else time
        new = Match(late, str(time), "abc".index(order[time % len(order)]))
        state, _ = sliding.step(definition, state, new, width=3_600_000_000, reach=0)
    assert max(looked) <= MAX_MATCHES
    assert sum(looked[1000:]) <= 1000 * MAX_MATCHES
    if "c" not in order:
        assert sum(looked) <= 2 * MAX_MATCHES * (2000 // 50)
