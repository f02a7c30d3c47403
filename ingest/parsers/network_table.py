"""One object of a network sensor's JSON to the fields of an event, by a table. What has no row is kept below an open root."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.event import PARTIAL, Event

Convert = Callable[[Any], object]
Row = tuple[str, Convert]
"""The ECS field, and how a JSON value becomes its value; None from it means that the value is no such thing."""
Rows = Mapping[str, Row]
"""Row of each native name."""

_NAME = re.compile(r"[\w@-]{1,64}(?:\.[\w@-]{1,64}){0,8}", re.ASCII)
_NOTHING = frozenset({"", "-"})
_SCALARS = frozenset({str, int, float, bool})
_SHAPES = 1024
"""Shapes, that is lists of names, whose plan a table remembers; a sensor writes some dozens."""


class _Step(NamedTuple):
    field: str
    convert: Convert
    kept: str | None
    """Where a value stays that the row cannot convert; None when there is no row."""


class _Plan(NamedTuple):
    steps: tuple[_Step | None, ...]
    """One for each name, in order; None for a name that is not kept."""
    whole: bool
    """Whether every name is one that a sensor may write."""


class Table:
    """Rows, the open root for all else, and the names that stay in the record only."""

    def __init__(self, root: str, rows: Rows, skipped: Collection[str] = ()) -> None:
        self._root = root
        self._rows = rows
        self._skipped = frozenset(skipped) - rows.keys()
        self._plan = lru_cache(maxsize=_SHAPES)(self._planned)

    def fill(self, event: Event, native: Mapping[str, Any]) -> None:
        """Set what the object says and nobody said before; objects inside it are left to the caller.

        The event is tagged ``parse:partial`` when a value is not what its row expects: it stays as it is below the root.
        """
        plan = self._plan(tuple(native))
        whole = plan.whole
        for step, value in zip(plan.steps, native.values(), strict=True):
            if step is None:
                continue
            field, convert, kept = step
            if (converted := convert(value)) is not None:
                event.setdefault(field, converted)
            elif kept and not is_nothing(value):
                whole = False
                if (unread := as_it_is(value)) is not None:
                    event.setdefault(kept, unread)
        if not whole:
            tag(event, PARTIAL)

    def _planned(self, names: tuple[str, ...]) -> _Plan:
        steps: list[_Step | None] = []
        whole = True
        for name in names:
            kept = f"{self._root}{name}" if _NAME.fullmatch(name) else None
            if name in self._rows:
                steps.append(_Step(*self._rows[name], kept))
            elif name in self._skipped or kept is None:
                steps.append(None)
                whole = whole and name in self._skipped
            else:
                steps.append(_Step(kept, as_it_is, None))
        return _Plan(tuple(steps), whole)


def as_it_is(value: Any) -> object:
    """A text, a number, or a list of them; what is nested deeper is in the record only, and so is what says nothing."""
    kind = type(value)
    if kind in _SCALARS:
        return None if value in _NOTHING else value
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
