"""Region: whom the region knows, and where its desk answers."""

from collections.abc import Mapping

from pydantic import Field

from schemas.noun import Noun
from schemas.site import Contact, Finess, Site, TimezoneName


class Desk(Noun):
    """Where a person answers, day and night. ``phone`` is short enough for the first lines of a mail on a telephone."""

    name: str = Field(min_length=1, max_length=60)
    phone: str = Field(pattern=r"^\+?[0-9][0-9 .()-]{1,16}$")


class Region(Noun):
    """What escalation needs to know.

    ``contacts`` are the region's own (``Contact.role`` such as ``grades``, ``analyst``, ``cert-sante``): at least one, because they
    are told whenever an establishment has nobody to tell. ``domain`` ends every Message-ID.
    """

    sites: Mapping[Finess, Site]
    contacts: tuple[Contact, ...] = Field(min_length=1)
    desk: Desk
    timezone: TimezoneName = "Europe/Paris"
    domain: str = Field(default="tocsin.invalid", pattern=r"^[A-Za-z0-9.-]+$")
