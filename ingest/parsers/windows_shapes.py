"""The three ways in which shippers write a Windows event as JSON, read into one form.

* ``evtx_dump``: ``{"Event": {"System": {…}, "EventData": {…}}}``, attributes under ``#attributes`` or beside in ``…_attributes``;
* Winlogbeat: ``{"@timestamp": …, "winlog": {"channel": …, "event_data": {…}}}``, nested or with dotted names;
* NXLog: one flat object, where its own fields (``SourceModuleName``, ``EventReceivedTime``) stand among those of the event.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ingest.ecs import EXACT, FIELDS, OPEN_ROOTS, fits
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.windows_channels import canonical
from ingest.remember import Shape, remembered_shape
from ingest.timestamps import Told, told_rfc3339, told_utc
from schemas.event import Event, flatten


class Native(NamedTuple):
    """A Windows event: ``system`` holds what Windows says about it, by ECS or Winlogbeat name, ``data`` what it says, as texts.

    ``given`` are the ECS fields that the shipper already filled.
    """

    system: Event
    data: dict[str, str]
    time: Told | None
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


_EVTX_TEXTS = (
    ("winlog.channel", "Channel"),
    ("winlog.computer_name", "Computer"),
    ("winlog.record_id", "EventRecordID"),
    ("winlog.level", "Level"),
    ("winlog.task", "Task"),
    ("winlog.opcode", "Opcode"),
    ("winlog.version", "Version"),
    ("winlog.keywords", "Keywords"),
)
_EVTX_ATTRIBUTES = (
    ("Provider", (("winlog.provider_name", "Name"), ("winlog.provider_guid", "Guid"))),
    ("Correlation", (("winlog.activity_id", "ActivityID"),)),
    ("Execution", (("winlog.process.pid", "ProcessID"), ("winlog.process.thread.id", "ThreadID"))),
    ("Security", (("winlog.user.identifier", "UserID"),)),
)


def _read_evtx(event: object, origin: Origin) -> Native:
    system = event.get("System") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(system, dict):
        raise NotUnderstood("expected Event.System to be an object")
    data: dict[str, str] = {}
    _read_data(data, event.get("EventData"))
    for inner in _object(event.get("UserData")).values():
        _read_data(data, inner)
    time = _text(_attributes(system, "TimeCreated").get("SystemTime"))
    code = _evtx_text(system.get("EventID"))
    fields = {name: text for name, element in _EVTX_TEXTS if element in system and (text := _evtx_text(system[element]))}
    for element, parts in _EVTX_ATTRIBUTES:
        attributes = _attributes(system, element)
        fields.update((name, text) for name, part in parts if part in attributes and (text := _text(attributes[part])))
    return _native(fields, code=code, data=data, time=told_rfc3339(time, origin.zone, origin.received) if time else None)


def _evtx_text(value: object) -> str:
    return value if type(value) is str else _text(value.get("#text") if isinstance(value, dict) else value)


def _attributes(system: dict[str, Any], element: str) -> dict[str, Any]:
    """The attributes of an element, which stand inside it or beside it."""
    inside, beside = _object(system.get(element)).get("#attributes"), system.get(f"{element}_attributes")
    return _object(inside) if beside is None else {**_object(beside), **_object(inside)}


def _read_data(data: dict[str, str], value: object, prefix: str = "") -> None:
    """Named values as they are; unnamed ``Data`` elements joined as ``Data``, and apart as ``param1``, ``param2`` and so on."""
    for name, inner in _object(value).items():
        if name == "#attributes":
            if prefix:
                _read_data(data, inner, prefix)
        elif type(inner) is str:
            data[prefix + name] = inner
        elif isinstance(inner, list) or (isinstance(inner, dict) and "#text" in inner):
            data.update(_unnamed(prefix + name, inner["#text"] if isinstance(inner, dict) else inner))
        elif isinstance(inner, dict):
            _read_data(data, inner, f"{prefix}{name}.")
        elif inner is not None:
            data[prefix + name] = _text(inner)


def _unnamed(name: str, value: object) -> Iterator[tuple[str, str]]:
    parts = value if isinstance(value, list) else [value]
    yield name, "\n".join(_text(part) for part in parts)
    if name == "Data":
        yield from ((f"param{number}", _text(part)) for number, part in enumerate(parts, start=1) if part is not None)


_WINLOGBEAT_DATA = ("winlog.event_data.", "winlog.user_data.")


_NOT_GIVEN = ("tocsin.", "organization.", "event.id")


class _BeatNames(NamedTuple):
    """Which names of a document are whose."""

    data: tuple[tuple[str, str], ...]
    """Name in the document, and of the native field."""
    system: tuple[str, ...]
    given: tuple[tuple[str, type | None], ...]
    """Field of ECS, and the type of most of its values."""


@remembered_shape
def _beat_names(names: Shape) -> _BeatNames:
    prefixed = [(name, prefix) for name in names for prefix in _WINLOGBEAT_DATA if name.startswith(prefix)]
    native = {name for name, _ in prefixed}
    system = [name for name in names if name.startswith("winlog.") and name not in native]
    given = [name for name in names if name in FIELDS or name.startswith(OPEN_ROOTS)]
    return _BeatNames(
        tuple((name, name.removeprefix(prefix)) for name, prefix in prefixed),
        tuple(system),
        tuple((name, EXACT.get(name)) for name in given if not name.startswith(("winlog.", *_NOT_GIVEN))),
    )


def _read_winlogbeat(flat: Event, origin: Origin) -> Native:
    names = _beat_names(tuple(flat))
    data = {
        native: value if type(value) is str else _text(value) for name, native in names.data if (value := flat[name]) is not None
    }
    _join_parameters(data)
    system: Event = {
        name: [_text(item) for item in value] if isinstance(value, list) else _text(value)
        for name in names.system
        if (value := flat[name]) is not None
    }
    given: Event = {
        name: value
        for name, exact in names.given
        if type(value := flat[name]) is exact or (value is not None and (name not in FIELDS or fits(name, value)))
    }
    if "message" in given:
        system["message"] = given.pop("message")
    time = given.pop("@timestamp", None)
    return _native(
        system,
        code=system.get("winlog.event_id") or given.get("event.code"),
        data=data,
        time=told_rfc3339(time, origin.zone, origin.received) if isinstance(time, str) and time else None,
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
_UNSIGNED_64 = 0xFFFFFFFFFFFFFFFF


class _NxlogNames(NamedTuple):
    """Which names of an object are whose."""

    system: tuple[tuple[str, str], ...]
    data: tuple[str, ...]


@remembered_shape
def _nxlog_names(names: Shape) -> _NxlogNames:
    with_user = "AccountType" in names  # else AccountName and Domain are the event's own
    rows = _NXLOG_SYSTEM + _NXLOG_USER if with_user else _NXLOG_SYSTEM
    own = _NXLOG_OWN | {name for _, name in rows}
    if "EventTypeOrignal" not in names:
        own |= {"EventType"}  # NXLog's own: INFO, AUDIT_SUCCESS
    return _NxlogNames(tuple(row for row in rows if row[1] in names), tuple(name for name in names if name not in own))


def _read_nxlog(document: dict[str, Any], origin: Origin) -> Native:
    names = _nxlog_names(tuple(document))
    fields = {name: value if type(value := document[key]) is str else _text(value) for name, key in names.system}
    if isinstance(keywords := document.get("Keywords"), int):
        fields["winlog.keywords"] = f"0x{keywords & _UNSIGNED_64:x}"
    data = {name: value if type(value) is str else _text(value) for name in names.data if (value := document[name]) is not None}
    if not data and "message" in fields:
        data["Data"] = fields["message"]  # unnamed values reach us only inside the rendered text
    return _native(fields, code=_text(document["EventID"]), data=data, time=_nxlog_time(document, origin))


def _nxlog_time(document: dict[str, Any], origin: Origin) -> Told | None:
    """``UtcTime`` is Sysmon's own; ``@timestamp`` is a relay's, in UTC; ``EventTime`` is local to the machine."""
    for name in ("UtcTime", "@timestamp"):
        if isinstance(text := document.get(name), str) and (time := told_utc(text)):
            return time
    text = document.get("EventTime")
    return told_rfc3339(text, origin.zone, origin.received) if isinstance(text, str) else None


def _native(system: Event, *, code: str | None, data: dict[str, str], time: Told | None, given: Event | None = None) -> Native:
    if not code:
        raise NotUnderstood("the Windows event has no event id")
    if "winlog.channel" in system:
        system["winlog.channel"] = canonical(_text(system["winlog.channel"]))
    system["event.code"] = system["winlog.event_id"] = code
    return Native(system, data, time, given or {})


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    return "" if value is None else str(value)
