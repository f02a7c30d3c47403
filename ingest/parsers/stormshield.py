"""Audit logs of Stormshield Network Security firewalls (SNS 3 to 5): WELF pairs, with or without a syslog header.

Source: *Description of audit logs*, Stormshield. In files the log has no ``logtype``; keys that only one log has tell it then.
"""

import re
from functools import lru_cache

from ingest.keyvalue import read_header, read_pairs
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.firewalls import Values, copy
from ingest.parsers.stormshield_fields import ALWAYS
from ingest.parsers.stormshield_logs import LOGS
from ingest.timestamps import rfc3339, utc
from ingest.values import put
from schemas.event import PARTIAL, Event
from schemas.noun import iso

_EXPECTED = (
    "expected an SNS audit log, such as "
    '\'id=firewall time="2026-03-27 13:06:56" fw="…" tz=+0100 startime="2026-03-27 13:06:56" … logtype="filter"\''
)
_LAST = re.compile(r'logtype="?([a-z0-9]{1,32})"?\s*\Z')
"""WELF has no escapes, so a quote in a value ends it: ``logtype`` is what stands last, not what a web client wrote before."""
_ZONE = re.compile(r"[+-]\d{4}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)

_KEYS_OF = (
    (("alarmid", "class"), "alarm"),
    (("phase", "side"), "vpn"),
    (("address", "sessionid"), "server"),
    (("service", "pri"), "system"),
    (("op", "arg", "result"), "web"),
    (("slotlevel", "modsrc"), "connection"),
    (("slotlevel", "src"), "filter"),
    (("method", "user"), "auth"),
    (("SavedEvaluation",), "filterstat"),
    (("security", "system", "CPU"), "monitor"),
)
"""Keys that tell a log without ``logtype``."""


def parse(text: str, origin: Origin) -> Event:
    """The event of one log. A log outside the tables, cut, or with a key twice is tagged ``parse:partial``.

    Raises:
        NotUnderstood: no pairs, or none of ``fw`` and ``startime``, which every SNS log has.
    """
    header = read_header(text)
    if header is None:
        raise NotUnderstood(_EXPECTED)
    values, whole = read_pairs(text[header.length :] if header.length else text)
    if "fw" not in values or "startime" not in values:
        raise NotUnderstood(_EXPECTED)
    event: Event = {
        "event.module": "stormshield",
        "observer.vendor": "Stormshield",
        "observer.product": "SNS",
        "observer.type": "firewall",
    }
    if header.priority is not None:
        event["log.syslog.priority"] = header.priority
    tags = _read_times(event, values, origin)
    if not _read(event, _kind(text, values), values) or not whole:
        tags.append(PARTIAL)
    if tags:
        event["tags"] = list(dict.fromkeys(tags))
    return event


def evidence(text: str) -> str | None:
    """Why one record looks like SNS, or None."""
    if "startime=" not in text or " fw=" not in text:
        return None
    header = read_header(text)
    first = text[header.length :].partition("=")[0] if header else ""
    return f"begins with {first}= and has fw= and startime=, as Stormshield SNS writes" if first in {"id", "time"} else None


def _kind(text: str, values: Values) -> str:
    if last := _LAST.search(text, max(0, len(text) - 64)):
        return last[1]
    return values.get("logtype") or next((kind for keys, kind in _KEYS_OF if all(key in values for key in keys)), "")


def _read_times(event: Event, values: Values, origin: Origin) -> list[str]:
    """``time`` is when it was written, ``startime`` when it began: the two may be days apart."""
    written = _time("time", values, origin)
    began = written if values["startime"] == values.get("time") else _time("startime", values, origin)
    if began:
        event["event.start"] = began[0]
    found = written or began
    if found is None:
        return [PARTIAL]
    event["@timestamp"] = found[0]
    return list(found[1])


Told = tuple[str, tuple[str, ...]]
"""A time as text, and the tags that say what is doubtful about it."""


def _time(key: str, values: Values, origin: Origin) -> Told | None:
    text, zone = values.get(key, ""), values.get("tz", "")
    if not _TIME.fullmatch(text):
        return None
    if _ZONE.fullmatch(zone):
        return _zoned(text + zone)
    stamp = rfc3339(text, origin.zone, origin.received)
    return (iso(stamp.instant), stamp.tags) if stamp else None


@lru_cache(maxsize=4096)
def _zoned(text: str) -> Told | None:
    """Busy firewalls write many logs in each second."""
    stamp = utc(text)
    return (iso(stamp.instant), stamp.tags) if stamp else None


def _read(event: Event, kind: str, values: Values) -> bool:
    """Fill the fields of the log; whether it is a known one."""
    copy(event, ALWAYS, values)
    if kind not in LOGS:
        event["event.dataset"] = "stormshield.other"
        put(event, "tocsin.stormshield.logtype", kind or None)
        return False
    dataset, read = LOGS[kind]
    event["event.dataset"] = f"stormshield.{dataset}"
    event["tocsin.stormshield.logtype"] = kind
    read(event, values)
    return True
