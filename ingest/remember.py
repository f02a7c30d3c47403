"""Remember what was worked out for a text, or for the names of a record: logs repeat themselves, line after line.

``functools.lru_cache`` counts entries, whatever their size. Keys here are parts of hostile records, so long ones are not kept.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

ENTRIES = 8192
"""Entries that are kept of one function; when there are more, all are forgotten, and what is frequent is soon known again."""
LONGEST = 256
"""Characters of a text that is kept, of all names together where a shape is kept: 16 times as many."""
SHAPES = 1024
"""Shapes that are kept of one function; a site's logs have some hundreds."""
Shape = tuple[str, ...]
"""The names of a record, in its order."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Remembered(dict[Key, Value], Generic[Key, Value]):
    """A dict that works out what it does not know: what it knows costs no call of Python code."""

    def __init__(self, function: Callable[[Key], Value], entries: int, is_short: Callable[[Key], bool]) -> None:
        super().__init__()
        self._function = function
        self._entries = entries
        self._is_short = is_short

    def __missing__(self, key: Key) -> Value:
        value = self._function(key)
        if self._is_short(key):
            if len(self) >= self._entries:
                self.clear()
            self[key] = value
        return value


def remembered(function: Callable[[str], Value]) -> Callable[[str], Value]:
    """The same function of a text; the value must not be changed by who gets it."""
    return _Remembered(function, ENTRIES, lambda text: len(text) <= LONGEST).__getitem__


def remembered_shape(function: Callable[[Shape], Value]) -> Callable[[Shape], Value]:
    """The same function of a record's names: what to do with all records of that shape."""
    return _Remembered(function, SHAPES, lambda names: sum(map(len, names)) <= 16 * LONGEST).__getitem__
