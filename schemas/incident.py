"""Incident: detections that belong together, and Membership: why one of them does."""

from enum import StrEnum

from pydantic import Field

from schemas.detection import Entity, Level
from schemas.ids import digest
from schemas.noun import Instant, Noun
from schemas.site import Finess


class Reason(StrEnum):
    """Why a detection belongs to an incident."""

    SHARED_ENTITY = "shared_entity"
    SITES_WITHIN = "sites_within"
    SAME_HOSTS = "same_hosts"
    SAME_SITES = "same_sites"
    CORROBORATED = "corroborated"


class Membership(Noun):
    """One detection belongs to one incident, for a reason, with a weight from 0 to 1.

    A record of its own: merging and detaching edit memberships, and the incident stays small.
    """

    incident_id: str
    detection_id: str
    site: Finess
    time: Instant
    reason: Reason
    entities: tuple[Entity, ...] = ()
    weight: float = Field(ge=0, le=1)

    @property
    def id(self) -> str:
        """One membership for one detection in one incident."""
        return digest("membership", self.incident_id, self.detection_id)


class RuleCount(Noun):
    """How often one rule is a member of an incident."""

    id: str
    name: str
    level: Level
    count: int


class Link(Noun):
    """A value that ties sites together.

    ``weight`` runs from 0 to 1; a link of 1.0 is enough alone. ``sites`` are those where the value was seen.
    """

    reason: Reason
    entity: Entity | None = None
    also: tuple[Entity, ...] = ()
    """What was seen together with the entity, when neither would be enough alone."""
    rule_id: str | None = None
    weight: float = Field(gt=0, le=1)
    sites: tuple[Finess, ...] = Field(min_length=1)


class Example(Noun):
    """For one site, the earliest detection that belongs, with its exact events."""

    site: Finess
    detection_id: str
    event_ids: tuple[str, ...] = Field(min_length=1)
    time: Instant


class Why(Noun):
    """Everything an analyst needs to check the incident by hand.

    ``baseline`` names the snapshot of what is normal that was used, ``missing`` the data that could change the answer, and
    ``only_link`` the single link that, removed, would split the incident (None when no one link would).
    """

    rules: tuple[RuleCount, ...] = Field(min_length=1)
    links: tuple[Link, ...] = Field(min_length=1)
    examples: tuple[Example, ...] = Field(min_length=1)
    baseline: str = Field(min_length=1)
    missing: tuple[str, ...] = ()
    only_link: Link | None = None


class Incident(Noun):
    """Detections that belong together, at one version of its life.

    ``id`` derives from the detection that opened it and never changes; ``version`` grows with each member and each merge. ``detection_ids`` holds at most
    ``MAX_LISTED`` ids, in the order they joined: all of them are memberships, ``detections`` counts them.
    """

    id: str
    version: int = Field(ge=1)
    sites: tuple[Finess, ...]
    trust_domains: tuple[str, ...]
    first_seen: Instant
    last_seen: Instant
    opened: Instant
    severity: Level
    score: int = Field(ge=0, le=100)
    detections: int = Field(ge=1)
    detection_ids: tuple[str, ...]
    entities: tuple[Entity, ...]
    techniques: tuple[str, ...] = ()
    why: Why
    tlp: str = "TLP:AMBER"
    """How far it may be passed on: the strictest of its indicators' markings, and at least this."""
    pap: str = "PAP:AMBER"
    """What may be done with its indicators: the strictest of their markings, and at least this."""
    aliases: tuple[str, ...] = ()
    """Younger incidents that were merged into this one, the latest first."""
    merged_into: str | None = None
    """The older incident that this one is now an alias of."""

    @property
    def cross_site(self) -> bool:
        """Whether it spans two trust domains or more."""
        return len(self.trust_domains) > 1


MAX_LISTED = 500
"""Ids listed inside an incident; a Kafka message fails near 1 MB."""


def incident_id(opening_detection_id: str) -> str:
    """The id of the incident that this detection opened."""
    return digest("incident", opening_detection_id)


CODE = 8
"""Characters of an id that people are shown."""


def code_of(incident_id: str) -> str:
    """``INC-9d7911e8``: what mails and pages call the incident, short enough to say on the telephone."""
    return f"INC-{incident_id[:CODE]}"


def beginning_of(code: str) -> str:
    """The first characters of the id that a person means by this code, typed with the ``INC-`` or without; empty when it is no code."""
    letters = code.strip().lower().removeprefix("inc-")
    return letters if set(letters) <= set("0123456789abcdef") else ""
