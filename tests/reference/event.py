"""What an event says: the values of a field, and all that the log said. Events are flat maps that may hold objects and arrays."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

Event = dict[str, Any]

OUR_OWN = ["@timestamp", "tags"]
OUR_BEGINNINGS = [
    "data_stream.", "ecs.", "error.", "event.category", "event.created", "event.dataset", "event.hash", "event.id",
    "event.ingested", "event.kind", "event.module", "event.outcome", "event.type", "organization.", "related.", "tocsin.",
]  # fmt: skip
"""Fields that normalisation writes: no log said them."""

DEEPEST = 16
"""How many objects a dotted name passes."""


def leaves(value: Any) -> list[Any]:
    """An array's values, however nested, without null; any other value alone."""
    done, waiting = [], [value]
    while waiting:
        first = waiting.pop(0)
        if isinstance(first, list):
            waiting = first + waiting
        elif first is not None:
            done.append(first)
    return done


def values(event: Event, names: Sequence[str]) -> list[Any]:
    """The values of a field without null: of the first name that has any, or that is an array.

    A name that stands in the event wins over the objects that it may lead into.
    """
    for name in names:
        if "*" in name:
            found = [leaf for key, value in event.items() if fnmatchcase(key, name) for leaf in leaves(value)]
            if found:
                return found
        elif event.get(name) is not None:
            return leaves(event[name])
        else:
            inner = [leaf for value in inside(event, name) for leaf in leaves(value)]
            if inner:
                return inner
    return []


def exists(event: Event, names: Sequence[str]) -> bool:
    """Whether the event has one of the names, be it null."""
    for name in names:
        if "*" in name:
            if values(event, [name]):
                return True
        elif name in event or inside(event, name):
            return True
    return False


def inside(event: Event, name: str) -> list[Any]:
    """What a dotted name reaches through objects and arrays of objects; keys may hold dots themselves."""
    if "." not in name:
        return []
    return [
        value
        for key, held in event.items()
        if isinstance(held, (dict, list)) and name.startswith(f"{key}.")
        for value in _below(held, name[len(key) + 1 :], 1)
    ]


def _below(value: Any, name: str, depth: int) -> Iterator[Any]:
    if depth > DEEPEST:
        return
    for each in leaves(value):
        if isinstance(each, dict):
            for key, held in each.items():
                if key == name:
                    yield held
                elif name.startswith(f"{key}."):
                    yield from _below(held, name[len(key) + 1 :], depth + 1)


def texts(found: Sequence[Any]) -> list[str]:
    """Values as text; objects are none."""
    return [text(value) for value in found if not isinstance(value, dict)]


def text(value: Any) -> str:
    """``true`` and ``false``; a whole number without its point."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float) and value == value // 1 and abs(value) != float("inf"):
        return f"{value:.0f}"
    return value if isinstance(value, str) else f"{value}"


def said(event: Event) -> list[str]:
    """Every value that the log said, also inside objects and arrays."""
    found, waiting = [], [value for name, value in event.items() if not ours(name)]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            waiting = [*value.values(), *waiting]
        elif isinstance(value, list):
            waiting = value + waiting
        elif value is not None:
            found.append(text(value))
    return found


def ours(name: str) -> bool:
    """Whether normalisation writes it."""
    return any(name.startswith(beginning) for beginning in OUR_OWN + OUR_BEGINNINGS)
