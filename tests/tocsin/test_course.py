"""That a skipped message is seen before the one behind it is worked on."""

import asyncio
from collections.abc import Sequence

from tocsin.drivers.course import Course

Taken = tuple[str, int, int]
"""Partition, offset, generation."""


def gaps(taken: Sequence[Taken], starts: dict[str, int]) -> list[int | None]:
    """What the course says of each message, with what the broker would answer."""
    course = Course()

    async def follow() -> list[int | None]:
        answers = []
        for place, offset, generation in taken:

            async def start(place: str = place) -> int:
                return starts[place]

            answers.append(await course.gap(place, offset, generation, start))
        return answers

    return asyncio.run(follow())


def test_messages_in_order_are_no_gap() -> None:
    """Each partition has its own course."""
    assert gaps([("a", 5, 1), ("b", 0, 1), ("a", 6, 1), ("b", 1, 1)], {"a": 5, "b": 0}) == [None] * 4


def test_a_skipped_message_is_named() -> None:
    """The offset that was due is the first one that was skipped."""
    assert gaps([("a", 5, 1), ("a", 8, 1)], {"a": 5}) == [None, 6]


def test_the_first_message_is_held_against_what_is_done() -> None:
    """The broker knows what the group has committed; what waits behind it must come first."""
    assert gaps([("a", 7, 1)], {"a": 5}) == [5]


def test_messages_that_come_again_are_no_gap() -> None:
    """A seek back repeats messages, and what follows them was due."""
    assert gaps([("a", 5, 1), ("a", 6, 1), ("a", 5, 1), ("a", 7, 1)], {"a": 5}) == [None] * 4


def test_another_assignment_begins_anew() -> None:
    """What another worker did in between is asked, not remembered."""
    starts = {"a": 5}
    assert gaps([("a", 5, 1), ("a", 6, 1), ("a", 5, 2)], starts) == [None] * 3
    assert gaps([("a", 5, 1), ("a", 9, 2)], starts) == [None, 5]
