"""What a stage asks of the world, as values: store this, tell the next stage, send that. Drivers carry it out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.notice import Notice
from schemas.noun import Noun


class Document(NamedTuple):
    """One record for the ``Store``.

    ``version`` None means *create only*: the id is a function of the content, a second copy changes nothing. A number means that
    a higher version replaces a lower one. ``day`` (``2026-01-31``, or ``late``) puts the document in the index of that event day;
    documents that are read by id carry none.
    """

    kind: str
    id: str
    body: Mapping[str, Any]
    version: int | None = None
    day: str | None = None


class Emit(NamedTuple):
    """A message for whoever reads ``topic``; messages of one ``key`` keep their order."""

    topic: str
    key: str
    noun: Noun


class Send(NamedTuple):
    """Hand this notice over; the answer comes back as a ``Receipt`` message."""

    notice: Notice
    attempt: int


Output = Document | Emit | Send
