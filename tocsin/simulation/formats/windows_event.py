"""How shippers write a Windows event as one line of JSON: Winlogbeat, NXLog (``to_json``) and ``evtx_dump``."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import WindowsEvent
from tocsin.simulation.windows.events import SECURITY, SYSMON, SYSTEM

FILE = "windows-{shipper}.jsonl"


class _Provider(NamedTuple):
    name: str
    guid: str
    keywords: int


_PROVIDERS = {
    SECURITY: _Provider("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}", 0x8020000000000000),
    SYSMON: _Provider("Microsoft-Windows-Sysmon", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", 0x8000000000000000),
    SYSTEM: _Provider("Service Control Manager", "{555908D1-A6D7-4695-8E1E-26931D2012F4}", 0x8080000000000000),
}
_FAILURE = 4625
_FAILED = 0x8010000000000000
"""Keywords of an audit failure."""
_TASKS = {
    (SECURITY, 4624): (12544, 2, "Logon"),
    (SECURITY, 4625): (12544, 0, "Logon"),
    (SECURITY, 4634): (12545, 0, "Logoff"),
    (SECURITY, 4688): (13312, 2, "Process Creation"),
    (SECURITY, 4698): (12804, 1, "Other Object Access Events"),
    (SECURITY, 4740): (13824, 0, "User Account Management"),
    (SYSMON, 1): (1, 5, "Process Create (rule: ProcessCreate)"),
    (SYSMON, 3): (3, 5, "Network connection detected (rule: NetworkConnect)"),
    (SYSMON, 10): (10, 3, "Process accessed (rule: ProcessAccess)"),
    (SYSMON, 11): (11, 2, "File created (rule: FileCreate)"),
    (SYSMON, 22): (22, 5, "Dns query (rule: DnsQuery)"),
    (SYSTEM, 7036): (0, 0, ""),
    (SYSTEM, 7045): (0, 0, ""),
}
"""Channel and event id: the task's number, the version of the event, the task's name."""
_PROCESS, _THREAD = 4, 412
_INSTALLED = 7045
"""Its own ``AccountName`` is lost where NXLog writes that of the session."""


def _line(event: WindowsEvent, device: Device) -> Iterator[bytes]:
    yield orjson.dumps(SHIPPERS[device.place.shipper](event, next(device.numbers), device))


def _winlogbeat(event: WindowsEvent, record: int, _device: Device) -> dict[str, Any]:
    provider = _PROVIDERS[event.channel]
    _, version, name = _TASKS[event.channel, event.code]
    return {
        "@timestamp": _utc(event.time, 3),
        "@metadata": {"beat": "winlogbeat", "type": "_doc", "version": "8.17.0"},
        "event": {"code": str(event.code), "kind": "event", "provider": provider.name, **({"action": name} if name else {})},
        "host": {"name": event.computer},
        "log": {"level": "information"},
        "winlog": {
            "api": "wineventlog",
            "channel": event.channel,
            "computer_name": event.computer,
            "event_data": event.data,
            "event_id": str(event.code),
            "keywords": _KEYWORDS[event.channel] if event.code != _FAILURE else ["Audit Failure"],
            "opcode": "Info",
            "process": {"pid": _PROCESS, "thread": {"id": _THREAD}},
            "provider_guid": provider.guid,
            "provider_name": provider.name,
            "record_id": record,
            **({"task": name} if name else {}),
            "version": version,
        },
    }


_KEYWORDS = {SECURITY: ["Audit Success"], SYSMON: [], SYSTEM: ["Classic"]}


def _nxlog(event: WindowsEvent, record: int, device: Device) -> dict[str, Any]:
    provider = _PROVIDERS[event.channel]
    task, version, name = _TASKS[event.channel, event.code]
    local = f"{device.local(event.time)[0]:%Y-%m-%d %H:%M:%S}"
    failure = event.code == _FAILURE
    service = {"Domain": "NT AUTHORITY", "AccountName": "SYSTEM", "UserID": "S-1-5-18", "AccountType": "User"}
    return {
        "EventTime": local,
        "Hostname": event.computer,
        "Keywords": (_FAILED if failure else provider.keywords) - 2**64,  # NXLog reads the mask as a signed number
        "EventType": ("AUDIT_FAILURE" if failure else "AUDIT_SUCCESS") if event.channel == SECURITY else "INFO",
        "SeverityValue": 2,
        "Severity": "INFO",
        "EventID": event.code,
        "SourceName": provider.name,
        "ProviderGuid": provider.guid,
        "Version": version,
        "Task": task,
        "OpcodeValue": 0,
        "RecordNumber": record,
        "ExecutionProcessID": _PROCESS,
        "ThreadID": _THREAD,
        "Channel": event.channel,
        **({"Category": name} if name else {}),
        "Opcode": "Info",
        **event.data,
        **(service if event.channel == SYSMON or event.code == _INSTALLED else {}),
        "EventReceivedTime": local,
        "SourceModuleName": "eventlog",
        "SourceModuleType": "im_msvistalog",
    }


def _evtx(event: WindowsEvent, record: int, _device: Device) -> dict[str, Any]:
    provider = _PROVIDERS[event.channel]
    task, version, _ = _TASKS[event.channel, event.code]
    system = {
        "Provider": {"#attributes": {"Name": provider.name, "Guid": provider.guid.strip("{}")}},
        "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": event.code} if event.channel == SYSTEM else event.code,
        "Version": version,
        "Level": 0 if event.channel == SECURITY else 4,
        "Task": task,
        "Opcode": 0,
        "Keywords": hex(_FAILED if event.code == _FAILURE else provider.keywords),
        "TimeCreated": {"#attributes": {"SystemTime": _utc(event.time, 6)}},
        "EventRecordID": record,
        "Correlation": None,
        "Execution": {"#attributes": {"ProcessID": _PROCESS, "ThreadID": _THREAD}},
        "Channel": event.channel,
        "Computer": event.computer,
        "Security": None if event.channel == SECURITY else {"#attributes": {"UserID": "S-1-5-18"}},
    }
    data = {name: _typed(text) for name, text in event.data.items()}
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": system,
            "EventData": data,
        }
    }


def _typed(text: str) -> str | int | bool:
    """``evtx_dump`` keeps the types of the binary log: numbers, booleans, and GUIDs without braces."""
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdigit() else text.strip("{}")


def _utc(time: datetime, decimals: int) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{f'{time.microsecond:06}'[:decimals]}Z"


SHIPPERS: Mapping[str, Callable[[WindowsEvent, int, Device], dict[str, Any]]] = {
    "winlogbeat": _winlogbeat,
    "nxlog": _nxlog,
    "evtx": _evtx,
}

WRITES: Writes = {WindowsEvent: _line}
