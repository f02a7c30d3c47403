"""The regional queue: one row for each incident, with what decides whether to open it."""

from collections.abc import Sequence
from typing import NamedTuple

from console.attack import tactics_of
from console.lens import Lens, Sheet
from console.ports import Archive, Filter, Mail
from console.standing import State, state_of

ROWS = 25


class Row(NamedTuple):
    """One incident in the queue."""

    sheet: Sheet
    stages: tuple[str, ...]
    state: State


class Queue(NamedTuple):
    """A page of rows, and the cursor after which the next begin."""

    rows: Sequence[Row]
    after: str | None


async def read(archive: Archive, lens: Lens, want: Filter, after: str | None) -> Queue:
    """The next rows in order: three questions to the archive, however many rows."""
    page = await archive.incidents(want, after, ROWS)
    taken = lens.acknowledgements(await archive.acknowledgements([incident.id for incident in page.items]))
    names = [name for incident in page.items for name in (incident.id, *incident.aliases)]
    mails: Sequence[Mail] = lens.mails(await archive.mails(names))
    sheets = [lens.sheet(incident) for incident in page.items]
    rows = [
        Row(sheet, tactics_of(sheet.view.techniques), state_of((sheet.view.id, *sheet.view.aliases), taken, mails))
        for sheet in sheets
    ]
    return Queue(rows, page.after)
