"""What the console reads. Two adapters pass the same contract tests: SQLite and Elasticsearch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from schemas.detection import Detection, Level
from schemas.event import Event
from schemas.incident import Incident, Membership
from schemas.lead import Lead
from schemas.notice import Notice, Status
from schemas.noun import Instant, Noun
from schemas.site import Finess

T = TypeVar("T")


class Standing(StrEnum):
    """Whether a person has taken an incident."""

    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"


class Filter(NamedTuple):
    """Which incidents are wanted; None stands for all."""

    site: Finess | None = None
    severity: Level | None = None
    standing: Standing | None = None


class Page(NamedTuple, Generic[T]):
    """Some items in order, and the cursor after which the next ones begin; None when these are the last."""

    items: Sequence[T]
    after: str | None = None


class Acknowledgement(Noun):
    """A person has taken this incident. Kind ``acknowledgement``, under the incident's id."""

    incident_id: str
    by: str
    at: Instant
    comment: str = ""


class Mail(NamedTuple):
    """One row of the outbox: a notice and what became of it."""

    notice: Notice
    status: Status
    attempt: int
    uncertain: bool
    detail: str
    updated: datetime


class Source(NamedTuple):
    """One source of a site, as its events tell of it."""

    site: Finess
    dataset: str
    received: datetime
    """When its latest event was received."""
    happened: datetime
    """The own time of that event."""
    events: int
    """Received since the instant that was asked for."""


class Archive(Protocol):
    """What the pipeline has stored, for people.

    May lag behind the pipeline by a second. A document that is no longer readable is left out, and logged. Cursors are opaque and
    only good for the same call on the same archive. Every method raises ``Unavailable`` when the store is away and ``RightsError``
    when the credential may not read.
    """

    async def incidents(self, want: Filter, after: str | None, limit: int) -> Page[Incident]:
        """Living incidents, the most severe first, then the latest opened: nothing closes an incident, so the newest must lead.

        Raises:
            BadMessage: the cursor is none of ours.
        """

    async def incident(self, name: str) -> Incident | None:
        """By id; an alias too."""

    async def named(self, beginning: str, limit: int) -> Sequence[str]:
        """Ids of incidents that begin so, aliases among them."""

    async def memberships(self, incidents: Sequence[str], after: str | None, limit: int) -> Page[Membership]:
        """The members of these incidents (one and its aliases), in order of event time.

        Raises:
            BadMessage: the cursor is none of ours.
        """

    async def detections(self, ids: Sequence[str]) -> Mapping[str, Detection]:
        """Those that are there, by id."""

    async def events(self, ids: Sequence[str]) -> Mapping[str, Event]:
        """Those that are there, by id."""

    async def acknowledgements(self, incidents: Sequence[str]) -> Mapping[str, Acknowledgement]:
        """Of those that a person has taken, by incident."""

    async def mails(self, incidents: Sequence[str]) -> Sequence[Mail]:
        """What was told about these incidents, in the order it was due."""

    async def leads(self, after: str | None, limit: int) -> Page[Lead]:
        """The latest seen first.

        Raises:
            BadMessage: the cursor is none of ours.
        """

    async def sources(self, heard_since: datetime, counted_since: datetime) -> Sequence[Source]:
        """The sources that something was received from since ``heard_since``, by site and name."""
