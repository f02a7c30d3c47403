"""Windows events as JSON, in the shapes of ``windows_shapes``, to ECS.

Every native field is kept as text under ``winlog.event_data``; the tables of ``windows_fields``, ``windows_accounts``,
``windows_details``, ``windows_powershell`` and ``windows_categories`` draw the ECS fields from them.
"""

import re

import orjson

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.windows_accounts import map_accounts
from ingest.parsers.windows_categories import categorise
from ingest.parsers.windows_channels import dataset
from ingest.parsers.windows_details import map_details
from ingest.parsers.windows_plan import draw, keep, plan
from ingest.parsers.windows_powershell import expand_context, map_context
from ingest.parsers.windows_shapes import Native, read
from ingest.values import integer
from schemas.event import Event

_NUMBERS = ("winlog.process.pid", "winlog.process.thread.id")

_SHAPE = re.compile(r'"(Event|EventID|winlog|winlog\.event_id|winlog\.channel)"\s{0,8}:')


def parse(text: str, origin: Origin) -> Event:
    """The event of one JSON object.

    Raises:
        NotUnderstood: not a JSON object, or none of the three shapes.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(f"expected a JSON object: {error}") from error
    if not isinstance(document, dict):
        raise NotUnderstood(f"expected a JSON object, got {type(document).__name__}")
    return _event(read(document, origin))


def evidence(text: str) -> str | None:
    """A JSON object with the names that ``evtx_dump``, Winlogbeat or NXLog give a Windows event."""
    if text.lstrip()[:1] != "{":
        return None
    found = _SHAPE.search(text)
    return f"a JSON object with {found[1]!r}" if found else None


def _event(native: Native) -> Event:
    channel, code = native.channel, native.code
    expand_context(channel, native.data)
    planned = plan(channel, code, native.data)
    event = keep(planned, native.data)
    event.update(native.system)
    draw(event, planned, native.data)
    map_context(event, channel, native.data)
    map_details(event, channel, code, native.data)
    map_accounts(event, channel, native.data)
    categorise(event, channel, code)
    for name, value in native.given.items():
        event.setdefault(name, value)
    _name(event, channel)
    if native.time is not None:
        event["@timestamp"], tags = native.time
        if tags:
            event["tags"] = [*event.get("tags", ()), *tags]
    return event


def _name(event: Event, channel: str) -> None:
    """Where the event comes from, in ECS terms."""
    event["event.module"] = "windows"
    event["event.dataset"] = dataset(channel)
    if "winlog.provider_name" in event:
        event.setdefault("event.provider", event["winlog.provider_name"])
    if "winlog.computer_name" in event:
        event["host.name"] = event["winlog.computer_name"]
    for name in _NUMBERS:
        if name in event and (number := integer(event[name])) is not None:
            event[name] = number
