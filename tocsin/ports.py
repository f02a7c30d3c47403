"""What the drivers ask of the world. Each port has two adapters that pass the same contract tests (``tests/contract``)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from schemas.output import Document


class Message(NamedTuple):
    """Bytes on a log, and where they stand."""

    topic: str
    partition: int
    offset: int
    key: str
    data: bytes


class Log(Protocol):
    """An append-only log of messages by topic.

    Appends are at least once: after ``Unavailable`` the message may be there or not, and the caller appends again. Messages of one
    key keep their order.
    """

    async def append(self, topic: str, key: str, data: bytes) -> None:
        """Add a message; returns once it is acknowledged.

        Raises:
            Unavailable: the log is away.
            Refused: the log will never take this message.
            RightsError: the credential may not write this topic.
        """

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Message]:
        """At most ``limit`` messages from ``offset`` on, in order; empty when there are none yet.

        Raises:
            Unavailable: the log is away.
            RightsError: the credential may not read this topic.
        """


class State(Protocol):
    """What one stage remembers: small records by key."""

    def get(self, key: str) -> bytes | None:
        """The record, or None."""

    def put(self, changes: Mapping[str, bytes | None]) -> None:
        """Replace and (None) delete records: all of them or, after a crash, none of them."""

    def keys(self) -> Iterator[str]:
        """Every key."""


class Answer(NamedTuple):
    """What became of one document: ``stored``, ``known`` (this or a higher version is there), or ``refused`` with the reason."""

    status: str
    reason: str = ""


STORED = Answer("stored")
KNOWN = Answer("known")


class Store(Protocol):
    """Documents by kind and id, for people and for the outbox. What is returned is durable."""

    async def upsert(self, documents: Sequence[Document]) -> Sequence[Answer]:
        """Store each document unless it is known; one answer each, in order. Two documents of one call may share an id.

        Raises:
            Unavailable: the store is away; any part of the documents may be there.
            RightsError: the credential may not write.
        """

    async def read(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the word for it
        """The document of a kind that has no day, by id; sees every upsert that has returned."""

    async def recent(self, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Bodies of a kind, for people; may lag behind upserts by a second."""
