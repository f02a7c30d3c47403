"""Rules parsed once: a RuleBook is kept by the content of its files, of the code that read them and of the libraries below it."""

import gc
import io
import json
import pickle
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

import msgpack

from correlate.rules.engine.ports import NoShelf, Shelf
from correlate.rules.load import RuleBook, load
from correlate.rules.written import Placeholders
from schemas.ids import digest
from tocsin.adapters.shelf import FolderShelf
from tocsin.settings import cache_folder

AT_ONCE = 32
"""Rules pickled in one call: other threads wait for its end."""
_LIBRARIES = ("pysigma", "pysigma-backend-elasticsearch", "pyyaml")
_MODULES = ("correlate.", "schemas.", "sigma.", "ipaddress", "datetime", "uuid", "collections", "fractions")
"""Whose classes a kept book may name; no functions, whatever the module."""


@cache
def shelf() -> Shelf:
    """This user's shelf, or one that forgets when there is no place for it."""
    folder = cache_folder()
    return FolderShelf(folder / "rules") if folder else NoShelf()


def book_of(texts: Sequence[tuple[str, str]], placeholders: Placeholders, kept: Shelf) -> RuleBook:
    """What ``load`` makes of these files, from the shelf when it was made before."""
    known = json.dumps({name: list(values) for name, values in placeholders.items()}, sort_keys=True)
    name = f"book-{digest(_code(), known, *(part for pair in texts for part in pair))}"
    content = kept.get(name)
    book = _unpickled(content) if content else None
    if book is None:
        with _no_collection():
            book = load(texts, placeholders)
            _keep(kept, name, book)
    return book


def later() -> "Background":
    """One thread for the work of all detectors that may wait."""
    return _background()


class Background:
    """Does pieces of work one after another in a thread that ends with the process."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Any] = SimpleQueue()
        self._started = False
        self._lock = Lock()

    def __call__(self, work: Any) -> None:
        """See ``correlate.rules.engine.ports.Later``."""
        with self._lock:
            if not self._started:
                Thread(target=self._run, name="rules", daemon=True).start()
                self._started = True
        self._work.put(work)

    def _run(self) -> None:
        while True:
            self._work.get()()


@cache
def _background() -> Background:
    return Background()


class _Unpickler(pickle.Unpickler):  # the folder is this user's alone; this is the second lock
    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.startswith(_MODULES) else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no class of a rule book")
        return found


def _unpickled(content: bytes) -> RuleBook | None:
    try:
        with _no_collection():
            book, *parts = (_Unpickler(io.BytesIO(part)).load() for part in msgpack.unpackb(content))
            found: RuleBook = replace(book, rules=tuple(rule for part in parts for rule in part))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is made again
        return None
    return found


def _keep(kept: Shelf, name: str, book: RuleBook) -> None:
    parts = (book.rules[start : start + AT_ONCE] for start in range(0, len(book.rules), AT_ONCE))
    try:
        kept.put(name, msgpack.packb([pickle.dumps(part, protocol=5) for part in (replace(book, rules=()), *parts)]))
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError):  # something in it is no value
        return


@contextmanager
def _no_collection() -> Any:
    """A hundred thousand new objects, none of them garbage: looking for some takes two thirds of the time, and holds up every thread."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()


@cache
def _code() -> str:
    """Digest of the code that reads rules: what another version kept is never taken for ours."""
    packages = [files(name) for name in ("correlate.rules", "correlate.counting")]
    sources = sorted(
        (item for package in packages for item in package.iterdir() if item.name.endswith(".py")), key=lambda item: item.name
    )
    return digest(*(version(name) for name in _LIBRARIES), *(item.read_bytes() for item in sources))
