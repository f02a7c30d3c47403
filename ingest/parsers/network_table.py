"""One object of a network sensor's JSON to the fields of an event, by a table. What has no row is kept below an open root."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from ingest.remember import remembered_shape
from schemas.event import PARTIAL, Event

Convert = Callable[[Any], object]
Row = tuple[str, Convert]
"""The ECS field, and how a JSON value becomes its value; None from it means that the value is no such thing."""
Rows = Mapping[str, Row]
"""Row of each native name."""

_NAME = re.compile(r"[\w@-]{1,64}(?:\.[\w@-]{1,64}){0,8}", re.ASCII)
_NOTHING = frozenset({"", "-"})
_SCALARS = frozenset({str, int, float, bool})


_Step = tuple[str, str, Convert, str | None]
"""Native name, field, and how its value is made; where a value stays that the row cannot convert, None when there is no row.

A plain tuple: a named one takes three times as long to take apart, for every field of every record."""


class _Plan(NamedTuple):
    steps: tuple[_Step, ...]
    """For the names that are kept, in order."""
    whole: bool
    """Whether every name is one that a sensor may write."""


class Table:
    """Rows, the open root for all else, and the names that stay in the record only."""

    def __init__(self, root: str, rows: Rows, skipped: Collection[str] = ()) -> None:
        self._root = root
        self._rows = rows
        self._skipped = frozenset(skipped) - rows.keys()
        self._plan = remembered_shape(self._planned)

    def fill(self, event: Event, native: Mapping[str, Any]) -> None:
        """Set what the object says and nobody said before; objects inside it are left to the caller.

        The event is tagged ``parse:partial`` when a value is not what its row expects: it stays as it is below the root.
        """
        plan = self._plan(tuple(native))
        whole = plan.whole
        for name, field, convert, kept in plan.steps:
            value = native[name]
            if (converted := convert(value)) is not None:
                if field not in event:
                    event[field] = converted
            elif kept and not is_nothing(value):
                whole = False
                if (unread := as_it_is(value)) is not None:
                    event.setdefault(kept, unread)
        if not whole:
            tag(event, PARTIAL)

    def _planned(self, names: tuple[str, ...]) -> _Plan:
        steps: list[_Step] = []
        whole = True
        for name in names:
            kept = f"{self._root}{name}" if _NAME.fullmatch(name) else None
            if name in self._rows:
                steps.append((name, *self._rows[name], kept))
            elif name in self._skipped or kept is None:
                whole = whole and name in self._skipped
            else:
                steps.append((name, kept, as_it_is, None))
        return _Plan(tuple(steps), whole)


def as_it_is(value: Any) -> object:
    """A text, a number, or a list of them; what is nested deeper is in the record only, and so is what says nothing."""
    kind = type(value)
    if kind is str:
        return None if value in _NOTHING else value
    if kind in _SCALARS:
        return value
    if kind is list and value and all(type(item) in _SCALARS for item in value):
        return value
    return None


def is_nothing(value: Any) -> bool:
    """Whether a sensor writes this when it has no value."""
    return value is None or value in ("", "-", [], {})


def tag(event: Event, *names: str) -> None:
    """Add tags, each once."""
    if names:
        event["tags"] = list(dict.fromkeys((*event.get("tags", ()), *names)))
