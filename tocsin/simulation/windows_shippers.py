"""How shippers write a Windows event as one line of JSON: Winlogbeat, NXLog (``to_json``) and ``evtx_dump``."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from tocsin.simulation.windows_events import SECURITY, SYSMON, WindowsEvent


class _Provider(NamedTuple):
    name: str
    guid: str
    keywords: int


_PROVIDERS = {
    SECURITY: _Provider("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}", 0x8020000000000000),
    SYSMON: _Provider("Microsoft-Windows-Sysmon", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", 0x8000000000000000),
}
_TASKS = {
    (SECURITY, 4624): (12544, 2, "Logon"),
    (SECURITY, 4634): (12545, 0, "Logoff"),
    (SECURITY, 4688): (13312, 2, "Process Creation"),
    (SYSMON, 1): (1, 5, "Process Create (rule: ProcessCreate)"),
    (SYSMON, 3): (3, 5, "Network connection detected (rule: NetworkConnect)"),
    (SYSMON, 22): (22, 5, "Dns query (rule: DnsQuery)"),
}
"""Channel and event id: the task's number, the version of the event, the task's name."""
_PROCESS, _THREAD = 4, 412


def write(event: WindowsEvent, record: int, shipper: str, zone: ZoneInfo) -> bytes:
    """One line, without its end. ``record`` is the number of the record in its log; NXLog writes local time in the zone."""
    document = SHIPPERS[shipper](event, record, zone)
    return orjson.dumps(document)


def _winlogbeat(event: WindowsEvent, record: int, _zone: ZoneInfo) -> dict[str, Any]:
    provider = _PROVIDERS[event.channel]
    _, version, name = _TASKS[event.channel, event.code]
    return {
        "@timestamp": _utc(event.time, 3),
        "@metadata": {"beat": "winlogbeat", "type": "_doc", "version": "8.17.0"},
        "event": {"code": str(event.code), "kind": "event", "provider": provider.name, "action": name},
        "host": {"name": event.computer},
        "log": {"level": "information"},
        "winlog": {
            "api": "wineventlog",
            "channel": event.channel,
            "computer_name": event.computer,
            "event_data": event.data,
            "event_id": str(event.code),
            "keywords": ["Audit Success"] if event.channel == SECURITY else [],
            "opcode": "Info",
            "process": {"pid": _PROCESS, "thread": {"id": _THREAD}},
            "provider_guid": provider.guid,
            "provider_name": provider.name,
            "record_id": record,
            "task": name,
            "version": version,
        },
    }


def _nxlog(event: WindowsEvent, record: int, zone: ZoneInfo) -> dict[str, Any]:
    provider = _PROVIDERS[event.channel]
    task, version, name = _TASKS[event.channel, event.code]
    local = event.time.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    service = {"Domain": "NT AUTHORITY", "AccountName": "SYSTEM", "UserID": "S-1-5-18", "AccountType": "User"}
    return {
        "EventTime": local,
        "Hostname": event.computer,
        "Keywords": provider.keywords - 2**64,  # NXLog reads the mask as a signed number
        "EventType": "AUDIT_SUCCESS" if event.channel == SECURITY else "INFO",
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
        **(service if event.channel == SYSMON else {}),
        "Category": name,
        "Opcode": "Info",
        **event.data,
        "EventReceivedTime": local,
        "SourceModuleName": "eventlog",
        "SourceModuleType": "im_msvistalog",
    }


def _evtx(event: WindowsEvent, record: int, _zone: ZoneInfo) -> dict[str, Any]:
    provider = _PROVIDERS[event.channel]
    task, version, _ = _TASKS[event.channel, event.code]
    system = {
        "Provider": {"#attributes": {"Name": provider.name, "Guid": provider.guid.strip("{}")}},
        "EventID": event.code,
        "Version": version,
        "Level": 4 if event.channel == SYSMON else 0,
        "Task": task,
        "Opcode": 0,
        "Keywords": hex(provider.keywords),
        "TimeCreated": {"#attributes": {"SystemTime": _utc(event.time, 6)}},
        "EventRecordID": record,
        "Correlation": None,
        "Execution": {"#attributes": {"ProcessID": _PROCESS, "ThreadID": _THREAD}},
        "Channel": event.channel,
        "Computer": event.computer,
        "Security": {"#attributes": {"UserID": "S-1-5-18"}} if event.channel == SYSMON else None,
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
    whole = time.astimezone(UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{f'{whole.microsecond:06}'[:decimals]}Z"


SHIPPERS: Mapping[str, Callable[[WindowsEvent, int, ZoneInfo], dict[str, Any]]] = {
    "winlogbeat": _winlogbeat,
    "nxlog": _nxlog,
    "evtx": _evtx,
}
