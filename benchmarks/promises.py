"""The file ``promises.toml``: what Tocsin promises, and the command that shows it."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

COMPARISONS = {
    "at_most": lambda figure, bound: figure <= bound,
    "at_least": lambda figure, bound: figure >= bound,
    "exactly": lambda figure, bound: figure == bound,
}
NEEDS = ("corpus", "services")


class BadPromise(Exception):
    """``promises.toml`` is wrong; the text names the promise, the key and what was expected."""


@dataclass(frozen=True)
class Bound:
    """The figure is the last match of ``figure`` (a regular expression with one group) in the output."""

    figure: re.Pattern[str]
    comparison: str
    value: float


@dataclass(frozen=True)
class Promise:
    """One sentence to the users, and the command that shows it (a list of words, or a line for the shell); ``timeout`` in seconds."""

    id: str
    area: str
    sentence: str
    command: list[str] | str
    timeout: float = 600
    bound: Bound | None = None
    needs: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    def matches(self, word: str) -> bool:
        """Whether ``ONLY=word`` means this one."""
        return word.lower() in f"{self.id} {self.area} {self.sentence}".lower()


def read_promises(path: Path) -> list[Promise]:
    """The promises of a file.

    Raises:
        BadPromise: not TOML, a key or a value is wrong, or an id appears twice.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadPromise(f"{path.name}: {error}") from error
    _known(tables, ["promise"], path.name)
    promises = [_promise(table, f"{path.name}: promise {number}") for number, table in enumerate(tables.get("promise", []), 1)]
    ids = [promise.id for promise in promises]
    if double := {name for name in ids if ids.count(name) > 1}:
        raise BadPromise(f"{path.name}: the id {min(double)!r} appears twice")
    return promises


def _promise(table: dict[str, Any], where: str) -> Promise:
    where = f"{where} ({table['id']})" if isinstance(table.get("id"), str) else where
    _known(table, [part.name for part in fields(Promise)], where)
    values = dict(table)
    for key in ("id", "area", "sentence", "command"):
        if not values.get(key):
            raise BadPromise(f"{where}: {key!r} is missing")
    if unknown := set(values.get("needs", ())) - set(NEEDS):
        raise BadPromise(f"{where}: needs {min(unknown)!r}; expected {' or '.join(map(repr, NEEDS))}")
    if "bound" in values:
        values["bound"] = _bound(values["bound"], where)
    return Promise(**{**values, "needs": tuple(values.get("needs", ()))})


def _bound(table: dict[str, Any], where: str) -> Bound:
    _known(table, ["figure", *COMPARISONS], f"{where}: bound")
    named = [name for name in COMPARISONS if name in table]
    if "figure" not in table or len(named) != 1:
        raise BadPromise(f"{where}: bound: expected 'figure' and one of {', '.join(COMPARISONS)}")
    try:
        figure = re.compile(table["figure"], re.MULTILINE)
    except re.error as error:
        raise BadPromise(f"{where}: bound: figure is no regular expression: {error}") from error
    if figure.groups != 1:
        raise BadPromise(f"{where}: bound: figure needs exactly one group, the number")
    return Bound(figure, named[0], float(table[named[0]]))


def _known(table: Mapping[str, Any], keys: list[str], where: str) -> None:
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            raise BadPromise(
                f"{where}: unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(keys)}")
            )
