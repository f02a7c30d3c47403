"""Where an incident stands with people: who has taken it, or who was told and has not answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from console.ports import Acknowledgement, Mail
from schemas.notice import Status
from schemas.site import Contact, Finess


class Told(NamedTuple):
    """Somebody who was told; ``site`` is None for the region's own."""

    contact: Contact
    site: Finess | None


class State(NamedTuple):
    """``taken`` by a person; else ``told`` and waiting; else mails on their ``way``; else nobody knows."""

    taken: Acknowledgement | None
    told: tuple[Told, ...]
    since: datetime | None
    """When the first mail was handed over."""
    way: int
    """Mails that have not left yet."""
    failed: int
    """Mails that were refused for good."""

    @property
    def word(self) -> str:
        """``taken``, ``told``, ``way``, ``failed`` or ``nobody``: the most telling of them."""
        facts = {"taken": self.taken, "told": self.told, "way": self.way, "failed": self.failed}
        return next((name for name, fact in facts.items() if fact), "nobody")


def state_of(incidents: Sequence[str], taken: Mapping[str, Acknowledgement], mails: Sequence[Mail]) -> State:
    """Of the incident that comes first, with the mails of all its aliases."""
    mine = [mail for mail in mails if mail.notice.incident_id in incidents]
    told = {
        mail.notice.contact.email: Told(mail.notice.contact, mail.notice.reader_site)
        for mail in mine
        if mail.status is Status.SENT
    }
    refused = sum(mail.status is Status.REFUSED for mail in mine)
    left = sum(mail.status is Status.SENT for mail in mine)
    since = min((mail.updated for mail in mine if mail.status is Status.SENT), default=None)
    return State(taken.get(incidents[0]), tuple(told.values()), since, len(mine) - left - refused, refused)
