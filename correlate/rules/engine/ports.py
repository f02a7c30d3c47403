"""What the engine asks of the world: a shelf for what is costly to make, and somebody to do work later."""

from collections.abc import Callable
from typing import Protocol

Later = Callable[[Callable[[], None]], None]
"""Does a piece of work, now or some time; it may be dropped. Whether and when it is done changes no match."""


class Shelf(Protocol):
    """Remembers bytes by name from one start to the next."""

    def get(self, name: str) -> bytes | None:
        """What was put under this name, or None; never an error."""

    def put(self, name: str, content: bytes) -> None:
        """Remember; what cannot be remembered is made again next time."""


class NoShelf:
    """Remembers nothing."""

    def get(self, name: str) -> bytes | None:  # noqa: ARG002 - the port's
        """See ``Shelf``."""
        return None

    def put(self, name: str, content: bytes) -> None:
        """See ``Shelf``."""


def now(work: Callable[[], None]) -> None:
    """Does it at once: the ``Later`` of one thread."""
    work()
