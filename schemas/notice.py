"""Notice: one message to one contact over one channel, for one reason, at one step of an escalation policy."""

from enum import StrEnum

from schemas.ids import digest
from schemas.noun import Instant, Noun
from schemas.site import Contact, Finess


class Cause(StrEnum):
    """Why somebody is told now."""

    NEW_INCIDENT = "new_incident"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NEW_SITE = "new_site"


class Status(StrEnum):
    """Where a notice is on its way; ``SENT`` means the mail server answered 250, not that anybody read it."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    DEFERRED = "deferred"
    SENT = "sent"
    REFUSED = "refused"


class Notice(Noun):
    """What is told to whom. Its text is rendered once, when it is decided, and frozen.

    ``text`` and ``html`` say the same (RFC 2046 §5.1.4); a notice without ``html`` is a mail of text alone.
    """

    incident_id: str
    incident_version: int
    policy: str
    step: int
    cause: Cause
    channel: str
    contact: Contact
    reader_site: Finess | None = None
    """The establishment whose projection the contact reads; None for the region, who sees all."""
    due: Instant
    subject: str
    text: str
    html: str = ""
    message_id: str
    references: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A decision made twice is one notice: content of the incident is not part of the id."""
        return notice_id(self.incident_id, self.policy, self.step, self.cause, self.channel, self.contact.email)


def notice_id(incident_id: str, policy: str, step: int, cause: str, channel: str, address: str) -> str:
    """The key of one outbox row."""
    return digest("notice", incident_id, policy, step, cause, channel, address)


class Receipt(Noun):
    """What became of one attempt to hand a notice over."""

    notice_id: str
    attempt: int
    status: Status
    at: Instant
    detail: str = ""
    uncertain: bool = False
    """A cut between the end of DATA and the 250 made this a second copy with the same Message-ID."""
