"""Indicator: one value that a feed warns of, and what the feed says about it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.detection import Level


class Kind(StrEnum):
    """What an indicator is a value of."""

    IP = "ip"
    NETWORK = "network"
    DOMAIN = "domain"
    URL = "url"
    HASH = "hash"
    EMAIL = "email"


class Side(StrEnum):
    """Where in an event the value must stand."""

    ANY = ""
    SOURCE = "source"
    DESTINATION = "destination"
    RESOLVED = "resolved"


class About(NamedTuple):
    """What a feed says; shared by all values of one report.

    An indicator holds from ``since``, included, to ``until``, excluded (STIX 2.1 §4.7); None is open.
    """

    name: str
    source: str
    level: Level
    tlp: str
    pap: str
    since: datetime | None = None
    until: datetime | None = None
    techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()

    def holds_at(self, time: datetime) -> bool:
        """Whether it is valid at the time of an event."""
        return (self.since is None or self.since <= time) and (self.until is None or time < self.until)


class Also(NamedTuple):
    """What the same event must carry besides the indicator's value: ``what`` is a kind, ``port`` or ``name`` (of a file)."""

    what: str
    value: str
    side: Side = Side.ANY


class Indicator(NamedTuple):
    """One value in its canonical form. ``id`` is the feed's own; ``also`` must all hold."""

    id: str
    kind: Kind
    value: str
    about: About
    side: Side = Side.ANY
    also: tuple[Also, ...] = ()
