"""A slice of events, field by field: the texts of one field over all events of the slice, joined and folded at once."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, repeat
from operator import add
from typing import Any

from correlate.rules.engine.atoms import KEYWORDS, encoded
from correlate.rules.engine.pages import Pages
from correlate.rules.reading import Names, Reading, inside
from schemas.event import Event

ABSENT = "\0"
"""The text of a field that an event lacks. A field that really says so is odd."""

MAX_SLICE = 128
"""Events of one slice: they must fit the processor's cache."""


class Column:
    """One field of every event of a slice; what is costly is made when it is first asked.

    Args:
        cells: The text of each event, ``ABSENT`` where there is none.
        odd: A mask, one bit an event: the value is not one text (an array, an object, a NUL), so that ``folded`` does not say it
            and only the exact predicate may judge.

    Raises:
        TypeError: a cell is no text.
    """

    __slots__ = ("_cells", "_folded", "_joined", "_present", "_text", "odd", "some")

    def __init__(self, cells: list[str], *, odd: int = 0, present: int | None = None) -> None:
        self._cells = cells
        self._joined = "\n".join(cells)
        self._text: str | None = None
        self._folded: list[str] | None = None
        self._present = present
        self.odd = odd
        self.some = present != 0
        """Whether any event has the field."""

    @property
    def nuls(self) -> int:
        """NUL characters in the texts, those of ``ABSENT`` too."""
        return self._joined.count(ABSENT)

    @property
    def data(self) -> bytes:
        """The folded texts between line breaks, as UTF-8."""
        return encoded(f"\n{self._together}\n")

    @property
    def _together(self) -> str:
        """All texts, folded."""
        if self._text is None:
            self._text = self._joined.lower() if self._joined.isascii() else self._joined.casefold()  # of ASCII both are the same
        return self._text

    @property
    def present(self) -> int:
        """The events that have the field, as a mask."""
        if self._present is None:
            self._present = sum(1 << place for place, cell in enumerate(self._cells) if cell != ABSENT)
        return self._present

    @property
    def wide(self) -> int:
        """The events whose text is not ASCII."""
        if self._joined.isascii():
            return 0
        return sum(1 << place for place, cell in enumerate(self._cells) if not cell.isascii())

    @property
    def folded(self) -> list[str]:
        """The folded text of each event, ``ABSENT`` where there is none."""
        if self._folded is None:
            breaks = self._joined.count("\n")
            one_line = breaks == len(self._cells) - 1
            self._folded = self._together.split("\n") if one_line else [cell.casefold() for cell in self._cells]
        return self._folded

    def ends(self) -> list[int]:
        """For each event, the end of its text in ``data`` with the line break after it."""
        if self._joined.isascii():
            lengths: Iterable[int] = map(len, self._cells)
        else:
            lengths = [len(cell) if cell.isascii() else len(encoded(cell.casefold())) for cell in self._cells]
        return list(accumulate(map(add, lengths, repeat(1)), initial=1))[1:]


def _has_objects(event: Event) -> bool:
    """Whether a dotted name may reach into a value of it."""
    kinds = set(map(type, event.values()))
    return dict in kinds or (list in kinds and any(type(value) is list and inside({"": value}) for value in event.values()))


class Slice:
    """Some events of one log source, at most ``MAX_SLICE``; columns and readings are made when they are first asked."""

    __slots__ = ("_columns", "_objects", "_pages", "_readings", "all", "events", "odd")

    def __init__(self, events: Sequence[Event], pages: Pages) -> None:
        self.events = events
        self.all = (1 << len(events)) - 1
        self.odd = 0
        """The events that are odd in a column made so far."""
        self._objects = any(map(_has_objects, events))
        self._pages = pages
        self._columns: dict[Names, Column] = {}
        self._readings: dict[int, Reading] = {}

    def column(self, names: Names) -> Column:
        """The column of a field; ``KEYWORDS`` is the page of each event."""
        found = self._columns.get(names)
        if found is None:
            found = Column(self._pages.of(self.events), present=self.all) if names == KEYWORDS else self._field(names)
            self._columns[names] = found
            self.odd |= found.odd
        return found

    def folded(self, names: Names) -> list[str]:
        """The folded texts of a field."""
        return self.column(names).folded

    def reading(self, place: int) -> Reading:
        """The reading of one event."""
        found = self._readings.get(place)
        if found is None:
            found = self._readings[place] = Reading(self.events[place])
        return found

    def _field(self, names: Names) -> Column:
        """All texts at once when each event has one, or none; event by event otherwise."""
        if any("*" in name for name in names) or (self._objects and any("." in name for name in names)):
            return self._odd(names)
        values: list[Any] = [None] * len(self.events)
        lacking = len(values)
        for name in names:
            if lacking == len(values):
                values = [event.get(name) for event in self.events]
            else:
                values = [event.get(name) if value is None else value for event, value in zip(self.events, values, strict=True)]
            lacking = values.count(None)
            if not lacking:
                break
        if lacking == len(values):
            return Column([ABSENT] * lacking, present=0)
        cells = [ABSENT if value is None else value for value in values] if lacking else values
        try:
            column = Column(cells, present=None if lacking else self.all)
        except TypeError:  # something is no text
            return self._odd(names)
        return column if column.nuls == lacking else self._odd(names)

    def _odd(self, names: Names) -> Column:
        cells = []
        present = odd = 0
        for place in range(len(self.events)):
            reading = self.reading(place)
            value = reading.value(names)
            if value is None:
                cells.append(ABSENT)
                continue
            present |= 1 << place
            cell = "\n".join(reading.texts(names))
            cells.append(cell)
            if isinstance(value, list | dict) or ABSENT in cell:
                odd |= 1 << place
        return Column(cells, odd=odd, present=present)
