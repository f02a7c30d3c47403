"""EVE JSON of Suricata, one object a line, with or without the syslog header that ``filetype: syslog`` adds.

Docs: docs.suricata.io, *Eve JSON Output* and *Eve JSON Format*.
"""

import re

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.network_table import tag
from ingest.parsers.network_values import Document, json_object
from ingest.parsers.suricata_finish import FINISH, Section
from ingest.parsers.suricata_sections import MEANING, ONLY_IN_THE_RECORD, TOP, UNKNOWN, section
from ingest.parsers.suricata_sides import set_sides
from ingest.timestamps import told_rfc3339
from schemas.event import PARTIAL, Event

_SYSLOG = re.compile(r"(?:<\d{1,3}>)?(?:1 )? ?(?:\S{0,63}[^\s:] +){1,4}suricata(?:\[\d{1,10}\])?: (?:@cee: ?)?\{")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,40}")
_KINDS = {"alert": "alert", "stats": "metric"}
_NO_PROTOCOL = frozenset({"failed", "unknown"})


def parse(text: str, origin: Origin) -> Event:
    """The event of one record; tagged ``parse:partial`` when its type is not in the tables, or its time or a value is not readable.

    A value that is not what its field should be stays below ``suricata.eve``.

    Raises:
        NotUnderstood: not a JSON object with ``event_type`` and ``timestamp``.
    """
    document = _document(text)
    kind = document.get("event_type")
    if type(kind) is not str or not _KIND.fullmatch(kind) or "timestamp" not in document:
        raise NotUnderstood("expected an EVE record: a JSON object with 'event_type' and 'timestamp'")
    event: Event = {
        "event.kind": "event",
        "event.module": "suricata",
        "event.dataset": f"suricata.{kind}",
        "observer.product": "Suricata",
    }
    _say_what(event, kind)
    _set_time(event, document, origin)
    set_sides(event, document, kind)
    TOP.fill(event, document)
    for name, value in document.items():
        if type(value) is dict and name not in ONLY_IN_THE_RECORD:
            _read_section(event, name, value, origin)
    _name_protocol(event, document, kind)
    return event


def evidence(text: str) -> str | None:
    """Why a record looks like Suricata's; None when nothing speaks for it."""
    if '"event_type"' not in text or '"timestamp"' not in text:
        return None
    try:
        document = _document(text)
    except NotUnderstood:
        return None
    kind = document.get("event_type")
    if type(kind) is not str or kind not in MEANING or not {"timestamp", kind} <= document.keys():
        return None
    return f"a JSON object with 'timestamp', 'event_type' {kind!r} and an object of that name"


def _document(text: str) -> Document:
    if text[:1] == "{":
        return json_object(text)
    header = _SYSLOG.match(text)
    if header is None:
        raise NotUnderstood("expected an EVE record: a JSON object with 'event_type' and 'timestamp'")
    return json_object(text[header.end() - 1 :])


def _say_what(event: Event, kind: str) -> None:
    category, kinds = MEANING.get(kind, UNKNOWN)
    event["event.category"] = list(category)
    event["event.type"] = list(kinds)
    if kind not in MEANING:
        tag(event, PARTIAL)
    elif kind in _KINDS:
        event["event.kind"] = _KINDS[kind]


def _set_time(event: Event, document: Document, origin: Origin) -> None:
    time = document["timestamp"]
    told = told_rfc3339(time, origin.zone, origin.received) if type(time) is str else None
    if told is None:
        tag(event, PARTIAL)
        return
    event["@timestamp"], tags = told
    tag(event, *tags)


def _read_section(event: Event, name: str, found: Section, origin: Origin) -> None:
    section(name).fill(event, found)
    for inner, nested in found.items():
        if type(nested) is dict:
            section(f"{name}.{inner}").fill(event, nested)
    if finish := FINISH.get(name):
        finish(event, found, origin)


def _name_protocol(event: Event, document: Document, kind: str) -> None:
    said = document.get("app_proto")
    if type(said) is str and said and said not in _NO_PROTOCOL:
        event["network.protocol"] = said.lower()
    elif "protocol" in event.get("event.type", ()):
        event["network.protocol"] = kind
    tags = document.get("vlan")
    if type(tags) is list and tags and type(tags[0]) is int:
        event["network.vlan.id"] = str(tags[0])
