"""Documents as the pipeline stores them: say what the test is about, the rest is filled in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from correlate.stage import document_of
from notify.outbox import OutboxRow
from schemas.detection import Detection, Entity, Kind, Level
from schemas.ids import digest
from schemas.incident import Example, Incident, Link, Membership, Reason, RuleCount, Why
from schemas.lead import Lead
from schemas.notice import Cause, Notice, Status
from schemas.noun import iso
from schemas.output import Document
from schemas.site import Contact
from tests.builders import BOURGOIN, NIGHT, VIENNE, at, entity

RULE = "Remote login from a public address"


def name(text: str) -> str:
    """An id as the pipeline makes them."""
    return digest("test", text)


def incident(
    text: str = "i",
    opened: str | datetime = "02:10",
    *,
    severity: Level = Level.HIGH,
    sites: Sequence[str] = (VIENNE, BOURGOIN),
    version: int = 1,
    **changes: Any,
) -> Incident:
    """An incident of two hospitals that share an address."""
    moment = at(opened) if isinstance(opened, str) else opened
    link = Link(reason=Reason.SHARED_ENTITY, entity=entity("ip:203.0.113.66"), weight=1, sites=tuple(sites))
    examples = [Example(site=site, detection_id=name(f"{text}-{site}"), event_ids=("e",), time=moment) for site in sites]
    rules = (RuleCount(id="r1", name=RULE, level=severity, count=2),)
    facts: dict[str, Any] = {
        "id": name(text),
        "version": version,
        "sites": tuple(sites),
        "trust_domains": tuple(sites),
        "first_seen": moment - timedelta(minutes=10),
        "last_seen": moment,
        "opened": moment,
        "severity": severity,
        "score": 65,
        "detections": 2,
        "detection_ids": tuple(example.detection_id for example in examples),
        "entities": (entity("ip:203.0.113.66"), entity("host:gate")),
        "techniques": ("T1078", "T1490"),
        "why": Why(rules=rules, links=(link,), examples=tuple(examples), baseline="none: no day before this one is known"),
    }
    return Incident(**{**facts, **changes})


def stored(found: Incident) -> Document:
    """The incident as the correlator stores it."""
    return Document("incident", found.id, found.model_dump(mode="json", by_alias=True), version=found.version)


def membership(of: Incident, detection: Detection, weight: float = 1) -> Document:
    """A detection belongs to an incident."""
    found = Membership(
        incident_id=of.id,
        detection_id=detection.id,
        site=detection.site,
        time=detection.time,
        reason=Reason.SHARED_ENTITY,
        weight=weight,
    )
    return Document("membership", found.id, found.model_dump(mode="json"))


def detection(
    text: str = "d", time: str = "02:00", *, site: str = VIENNE, entities: Sequence[Entity] = (), **changes: Any
) -> Detection:
    """What one rule found in the event of the same name."""
    facts: dict[str, Any] = {
        "id": name(text),
        "kind": Kind.SIGMA,
        "rule_id": "r1",
        "rule_name": RULE,
        "level": Level.HIGH,
        "time": at(time),
        "site": site,
        "event_ids": (name(f"event-{text}"),),
        "entities": tuple(entities),
        "techniques": ("T1078",),
    }
    return Detection(**{**facts, **changes})


def found_in(detection: Detection, received: str = "02:01", **fields: Any) -> list[Document]:
    """A detection and the events it rests on; ``a__b`` stands for the field ``a.b``."""
    bodies = [event(one, iso(detection.time), site=detection.site, received=received, **fields) for one in detection.event_ids]
    return [document_of(detection), *bodies]


def event(
    id: str,  # noqa: A002 - as the noun
    time: str,
    *,
    site: str = VIENNE,
    received: str = "02:01",
    dataset: str = "sshd.auth",
    **fields: Any,
) -> Document:
    """One log record; ``time`` is RFC 3339."""
    body = {
        "@timestamp": time,
        "event.id": id,
        "event.kind": "event",
        "event.dataset": dataset,
        "event.created": iso(at(received)),
        "event.original": "Accepted password for admin from 203.0.113.66 port 22 ssh2",
        "organization.id": site,
        **{key.replace("__", "."): value for key, value in fields.items()},
    }
    return Document("event", id, body, day=time[:10])


def acknowledgement(of: Incident, by: str = "A. Martin", time: str = "03:00", comment: str = "") -> Document:
    """A person has taken the incident."""
    body = {"incident_id": of.id, "by": by, "at": iso(at(time)), "comment": comment}
    return Document("acknowledgement", of.id, body)


def mail(
    of: Incident,
    to: str = "astreinte@ch-vienne.example.org",
    *,
    status: Status = Status.SENT,
    site: str | None = VIENNE,
    due: str = "02:15",
    **changes: Any,
) -> Document:
    """A row of the outbox."""
    notice = Notice(
        incident_id=of.id,
        incident_version=of.version,
        policy="standard",
        step=0,
        cause=Cause.NEW_INCIDENT,
        channel="smtp",
        contact=Contact(role="astreinte", name="Astreinte", email=to),
        reader_site=site,
        due=at(due),
        subject="[TLP:AMBER] P2",
        text="TLP:AMBER\nAPPELEZ",
        message_id="<m@tocsin.example.org>",
    )
    row = OutboxRow(notice=notice, status=status, attempt=1, version=3, updated=at(due), **changes)
    return row.document()


def lead(text: str = "l", time: str = "02:00", value: str = "ip:203.0.113.66", **changes: Any) -> Document:
    """A value that did something at one hospital and was tried at another."""
    facts: dict[str, Any] = {
        "id": name(text),
        "version": 2,
        "entities": (entity(value),),
        "sites": (VIENNE,),
        "attempted": (BOURGOIN,),
        "first_seen": NIGHT,
        "last_seen": at(time),
        "rules": (RULE,),
        "detection_ids": (name("d"),),
    }
    found = Lead(**{**facts, **changes})
    return Document("lead", found.id, found.model_dump(mode="json"), version=found.version)
