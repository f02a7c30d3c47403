"""The engine against the brute-force reference, in every order of arrival."""

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlate.counting import closing, sliding
from correlate.counting.definition import Counting
from correlate.counting.match import Match
from tests.correlate.correlations.naive import Seen, episodes, silences
from tests.correlate.correlations.story import book, correlation

WIDTH = 10
REACH = 10_000
KINDS = ("event_count", "value_count", "value_sum", "temporal", "temporal_ordered")
STEPS = 3


@cache
def rule(kind: str, condition: str) -> Counting:
    """A correlation of this type over three rules."""
    return book(correlation(kind, condition, rules="[a, b, c]")).countings[0]


def seen(kind: str) -> st.SearchStrategy[list[Seen]]:
    """Matches as this type keeps them, crowded and with equal times, each once."""
    by_rule = kind.startswith("temporal")
    rules = st.integers(0, STEPS - 1) if by_rule else st.just(0)
    values = st.sampled_from(["1", "2", "5"]) if kind.startswith("value") else st.just("")
    events = st.integers(0, 30).map(str)
    pairs = st.builds(Seen, st.integers(0, 60), events, rules, values)
    return st.lists(pairs, max_size=14, unique_by=(lambda one: (one.event, one.rule)) if by_rule else (lambda one: one.event))


def matches(found: list[Seen]) -> list[Match]:
    """As the engine has them."""
    return [Match(one.time, one.event, one.rule, one.value) for one in found]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_order_of_arrival_gives_the_episodes_of_the_reference(kind: str, data: st.DataObject) -> None:
    """Which stretches there are, and how many matches each has, is a function of what happened and not of what came first."""
    found = data.draw(seen(kind))
    least = data.draw(st.integers(1, 3)) if kind != "temporal_ordered" else 1
    arriving = data.draw(st.permutations(found))
    condition = f"{{gte: {least}}}" if kind in {"event_count", "temporal"} else f"{{gte: {least}, field: size}}"
    definition = rule(kind, condition if kind != "temporal_ordered" else "")
    state = sliding.Sliding()
    told: set[str] = set()
    for match in matches(arriving):
        state, met = sliding.step(definition, state, match, width=WIDTH, reach=REACH)
        told |= {met.name} if met else set()

    expected = episodes(kind, found, WIDTH, least, STEPS)
    assert [(one.first, one.last) for one in state.episodes] == [one[:2] for one in expected]
    assert all(one.told <= count < 2 * one.told for one, (_, _, count) in zip(state.episodes, expected, strict=True))
    assert len(told) >= len(expected)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_order_of_arrival_finds_the_silences_of_the_reference(data: st.DataObject) -> None:
    """What is judged when its window closes does not depend on the order in which it came, nor on how often the line moved."""
    found, most = data.draw(seen("event_count")), data.draw(st.integers(0, 2))
    arriving = matches(data.draw(st.permutations(found)))
    definition = rule("event_count", f"{{lte: {most}}}")
    state = closing.Closing()
    for match in arriving:
        state = closing.add(state, match)
    told = []
    for line in sorted({*data.draw(st.lists(st.integers(0, 90), max_size=3)), 1000}):
        state, met = closing.judge(definition, state, line, WIDTH)
        told += [one.end for one in met]

    assert told == silences(found, WIDTH, most)
    assert closing.due(definition, state, WIDTH) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ABC")), max_size=12), st.integers(5, 15))
def test_lines_and_arrivals_may_interleave(moments: list[tuple[int, str]], patience: int) -> None:
    """A stream that is at most ``patience`` out of order gives what it gives when all is heard before anything is judged."""
    found = sorted({Match(time, f"{name}{number}", 0, "") for number, (time, name) in enumerate(moments)})
    definition = rule("event_count", "{lt: 2}")
    at_once = closing.Closing()
    for match in found:
        at_once = closing.add(at_once, match)
    _, expected = closing.judge(definition, at_once, 1000, WIDTH)
    late_first = sorted(found, key=lambda match: (match.time + ord(match.event[0]) * int(match.event[1:]) % patience, match))
    state, told, line = closing.Closing(), [], 0
    for match in late_first:
        line = max(line, match.time - patience)
        state = closing.add(state, match)
        state, met = closing.judge(definition, state, line, WIDTH)
        told += met
    _, met = closing.judge(definition, state, 1000, WIDTH)

    assert [one.end for one in (*told, *met)] == [one.end for one in expected]


def test_a_timespan_is_kept_in_microseconds() -> None:
    """The engine's times are whole microseconds; a timespan of a week fits."""
    assert rule("event_count", "{gte: 2}").window == timedelta(seconds=10)
