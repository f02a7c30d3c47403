"""Sees that no message of a partition is skipped between the broker and the stage.

Faust commits the highest acknowledged offset, so a message that it lost on the way would count as done once the next one is. The course
is checked before a message is worked on, and a worker that finds a gap ends without acknowledging: what was skipped is read again.
"""

from collections.abc import Awaitable, Callable, Hashable


class Course:
    """What comes next, by partition."""

    def __init__(self) -> None:
        self._generation: Hashable = None
        self._next: dict[Hashable, int] = {}

    async def gap(self, place: Hashable, offset: int, generation: Hashable, start: Callable[[], Awaitable[int]]) -> int | None:
        """Take the next message of a partition.

        Args:
            place: Its partition.
            offset: Its offset there.
            generation: The assignment that it was fetched in; another one begins anew.
            start: Asks the broker for the first offset that is not done.

        Returns:
            The offset that was due, when it and perhaps more were skipped. Messages that come again are no gap.
        """
        if generation != self._generation:
            self._generation, self._next = generation, {}
        if place not in self._next:
            self._next[place] = await start()
        due = self._next[place]
        if offset > due:
            return due
        self._next[place] = max(due, offset + 1)
        return None
