"""A batch of records to ECS events: one event for each record, in order, whatever the bytes."""

from datetime import datetime
from typing import NamedTuple

from ingest.auto import AUTO, SOURCE_TYPES
from ingest.auto import parser as auto_parser
from ingest.encodings import decode
from ingest.origin import NotUnderstood, Origin
from ingest.parsers import PARSERS, Parser
from ingest.related import add_related
from ingest.timestamps import FUTURE
from ingest.understand import understand
from schemas.batch import RawBatch
from schemas.event import ECS_VERSION, Event
from schemas.ids import event_id
from schemas.noun import iso
from schemas.site import Site

TIME_IS_RECEPTION = "time:received"
"""Tag: the record told no time that could be read; ``@timestamp`` is when it was received."""
TIME_IN_FUTURE = "time:future"
"""Tag: the record claims to be more than a day ahead; ``@timestamp`` is its reception, the claim is in ``tocsin.original_timestamp``."""

_MODULES = {
    "windows_event": "windows",
    "linux_auth": "linux",
    "suricata_eve": "suricata",
    "web_access": "web",
    "zeek_json": "zeek",
}
"""``event.module`` of the source types that are not called like their module."""


class _Envelope(NamedTuple):
    """What all events of one batch share."""

    origin: Origin
    parse: Parser
    module: str
    received: str
    latest: str
    common: Event


def normalise(batch: RawBatch, site: Site, key: bytes = b"") -> list[Event]:
    """Read every record of a batch; never raises on any bytes.

    A record that its parser does not understand becomes an event tagged ``parse:raw`` with the reason in ``error.message``. What a
    record says about ``organization.*`` is overwritten: the site is known from the connection, the record is written by anyone.

    Args:
        batch: Records of one source; an unknown ``source_type`` makes them all raw.
        site: The establishment; its zone reads local times.
        key: Keys the hash in ``event.id`` (at most 64 bytes), so that ids cannot be used to test guesses of a record.
    """
    envelope = _envelope(batch, site)
    return [
        _event(record, event_id(site.finess, batch.source, batch.epoch, position, record, key=key), envelope)
        for position, record in zip(batch.positions, batch.records, strict=True)
    ]


def _envelope(batch: RawBatch, site: Site) -> _Envelope:
    received = iso(batch.received)
    return _Envelope(
        origin=Origin(site, batch.source, batch.received),
        parse=_parser(batch),
        module=_MODULES.get(batch.source_type, batch.source_type),
        received=received,
        latest=_a_day_after(batch.received),
        common={
            "ecs.version": ECS_VERSION,
            "event.created": received,
            "organization.id": site.finess,
            "organization.name": site.name,
        },
    )


def _a_day_after(received: datetime) -> str:
    return iso(received + FUTURE)


def _parser(batch: RawBatch) -> Parser:
    if batch.source_type == AUTO:
        return auto_parser(decode(record)[0] for record in batch.records)
    return PARSERS.get(batch.source_type) or _no_parser(batch.source_type)


def _no_parser(source_type: str) -> Parser:
    def refuse(_text: str, _origin: Origin) -> Event:
        raise NotUnderstood(f"unknown source type {source_type!r}; known: {', '.join(SOURCE_TYPES)}")

    return refuse


def _event(record: bytes, identity: str, envelope: _Envelope) -> Event:
    text, tags = decode(record)
    event = understand(envelope.parse, text, envelope.origin)
    if "tags" in event:
        tags += event.pop("tags")
    event.setdefault("event.kind", "event")
    event.setdefault("event.module", envelope.module)
    if "event.dataset" not in event:
        event["event.dataset"] = f"{event['event.module']}.raw"
    event["event.id"] = identity
    event["event.original"] = text
    event.update(envelope.common)
    _settle_time(event, tags, envelope)
    add_related(event)
    if tags:
        event["tags"] = list(dict.fromkeys(tags))
    return event


def _settle_time(event: Event, tags: list[str], envelope: _Envelope) -> None:
    """Both times are texts of ``schemas.noun.iso``, whose order is the order of time."""
    claimed = event.get("@timestamp")
    if claimed is None:
        event["@timestamp"] = envelope.received
        tags.append(TIME_IS_RECEPTION)
    elif claimed > envelope.latest:
        event["tocsin.original_timestamp"] = claimed
        event["@timestamp"] = envelope.received
        tags.append(TIME_IN_FUTURE)
