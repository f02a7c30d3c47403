"""Keeps an incident small: how long each of its lists may be, and what says that one was cut.

What the incident rests on is never cut: its sites, an example of each, the links that hold them together, its counts.
"""

from typing import NamedTuple

from correlate import record, why
from schemas import codec
from schemas.incident import MAX_LISTED, Incident


class Limits(NamedTuple):
    """The most that an incident lists of each."""

    links: int = 64
    """Strongest and widest first, after those that hold the sites together."""
    rules: int = 100
    """Worst level first."""
    entities: int = 64
    """Linking ones first."""
    techniques: int = 50
    listed: int = MAX_LISTED
    """Detection ids; all of them are memberships, and ``detections`` counts them."""
    aliases: int = 200
    """Latest first; each alias says itself what it was merged into."""

    def halved(self) -> "Limits":
        """Half of each, never less than one."""
        return Limits(*(max(1, limit // 2) for limit in self))


LIMITS = Limits()
SPARE = 64
"""Bytes of a record that are not the incident's."""


def cut(incident: Incident, limits: Limits = LIMITS) -> Incident:
    """The incident with its lists no longer than this; *why* says so when a name, and not only a copy of it, is lost."""
    reasons = incident.why
    lists = {
        "entities": incident.entities[: limits.entities],
        "techniques": incident.techniques[: limits.techniques],
        "aliases": incident.aliases[: limits.aliases],
    }
    parts = {"links": why.strongest(reasons.links, limits.links), "rules": reasons.rules[: limits.rules]}
    shorter = any(len(part) < len(getattr(reasons, name)) for name, part in parts.items()) or any(
        len(part) < len(getattr(incident, name)) for name, part in lists.items()
    )
    missing = why.missing(reasons.missing, (why.CUT,)) if shorter else reasons.missing
    return incident.model_copy(
        update={
            **lists,
            "detection_ids": incident.detection_ids[: limits.listed],
            "why": reasons.model_copy(update={**parts, "missing": missing}),
        },
    )


def fit(incident: Incident) -> Incident:
    """The incident, its limits halved until it fits a record; it always does in a region of some hundreds of sites."""
    limits = LIMITS
    while len(codec.encode(incident)) > record.MAX_STATE - SPARE and limits != limits.halved():
        limits = limits.halved()
        incident = cut(incident, limits)
    return incident
