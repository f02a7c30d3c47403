"""One noun of each kind, every field set: what golden bytes are made of."""

from datetime import UTC, datetime

from schemas.act import Act, Deed
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.detection import Detection, DetectionBatch, Entity, Found, Group, Kind, Level, Phase, Sighted, State
from schemas.incident import Example, Incident, Link, Membership, Reason, RuleCount, Why
from schemas.notice import Cause, Notice, Receipt, Status
from schemas.noun import Noun
from schemas.site import Contact, Site
from schemas.tick import Tick

WHEN = datetime(2026, 1, 31, 2, 5, 6, 789, UTC)
HERE, THERE = "380781435", "2A0000014"

_ENTITY = Entity(kind="ip", value="203.0.113.66")
_DETECTION = Detection(
    id="d1",
    kind=Kind.SIGMA,
    rule_id="r1",
    rule_name="Échec répété",
    level=Level.HIGH,
    time=WHEN,
    site=HERE,
    event_ids=("e1", "e2"),
    entities=(_ENTITY,),
    state=State.SHADOW,
    techniques=("T1110",),
    tactics=("credential-access",),
    phase=Phase.ATTEMPT,
    sites=(HERE, THERE),
    groups=(Group(correlation="c1", by=("jmartin",), value=HERE),),
    indicators=(
        Sighted(
            id="indicator--1",
            name="Relais",
            kind="ip",
            value="203.0.113.66",
            field="source.ip",
            source="feeds/cert",
            tlp="TLP:GREEN",
            pap="PAP:RED",
        ),
    ),
    tlp="TLP:GREEN",
    pap="PAP:RED",
    counted=12,
    signs=("more than is kept",),
)
_LINK = Link(
    reason=Reason.SHARED_ENTITY, entity=_ENTITY, also=(Entity(kind="user", value="jmartin"),), weight=0.75, sites=(THERE, HERE)
)
_CONTACT = Contact(role="astreinte", name="Astreinte", email="astreinte@ch.example", language="en")

EXAMPLES: dict[str, Noun] = {
    "raw_batch": RawBatch(
        site=HERE,
        source="sshd/auth.log",
        source_type="sshd",
        epoch="e1",
        positions=(0, 2**40),
        records=(b"Jan 31 02:05:06 srv sshd[1]: \xff", b""),
        received=WHEN,
    ),
    "detection_batch": DetectionBatch(
        site=HERE, source="s", epoch="e1", end=7, found=(Found(position=7, detection=_DETECTION),), reached=WHEN
    ),
    "detection": _DETECTION,
    "membership": Membership(
        incident_id="i1", detection_id="d1", site=HERE, time=WHEN, reason=Reason.SITES_WITHIN, entities=(_ENTITY,), weight=1
    ),
    "incident": Incident(
        id="i1",
        version=3,
        sites=(THERE, HERE),
        trust_domains=("GHT", HERE),
        first_seen=WHEN,
        last_seen=WHEN,
        opened=WHEN,
        severity=Level.CRITICAL,
        score=90,
        detections=2,
        detection_ids=("d1", "d2"),
        entities=(_ENTITY,),
        techniques=("T1110",),
        why=Why(
            rules=(RuleCount(id="r1", name="Échec répété", level=Level.HIGH, count=2),),
            links=(_LINK, Link(reason=Reason.SAME_HOSTS, weight=1, sites=(HERE,))),
            examples=(Example(site=HERE, detection_id="d1", event_ids=("e1",), time=WHEN),),
            baseline="2026-01-30",
            missing=("no logs received from site 010000024",),
            only_link=_LINK,
        ),
        tlp="TLP:RED",
        pap="PAP:RED",
        aliases=("i2",),
        merged_into="i0",
    ),
    "notice": Notice(
        incident_id="i1",
        incident_version=3,
        policy="default",
        step=1,
        cause=Cause.NEW_SITE,
        channel="smtp",
        contact=_CONTACT,
        reader_site=HERE,
        due=WHEN,
        subject="[TLP:AMBER] Incident",
        text="Bonjour,\n",
        html="<p>Bonjour,</p>\n",
        message_id="<1@tocsin.invalid>",
        references=("<0@tocsin.invalid>",),
    ),
    "receipt": Receipt(notice_id="n1", attempt=2, status=Status.DEFERRED, at=WHEN, detail="451 later", uncertain=True),
    "act": Act(incident_id="i1", deed=Deed.ACKNOWLEDGE, by="anne@ch.example", at=WHEN, comment="vu"),
    "tick": Tick(now=WHEN),
    "dead_letter": DeadLetter(topic="raw.380781435", key="k", data=b"\x00\xff", reason="no header", site=HERE, source="s"),
    "site": Site(
        finess=HERE,
        name="CH de Vienne",
        legal_entity=THERE,
        category="CH",
        criticality=("SSI",),
        contacts=(_CONTACT,),
        timezone="Indian/Reunion",
        ght="GHT 1",
        trust_domain="ght-1",
        exits=("198.51.100.0/29",),
        suppliers=("Editeur",),
    ),
}
"""One of each noun, with every field set."""
