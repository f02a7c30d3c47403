"""Says what is wrong in a file that people write: the line, the key, what was expected, and what was probably meant."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

Location = Sequence[str | int]
FindLine = Callable[[str, Location], int | None]

_TABLE = re.compile(r"""\s*(\[\[?)\s*([\w."'-]+)\s*\]""")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")


def explained(path: Path, text: str, model: type[BaseModel], error: ValidationError, find: FindLine | None = None) -> str:
    """One line for each mistake; ``find`` knows the lines of another format than TOML."""
    return "\n".join(_explained(path, text, model, item, find or line_of) for item in error.errors(include_input=False))


def _explained(path: Path, text: str, model: type[BaseModel], item: Any, find: FindLine) -> str:
    location: tuple[str | int, ...] = item["loc"]
    line = find(text, location)
    place = f"{path}:{line}" if line else str(path)
    where = ".".join(map(str, location)) or "the file"
    if item["type"] != "extra_forbidden":
        return f"{place}: {where}: {item['msg'].removeprefix('Value error, ')}"
    known = _keys_at(model, location[:-1])
    close = get_close_matches(str(location[-1]), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(known))}"
    return f"{place}: unknown key {where!r}; {hint}"


def line_of(text: str, location: Location) -> int | None:
    """The line that comes nearest to a location: the key itself, else the table or inline table that it is, or should be, in."""
    nearest, found = 0, None
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            path = table = _opened(header[2], counts, is_item=header[1] == "[[")
        elif key := _KEY.match(line):
            path = (*table, key[1])
        else:
            continue
        if len(path) > nearest and path == tuple(location[: len(path)]):
            nearest, found = len(path), number
    return found


def _opened(header: str, counts: dict[tuple[str | int, ...], int], *, is_item: bool) -> tuple[str | int, ...]:
    """Where a table header leads: ``[[site]]`` the second time is ``("site", 1)``."""
    path: tuple[str | int, ...] = ()
    *outer, last = (name.strip("\"'") for name in header.split("."))
    for name in outer:
        path = (*path, name)
        path += (counts[path],) if path in counts else ()
    path = (*path, last)
    if is_item:
        counts[path] = counts.get(path, -1) + 1
        path += (counts[path],)
    return path


def _keys_at(model: type[BaseModel], location: Location) -> list[str]:
    for part in location:
        field = model.model_fields.get(str(part))
        model = (_model_in(field.annotation) if field else None) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)
