"""Opens, extends and merges incidents; values in, values out.

The id derives from the detection that opened the incident and never changes. A merge keeps the older id; the younger incident stays
as an alias, with its own memberships. ``version`` counts members, merges and being merged: a replay reaches the same version with
the same content.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from correlate import bounds, why
from correlate.baseline import NONE
from schemas.detection import Detection, Entity
from schemas.incident import Example, Incident, Link, Membership, Reason, RuleCount, Why, incident_id
from schemas.marking import PAP, TLP, strictest

T = TypeVar("T")


class Member(NamedTuple):
    """A detection that belongs, and why."""

    detection: Detection
    reason: Reason
    entities: tuple[Entity, ...]
    weight: float

    def of(self, incident: str) -> Membership:
        """The record of it."""
        found = self.detection
        return Membership(
            incident_id=incident,
            detection_id=found.id,
            site=found.site,
            time=found.time,
            reason=self.reason,
            entities=self.entities,
            weight=self.weight,
        )


class Evidence(NamedTuple):
    """What a new detection brings: members that are in no incident yet, what ties them, and one example a site.

    ``signs`` are the ``why.SIGNS`` that speak of it.
    """

    members: tuple[Member, ...]
    links: tuple[Link, ...]
    examples: tuple[Example, ...]
    signs: tuple[str, ...] = ()


class Region(NamedTuple):
    """What is known of the region: the trust domain of each site, the data that is missing, and what is usual."""

    domain_of: Mapping[str, str]
    missing: tuple[str, ...] = ()
    baseline: str = NONE


def open_with(evidence: Evidence, region: Region) -> Incident:
    """A new incident, opened by its earliest detection."""
    found = _found(evidence)
    rules = _rules(found)
    empty = Incident(
        id=incident_id(found[0].id),
        version=1,
        sites=(),
        trust_domains=(),
        first_seen=found[0].time,
        last_seen=found[-1].time,
        opened=found[-1].time,
        severity=rules[0].level,
        score=0,
        detections=len(found),
        detection_ids=(),
        entities=(),
        why=Why(rules=rules, links=evidence.links, examples=evidence.examples, baseline=region.baseline),
    )
    return _refresh(_with(empty, found, evidence), found, region)


def extend(incident: Incident, evidence: Evidence, region: Region) -> Incident:
    """The incident with more evidence; unchanged when the evidence says nothing new."""
    found = _found(evidence)
    grown = incident.model_copy(
        update={
            "version": incident.version + max(1, len(found)),
            "detections": incident.detections + len(found),
            "why": incident.why.model_copy(update={"rules": why.count_rules(incident.why.rules, _rules(found))}),
        },
    )
    after = _refresh(_with(grown, found, evidence), found, region)
    return after if found or after.why.links != incident.why.links else incident


def merge(older: Incident, younger: Incident, region: Region) -> tuple[Incident, Incident]:
    """The older incident with all that is known of the younger, and the younger as its alias."""
    inner = Evidence((), younger.why.links, younger.why.examples, younger.why.missing)
    joined = older.model_copy(
        update={
            "version": older.version + younger.version,
            "detections": older.detections + younger.detections,
            "detection_ids": (*older.detection_ids, *younger.detection_ids),
            "sites": (*older.sites, *younger.sites),
            "first_seen": min(older.first_seen, younger.first_seen),
            "last_seen": max(older.last_seen, younger.last_seen),
            "entities": _once((*older.entities, *younger.entities)),
            "techniques": _once(sorted((*older.techniques, *younger.techniques))),
            "tlp": strictest(TLP, (older.tlp, younger.tlp)),
            "pap": strictest(PAP, (older.pap, younger.pap)),
            "aliases": (younger.id, *younger.aliases, *older.aliases),
            "why": older.why.model_copy(update={"rules": why.count_rules(older.why.rules, younger.why.rules)}),
        },
    )
    alias = younger.model_copy(update={"version": younger.version + 1, "merged_into": older.id})
    return _refresh(_with(joined, [], inner), [], region), alias


def _with(incident: Incident, found: Sequence[Detection], evidence: Evidence) -> Incident:
    """Links, examples and lists with the evidence added."""
    linking = tuple(entity for member in evidence.members for entity in member.entities)
    spoken = tuple(entity for detection in found for entity in detection.entities)
    reasons = incident.why.model_copy(
        update={
            "links": why.join_links(incident.why.links, evidence.links),
            "examples": why.earliest_examples(incident.why.examples, evidence.examples),
            "missing": why.missing(incident.why.missing, evidence.signs),
        },
    )
    return incident.model_copy(
        update={
            "detection_ids": (*incident.detection_ids, *(item.id for item in found)),
            "first_seen": min((incident.first_seen, *(item.time for item in found))),
            "last_seen": max((incident.last_seen, *(item.time for item in found))),
            "entities": _once((*linking, *incident.entities, *spoken)),
            "techniques": _once(sorted((*incident.techniques, *(name for item in found for name in item.techniques)))),
            "tlp": strictest(TLP, (incident.tlp, *(item.tlp for item in found))),
            "pap": strictest(PAP, (incident.pap, *(item.pap for item in found))),
            "why": reasons,
        },
    )


def _refresh(incident: Incident, found: Sequence[Detection], region: Region) -> Incident:
    """What follows from the rest: sites, severity, score, and what would split it."""
    sites = {*incident.sites, *(site for link in incident.why.links for site in link.sites), *(item.site for item in found)}
    domains = sorted({region.domain_of.get(site, site) for site in sites})
    level = why.severity(incident.why.rules, len(domains))
    signs = [text for text in incident.why.missing if text in why.SIGNS]
    reasons = incident.why.model_copy(update={"missing": why.missing(region.missing, signs)})
    short = bounds.cut(incident.model_copy(update={"why": reasons}))
    return short.model_copy(
        update={
            "sites": tuple(sorted(sites)),
            "trust_domains": tuple(domains),
            "severity": level,
            "score": why.score(level, len(domains), len(short.techniques)),
            "why": short.why.model_copy(update={"only_link": why.only_link(short.why.links, region.domain_of)}),
        },
    )


def _found(evidence: Evidence) -> list[Detection]:
    return sorted((member.detection for member in evidence.members), key=lambda item: (item.time, item.id))


def _rules(found: Sequence[Detection]) -> tuple[RuleCount, ...]:
    single = (RuleCount(id=item.rule_id, name=item.rule_name, level=item.level, count=1) for item in found)
    return why.count_rules((), single)


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
