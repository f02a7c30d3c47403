"""The one place that decides what a reader may know. Every page takes its nouns from here; none from the archive.

It leans on ``schemas.projection``, which decides the same for mails. Today's only reader is the region, who sees all; for one
establishment what is not its own falls away, detail by detail.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from console.ports import Acknowledgement, Mail
from schemas.detection import Detection
from schemas.event import Event
from schemas.incident import Incident, Link, Membership, RuleCount
from schemas.lead import Lead
from schemas.projection import IncidentView, Reader, project
from schemas.site import Finess, Site


class Sheet(NamedTuple):
    """An incident as one reader may see it: the projection, and what only the region reads."""

    view: IncidentView
    sites: tuple[Finess, ...]
    links: tuple[Link, ...] = ()
    rules: tuple[RuleCount, ...] = ()
    only_link: Link | None = None
    cross_site: bool = True
    opened: datetime | None = None


class Lens:
    """What this reader may know; ``sites`` is the whole region, by FINESS number."""

    def __init__(self, reader: Reader, sites: Mapping[Finess, Site]) -> None:
        self._reader = reader
        self._region = sites
        self.sites = sites if reader.site is None else {reader.site: sites[reader.site]}

    def sheet(self, incident: Incident) -> Sheet:
        """The incident."""
        view = project(incident, self._reader, self._region)
        if self._reader.site is not None:
            return Sheet(view, tuple(site for site in incident.sites if self.sees(site)))
        why = incident.why
        return Sheet(view, incident.sites, why.links, why.rules, why.only_link, incident.cross_site, incident.opened)

    def sees(self, site: Finess | None) -> bool:
        """Whether what is of this establishment (None: of the region) may be shown as it is."""
        return self._reader.site is None or site == self._reader.site

    def memberships(self, found: Sequence[Membership]) -> Sequence[Membership]:
        """The memberships of the reader's own."""
        return [item for item in found if self.sees(item.site)]

    def detections(self, found: Mapping[str, Detection]) -> Mapping[str, Detection]:
        """The detections of the reader's own; those that were counted over several establishments are the region's."""
        return {name: item for name, item in found.items() if self.sees(item.site) and all(map(self.sees, item.sites))}

    def events(self, found: Mapping[str, Event]) -> Mapping[str, Event]:
        """The events of the reader's own."""
        return {name: event for name, event in found.items() if self.sees(event.get("organization.id"))}

    def mails(self, found: Sequence[Mail]) -> Sequence[Mail]:
        """The mails that were written for the reader."""
        return [mail for mail in found if self.sees(mail.notice.reader_site)]

    def acknowledgements(self, found: Mapping[str, Acknowledgement]) -> Mapping[str, Acknowledgement]:
        """Who took what: the region's matter."""
        return found if self._reader.site is None else {}

    def leads(self, found: Sequence[Lead]) -> Sequence[Lead]:
        """Leads: the region's matter."""
        return found if self._reader.site is None else ()
