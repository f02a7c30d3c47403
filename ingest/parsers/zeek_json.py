"""Zeek logs as JSON, one object a line: one file for each log, or all in one stream with ``_path`` (docs.zeek.org, *Zeek Log Formats*).

``ts`` is seconds since 1970 or ISO 8601 in UTC. Whoever opened the connection is the source, in every log.
"""

import re

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.network_table import tag
from ingest.parsers.network_values import Document, json_object, moment
from ingest.parsers.zeek_finish import FINISH
from ingest.parsers.zeek_logs import LOGS, unknown_log
from ingest.parsers.zeek_names import log_of
from schemas.event import PARTIAL, Event, flatten

_LOG_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def parse(text: str, _origin: Origin) -> Event:
    """The event of one record; tagged ``parse:partial`` when its log is not in the tables, or its time or a value is not readable.

    A value that is not what its field should be stays below ``zeek.<log>``.

    Raises:
        NotUnderstood: not a JSON object, or nothing in it speaks for Zeek.
    """
    document = json_object(text)
    if text.find("{", 1) > 0:  # an object inside, or a brace in a text
        document = flatten(document)
    name = log_of(document)
    if name is None or not _LOG_NAME.fullmatch(name):
        raise NotUnderstood("expected a Zeek record: a JSON object with 'ts' and '_path', or the fields of one of its logs")
    return _event(document, name)


def evidence(text: str) -> str | None:
    """Why a record looks like Zeek's; None when nothing speaks for it."""
    if '"ts"' not in text or text[:1] != "{":
        return None
    try:
        document = json_object(text)
        name = log_of(flatten(document))
    except NotUnderstood:
        return None
    return f"a JSON object with 'ts' and the fields of Zeek's {name} log" if name in LOGS else None


def _event(document: Document, name: str) -> Event:
    log = LOGS.get(name) or unknown_log(name)
    event: Event = {
        "event.kind": log.kind,
        "event.module": "zeek",
        "event.dataset": f"zeek.{name}",
        "event.category": list(log.category),
        "event.type": list(log.type),
        "observer.product": "Zeek",
    }
    if log.protocol:
        event["network.protocol"] = log.protocol
    log.table.fill(event, document)
    if time := moment(document["ts"]):
        event["@timestamp"] = time
    if time is None or name not in LOGS:
        tag(event, PARTIAL)
    if finish := FINISH.get(name):
        finish(event, document)
    return event
