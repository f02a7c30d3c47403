"""The page of each event, which keywords search: all that the log itself said, a line each, as ``Reading.folded_page`` has it.

Events of one source have the same fields, so which of them to join is worked out once for each set of fields.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from correlate.rules.reading import OURS, WORD_END, Reading
from schemas.event import Event

MAX_FORMS = 4096
"""Sets of fields remembered; a log line chooses its fields."""
MAX_FIELDS = 200
"""Of a set that is remembered."""


Values = Callable[[Event], Any]


class Pages:
    """Joins events."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, ...], Values] = {}

    def of(self, events: Sequence[Event]) -> list[str]:
        """The page of each event, not folded."""
        return [self._page(event) for event in events]

    def _page(self, event: Event) -> str:
        form = tuple(event)
        values = self._forms.get(form) or self._remembered(form)
        try:
            return WORD_END.join(values(event))
        except TypeError:  # a word that is no text
            return WORD_END.join(Reading(event).words)

    def _remembered(self, form: tuple[str, ...]) -> Values:
        said = [name for name in form if not name.startswith(OURS)]
        values: Values = itemgetter(*said) if len(said) > 1 else lambda event: [event[name] for name in said]
        if len(form) <= MAX_FIELDS:
            if len(self._forms) >= MAX_FORMS:
                self._forms.clear()
            self._forms[form] = values
        return values
