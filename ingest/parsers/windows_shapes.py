"""The three ways in which shippers write a Windows event as JSON, read into one form.

* ``evtx_dump``: ``{"Event": {"System": {…}, "EventData": {…}}}``, attributes under ``#attributes`` or beside in ``…_attributes``;
* Winlogbeat: ``{"@timestamp": …, "winlog": {"channel": …, "event_data": {…}}}``, nested or with dotted names;
* NXLog: one flat object, where its own fields (``SourceModuleName``, ``EventReceivedTime``) stand among those of the event.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.windows_channels import canonical
from ingest.timestamps import Stamp, rfc3339, utc
from schemas.event import Event, flatten


class Native(NamedTuple):
    """A Windows event: ``system`` holds what Windows says about it, by ECS or Winlogbeat name, ``data`` what it says, as texts.

    ``given`` are the ECS fields that the shipper already filled.
    """

    system: Event
    data: dict[str, str]
    stamp: Stamp | None
    given: Event

    @property
    def channel(self) -> str:
        """The canonical name of the channel."""
        return self.system.get("winlog.channel", "")  # type: ignore[no-any-return]  # texts, all of them

    @property
    def code(self) -> str:
        """The event id as text."""
        return self.system["event.code"]  # type: ignore[no-any-return]  # texts, all of them


def read(document: dict[str, Any], origin: Origin) -> Native:
    """Tell the shape and read it.

    Raises:
        NotUnderstood: the object has none of the three shapes.
    """
    wrapped = document.get("event")
    if "Event" not in document and isinstance(wrapped, dict) and "Event" in wrapped:
        document = wrapped  # exports of samples put the event beside its label
    if "Event" in document:
        return _read_evtx(document["Event"], origin)
    if "winlog" in document or "winlog.event_id" in document or "winlog.channel" in document:
        return _read_winlogbeat(flatten(document), origin)
    if "EventID" in document:
        return _read_nxlog(document, origin)
    raise NotUnderstood("expected a Windows event as evtx_dump, Winlogbeat or NXLog write it: no Event, winlog or EventID")


_EVTX_SYSTEM = (
    ("winlog.channel", "Channel", "#text"),
    ("winlog.computer_name", "Computer", "#text"),
    ("winlog.record_id", "EventRecordID", "#text"),
    ("winlog.provider_name", "Provider", "Name"),
    ("winlog.provider_guid", "Provider", "Guid"),
    ("winlog.level", "Level", "#text"),
    ("winlog.task", "Task", "#text"),
    ("winlog.opcode", "Opcode", "#text"),
    ("winlog.version", "Version", "#text"),
    ("winlog.keywords", "Keywords", "#text"),
    ("winlog.activity_id", "Correlation", "ActivityID"),
    ("winlog.process.pid", "Execution", "ProcessID"),
    ("winlog.process.thread.id", "Execution", "ThreadID"),
    ("winlog.user.identifier", "Security", "UserID"),
)


def _read_evtx(event: object, origin: Origin) -> Native:
    system = event.get("System") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(system, dict):
        raise NotUnderstood("expected Event.System to be an object")
    data = dict(_evtx_data(event.get("EventData")))
    for inner in _object(event.get("UserData")).values():
        data.update(_evtx_data(inner))
    time = _evtx_value(system, "TimeCreated", "SystemTime")
    fields = {name: text for name, element, part in _EVTX_SYSTEM if (text := _evtx_value(system, element, part))}
    return _native(
        fields,
        code=_evtx_value(system, "EventID", "#text"),
        data=data,
        stamp=rfc3339(time, origin.site.zone, origin.received) if time else None,
    )


def _evtx_value(system: dict[str, Any], element: str, part: str) -> str | None:
    """The text of an element, or one of its attributes in either of the two places."""
    value = system.get(element)
    if part != "#text":
        value = {**_object(system.get(f"{element}_attributes")), **_object(_object(value).get("#attributes"))}.get(part)
    elif isinstance(value, dict):
        value = value.get("#text")
    return None if value is None else _text(value)


def _evtx_data(value: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Named values as they are; unnamed ``Data`` elements joined as ``Data``, and apart as ``param1``, ``param2`` and so on."""
    for name, inner in _object(value).items():
        if name == "#attributes":
            if prefix:
                yield from _evtx_data(inner, prefix)
        elif isinstance(inner, list) or (isinstance(inner, dict) and "#text" in inner):
            yield from _unnamed(prefix + name, inner["#text"] if isinstance(inner, dict) else inner)
        elif isinstance(inner, dict):
            yield from _evtx_data(inner, f"{prefix}{name}.")
        elif inner is not None:
            yield prefix + name, _text(inner)


def _unnamed(name: str, value: object) -> Iterator[tuple[str, str]]:
    parts = value if isinstance(value, list) else [value]
    yield name, "\n".join(_text(part) for part in parts)
    if name == "Data":
        yield from ((f"param{number}", _text(part)) for number, part in enumerate(parts, start=1) if part is not None)


_WINLOGBEAT_DATA = ("winlog.event_data.", "winlog.user_data.")


def _read_winlogbeat(flat: Event, origin: Origin) -> Native:
    data: dict[str, str] = {}
    given: Event = {}
    for name, value in flat.items():
        prefix = next((prefix for prefix in _WINLOGBEAT_DATA if name.startswith(prefix)), None)
        if value is None:
            continue
        if prefix is not None:
            data[name.removeprefix(prefix)] = _text(value)
        elif name.startswith("winlog."):
            given[name] = _text(value) if not isinstance(value, list) else [_text(item) for item in value]
        elif not name.startswith(("tocsin.", "organization.", "event.id")):
            given[name] = value
    for name in {*unknown_fields(given), *mistyped_fields(given)}:
        del given[name]
    _join_parameters(data)
    time = given.pop("@timestamp", None)
    system = {name: given.pop(name) for name in list(given) if name.startswith("winlog.") or name == "message"}
    return _native(
        system,
        code=system.get("winlog.event_id") or given.get("event.code"),
        data=data,
        stamp=rfc3339(time, origin.site.zone, origin.received) if time else None,
        given=given,
    )


def _join_parameters(data: dict[str, str]) -> None:
    """Winlogbeat calls unnamed values ``param1``, ``param2``…; rules look for them in ``Data``."""
    if "Data" not in data and "param1" in data:
        numbers = range(1, 1 + sum(name.startswith("param") for name in data))
        data["Data"] = "\n".join(data[f"param{number}"] for number in numbers if f"param{number}" in data)


_NXLOG_SYSTEM: tuple[tuple[str, str], ...] = (
    ("winlog.channel", "Channel"),
    ("winlog.computer_name", "Hostname"),
    ("winlog.record_id", "RecordNumber"),
    ("winlog.provider_name", "SourceName"),
    ("winlog.provider_guid", "ProviderGuid"),
    ("winlog.task", "Task"),
    ("winlog.opcode", "Opcode"),
    ("winlog.version", "Version"),
    ("winlog.activity_id", "ActivityID"),
    ("winlog.process.pid", "ExecutionProcessID"),
    ("winlog.process.thread.id", "ThreadID"),
    ("winlog.user.identifier", "UserID"),
    ("message", "Message"),
)
_NXLOG_USER = (("winlog.user.name", "AccountName"), ("winlog.user.domain", "Domain"), ("winlog.user.type", "AccountType"))
_NXLOG_OWN = frozenset(
    {name for _, name in _NXLOG_SYSTEM}
    | {"@timestamp", "@version", "Category", "ERROR_EVT_UNRESOLVED", "EventID", "EventReceivedTime", "EventTime"}
    | {"EventTypeOrignal", "Keywords", "MessageSourceAddress", "OpcodeValue", "RelatedActivityID", "Severity", "SeverityValue"}
    | {"SourceModuleName", "SourceModuleType", "host", "port", "tags"}
)
"""What NXLog (and Logstash behind it) adds to the fields of an event. ``EventTypeOrignal`` is misspelled in the wild."""
_NXLOG_SYSTEM_WITH_USER = _NXLOG_SYSTEM + _NXLOG_USER
_NXLOG_OWN_WITH_USER = _NXLOG_OWN | {name for _, name in _NXLOG_USER}
_UNSIGNED_64 = 0xFFFFFFFFFFFFFFFF


def _read_nxlog(document: dict[str, Any], origin: Origin) -> Native:
    with_user = "AccountType" in document  # else AccountName and Domain are the event's own
    own = _NXLOG_OWN_WITH_USER if with_user else _NXLOG_OWN
    rows = _NXLOG_SYSTEM_WITH_USER if with_user else _NXLOG_SYSTEM
    fields = {
        name: value if type(value := document[key]) is str else _text(value)  # most are: a call less for each counts
        for name, key in rows
        if key in document
    }
    if isinstance(keywords := document.get("Keywords"), int):
        fields["winlog.keywords"] = f"0x{keywords & _UNSIGNED_64:x}"
    data = {
        name: value if type(value) is str else _text(value)
        for name, value in document.items()
        if name not in own and value is not None
    }
    if "EventTypeOrignal" not in document:
        data.pop("EventType", None)  # NXLog's own: INFO, AUDIT_SUCCESS
    if not data and "message" in fields:
        data["Data"] = fields["message"]  # unnamed values reach us only inside the rendered text
    return _native(fields, code=_text(document["EventID"]), data=data, stamp=_nxlog_time(document, origin))


def _nxlog_time(document: dict[str, Any], origin: Origin) -> Stamp | None:
    """``UtcTime`` is Sysmon's own; ``@timestamp`` is a relay's, in UTC; ``EventTime`` is local to the machine."""
    for name in ("UtcTime", "@timestamp"):
        if isinstance(text := document.get(name), str) and (stamp := utc(text)):
            return stamp
    text = document.get("EventTime")
    return rfc3339(text, origin.site.zone, origin.received) if isinstance(text, str) else None


def _native(system: Event, *, code: str | None, data: dict[str, str], stamp: Stamp | None, given: Event | None = None) -> Native:
    if not code:
        raise NotUnderstood("the Windows event has no event id")
    if "winlog.channel" in system:
        system["winlog.channel"] = canonical(_text(system["winlog.channel"]))
    system["event.code"] = system["winlog.event_id"] = code
    return Native(system, data, stamp, given or {})


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    return "" if value is None else str(value)
