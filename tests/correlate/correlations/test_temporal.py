"""temporal and temporal_ordered: several rules near one another, in any order or in the order written."""

from itertools import permutations

import pytest

from tests.correlate.correlations.story import correlation, refusal, region

ALL = correlation("temporal", rules="[a, b, c]")
ORDERED = correlation("temporal_ordered", rules="[a, b, c]")


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_temporal_wants_all_rules_in_any_order(order: tuple[str, ...]) -> None:
    """Without a condition all of them must match; two are not enough, three of one are not either."""
    first, second, third = order
    told = region(ALL).see((0, first), (1, first), (2, second), (3, first))
    assert told.ends == []
    assert told.see((4, third)).ends == [4]


def test_temporal_with_a_number_wants_so_many_different_rules() -> None:
    """gte: 2 of three rules."""
    text = correlation("temporal", "{gte: 2}", rules="[a, b, c]")
    assert region(text).see((0, "a"), (1, "a")).ends == []
    assert region(text).see((0, "c"), (1, "a")).ends == [1]


def test_one_event_that_all_rules_match_is_enough() -> None:
    """Each rule matched; a temporal correlation does not ask for different events."""
    assert region(ALL).see((0, "a b c")).ends == [0]


@pytest.mark.parametrize(
    ("expression", "moments", "ends"),
    [
        ("a and b", [(0, "a"), (1, "b")], [1]),
        ("a and (b or c)", [(0, "a"), (1, "c")], [1]),
        ("a and (b or c)", [(0, "b"), (1, "c")], []),
        ("a or b", [(0, "b")], [0]),
        ("a and b or c", [(0, "c")], [0]),
    ],
)
def test_extended_conditions(expression: str, moments: list[tuple[float, str]], ends: list[float]) -> None:
    """and, or and parentheses over the rules, precedence as in detection rules."""
    rules = "[a, b, c]" if "c" in expression else "[a, b]"
    assert region(correlation("temporal", expression, rules=rules)).see(*moments).ends == ends


def test_an_extended_condition_names_the_rules_itself() -> None:
    """Without a list of rules, the expression says which they are."""
    text = correlation("temporal", "a and b").replace("    rules: [a]\n", "")
    assert region(text).see((0, "a"), (1, "b")).ends == [1]


def test_ordered_takes_the_order_written() -> None:
    """A, B, C fires; A, C, B and every other order do not."""
    for order in permutations("abc"):
        ends = region(ORDERED).see(*zip((0, 1, 2), order, strict=True)).ends
        assert ends == ([2] if order == ("a", "b", "c") else [])


def test_the_order_is_that_of_event_time_and_not_of_arrival() -> None:
    """C heard first and A last is A, B, C all the same."""
    assert region(ORDERED).see((2, "c"), (1, "b"), (0, "a")).ends == [2]


def test_milliseconds_decide_the_order() -> None:
    """B before A in one second is B before A."""
    text = correlation("temporal_ordered", rules="[a, b]")
    assert region(text).see((0.007, "b"), (0.008, "a")).ends == []
    assert region(text).see((0.008, "b"), (0.007, "a")).ends == [0.008]


def test_the_same_moment_is_in_order_and_one_event_does_not_follow_itself() -> None:
    """Logs of whole seconds tell no more; a single event that two steps match is no sequence."""
    text = correlation("temporal_ordered", rules="[a, b]")
    assert region(text).see((5, "b"), (5, "a")).ends == [5]
    assert region(text).see((5, "a b")).ends == []
    assert region(text).see((5, "a b"), (6, "a b")).ends == [6]


def test_the_whole_sequence_lies_in_the_timespan() -> None:
    """From first to last step, both ends counted."""
    assert region(ORDERED).see((0, "a"), (5, "b"), (10, "c")).ends == [10]
    assert region(ORDERED).see((0, "a"), (5, "b"), (10.001, "c")).ends == []


def test_a_repeated_first_step_begins_anew() -> None:
    """The latest A counts: an old one does not make the sequence too long."""
    assert region(ORDERED).see((0, "a"), (9, "a"), (10, "b"), (15, "c")).ends == [15]
    assert region(ORDERED).see((0, "a"), (1, "b"), (9, "a"), (12, "c")).ends == []


def test_a_rule_may_be_two_steps() -> None:
    """A, A, B wants two events of A before B."""
    text = correlation("temporal_ordered", rules="[a, a, b]")
    assert region(text).see((0, "a"), (1, "b")).ends == []
    assert region(text).see((0, "a"), (1, "a"), (2, "b")).ends == [2]


def test_groups_hold_sequences_apart() -> None:
    """A of one user and B of another is no sequence."""
    text = correlation("temporal_ordered", rules="[a, b]")
    assert region(text).see((0, "a")).see((1, "b"), user="eve").ends == []


@pytest.mark.parametrize(
    ("condition", "reason"),
    [("a or b", "no order"), ("a and not b", "no order"), ("{gte: 1}", "needs all"), ("{lt: 2}", "needs all")],
)
def test_what_has_no_order_is_refused(condition: str, reason: str) -> None:
    """The specification orders whole lists only."""
    assert reason in refusal(correlation("temporal_ordered", condition, rules="[a, b]"))


def test_an_ordered_condition_of_and_is_the_order_written() -> None:
    """``a and b`` with the type *ordered* means a, then b."""
    text = correlation("temporal_ordered", "a and b", rules="[a, b]")
    assert region(text).see((0, "b"), (1, "a")).ends == []
    assert region(text).see((0, "a"), (1, "b")).ends == [1]


def test_a_broken_expression_is_refused() -> None:
    """PySigma says what it could not read; a rule that is not in the list is named."""
    assert "parse" in refusal(correlation("temporal", "a and (b", rules="[a, b]"))
    assert "c" in refusal(correlation("temporal", "a and c", rules="[a]"))
