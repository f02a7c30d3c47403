"""One event as rules read it: texts, folded texts and all values, each computed once however many rules ask.

Text is compared after ``str.casefold`` (Unicode §3.13, caseless matching): É equals é and ß equals SS. Unlike ``lower`` it folds
each character alone, so a part of a folded text is the folded part.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from schemas.event import Event

Names = tuple[str, ...]
"""Where one field of a rule is read: the first name whose value is present and not null.

A name with ``*`` (pySigma's Zeek pipeline has ``zeek.*.path``) reads all the fields that it matches, as one array.
"""

OURS = (
    "@timestamp", "data_stream.", "ecs.", "error.", "event.category", "event.created", "event.dataset", "event.hash", "event.id",
    "event.ingested", "event.kind", "event.module", "event.outcome", "event.type", "organization.", "related.", "tags", "tocsin.",
)  # fmt: skip
"""Beginnings of the fields that normalisation writes; a keyword searches what the log said, not these."""


DEEPEST = 16
"""Objects in objects that a dotted name reaches into; what is deeper, keywords still find."""

WORD_END = "\n"
"""Between two words of the folded page."""


class Reading:
    """Reads one event for many rules."""

    __slots__ = ("_folded", "_folded_page", "_folded_words", "_inside", "_texts", "_words", "event")

    def __init__(self, event: Event) -> None:
        self.event = event
        self._texts: dict[Names, tuple[str, ...]] = {}
        self._folded: dict[Names, tuple[str, ...]] = {}
        self._inside: dict[str, list[Any]] | None = None
        self._words: tuple[str, ...] | None = None
        self._folded_words: tuple[str, ...] | None = None
        self._folded_page: str | None = None

    def value(self, names: Names) -> Any:
        """The first value that is present and not null, as it stands in the event; None otherwise."""
        for name in names:
            value = self._several(name) if "*" in name else self._one(name)
            if value is not None:
                return value
        return None

    def exists(self, names: Names) -> bool:
        """Whether the event has the field at all; a present null exists (Sigma 2.1, modifier *exists*)."""
        return any(
            self._several(name) is not None if "*" in name else name in self.event or name in self.inside for name in names
        )

    def _one(self, name: str) -> Any:
        value = self.event.get(name)
        if value is None and "." in name:
            return self.inside.get(name) or None
        return value

    def _several(self, pattern: str) -> list[Any] | None:
        return [leaf for name, value in self.event.items() if fnmatchcase(name, pattern) for leaf in _leaves(value)] or None

    @property
    def inside(self) -> dict[str, list[Any]]:
        """What objects hold, by dotted path; through an array of objects, what each of them holds. A flat field wins over it."""
        if self._inside is None:
            self._inside = inside(self.event)
        return self._inside

    def elements(self, names: Names) -> list[Any]:
        """The values of the field that are not null: those of an array one by one, however deep it is nested."""
        value = self.value(names)
        if isinstance(value, list):
            return list(_leaves(value))
        return [] if value is None else [value]

    def texts(self, names: Names) -> tuple[str, ...]:
        """The elements of the field as text; an object has none."""
        texts = self._texts.get(names)
        if texts is None:
            texts = tuple(text(element) for element in self.elements(names) if not isinstance(element, dict))
            self._texts[names] = texts
        return texts

    def folded(self, names: Names) -> tuple[str, ...]:
        """The elements of the field as text without case."""
        folded = self._folded.get(names)
        if folded is None:
            folded = self._folded[names] = tuple(word.casefold() for word in self.texts(names))
        return folded

    @property
    def words(self) -> tuple[str, ...]:
        """Every value that the log itself gave, as text."""
        if self._words is None:
            said = (value for name, value in self.event.items() if not name.startswith(OURS))
            self._words = tuple(text(leaf) for value in said for leaf in _leaves(value, of_objects=True))
        return self._words

    @property
    def folded_words(self) -> tuple[str, ...]:
        """Every value that the log itself gave, as text without case."""
        if self._folded_words is None:
            self._folded_words = tuple(word.casefold() for word in self.words)
        return self._folded_words

    @property
    def folded_page(self) -> str:
        """All folded words, one a line: a literal without line break is in a word if and only if it is in the page."""
        if self._folded_page is None:
            self._folded_page = WORD_END.join(self.folded_words)
        return self._folded_page


def inside(event: Event) -> dict[str, list[Any]]:
    """The values that are not null of every dotted path into the objects of an event, down to ``DEEPEST`` objects.

    A path of nulls alone has an empty list.
    """
    found: dict[str, list[Any]] = {}
    pending = [(name, value, 0) for name, value in reversed(event.items()) if isinstance(value, dict | list)]
    while pending:
        path, value, depth = pending.pop()
        leaves = list(_leaves(value))
        if depth:
            found.setdefault(path, []).extend(leaves)
        if depth < DEEPEST:
            objects = [leaf for leaf in leaves if isinstance(leaf, dict)]
            pending += reversed([(f"{path}.{key}", held, depth + 1) for each in objects for key, held in each.items()])
    return found


def text(value: Any) -> str:
    """A value as rules write it: ``true`` for booleans, ``1`` for 1.0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _leaves(value: Any, *, of_objects: bool = False) -> Iterator[Any]:
    """What a nested array holds, in order and without null; without recursion, since attackers choose the depth."""
    pending = [value]
    while pending:
        leaf = pending.pop()
        if isinstance(leaf, list):
            pending.extend(reversed(leaf))
        elif of_objects and isinstance(leaf, dict):
            pending.extend(reversed(leaf.values()))
        elif leaf is not None:
            yield leaf
