"""Logs of FortiGate firewalls in FortiOS's own format, ``key=value`` pairs (*FortiOS Log Message Reference*, 5.x to 7.6).

With or without a syslog header; quoted or not, as releases differ. CSV, CEF and other Fortinet products are not read.
"""

import re
from functools import lru_cache

from ingest.keyvalue import read_header, read_pairs
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.firewalls import Values, copy
from ingest.parsers.fortigate_events import read_event
from ingest.parsers.fortigate_fields import ALWAYS
from ingest.parsers.fortigate_traffic import read_traffic
from ingest.parsers.fortigate_utm import TYPES, read_utm
from ingest.timestamps import Told, epoch, told_rfc3339
from schemas.event import PARTIAL, Event
from schemas.noun import iso

_EXPECTED = 'expected a FortiOS log, such as \'date=2026-03-27 time=13:06:56 devid="FG…" logid="0000000013" type="traffic" …\''
_ZONE = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)", re.ASCII)
_SECONDS = 10
_EPOCHS = frozenset({_SECONDS, _SECONDS + 3, _SECONDS + 6, _SECONDS + 9})
"""Digits of ``eventtime`` in seconds, ms, µs and ns, between 2001 and 2286: the first ten are the second in each."""


def parse(text: str, origin: Origin) -> Event:
    """The event of one log. A log of a type outside the tables, cut, or with a key twice is tagged ``parse:partial``.

    Raises:
        NotUnderstood: no pairs, or none of ``logid`` and ``type``, which every FortiOS log has.
    """
    header = read_header(text)
    if header is None:
        raise NotUnderstood(_EXPECTED)
    values, whole = read_pairs(text[header.length :] if header.length else text, escapes=True)
    kind = values.get("type", "")
    if not kind or "logid" not in values:
        raise NotUnderstood(_EXPECTED)
    event: Event = {
        "event.module": "fortigate",
        "observer.vendor": "Fortinet",
        "observer.product": "FortiGate",
        "observer.type": "firewall",
    }
    if header.priority is not None:
        event["log.syslog.priority"] = header.priority
    tags = _read_time(event, values, origin)
    if not whole and PARTIAL not in tags:
        tags.append(PARTIAL)
    if not _read(event, kind, values) and PARTIAL not in tags:
        tags.append(PARTIAL)
    if tags:
        event["tags"] = tags
    return event


def evidence(text: str) -> str | None:
    """Why one record looks like FortiOS, or None."""
    if "logid=" not in text or " type=" not in text or not ("devid=" in text or " eventtime=" in text or " vd=" in text):
        return None
    header = read_header(text)
    first = text[header.length :].partition("=")[0] if header else ""
    return f"begins with {first}= and has logid= and type=, as FortiOS writes" if first in _FIRST else None


_FIRST = frozenset({"date", "devid", "devname", "eventtime", "itime", "logver", "timestamp", "time"})
"""The key that a log begins with; collectors put theirs before the device's."""


def _read_time(event: Event, values: Values, origin: Origin) -> list[str]:
    """``eventtime`` needs no zone; ``date`` and ``time`` have that of ``tz`` or, where there is none, of the site."""
    number = values.get("eventtime", "")
    if len(number) in _EPOCHS and number.isascii() and number.isdigit() and (second := _second(number[:_SECONDS])):
        event["@timestamp"] = f"{second}{number[_SECONDS : _SECONDS + 6]:0<6}Z"
        return []
    time = _local_time(values, origin)
    if time is None:
        return [PARTIAL]
    event["@timestamp"], tags = time
    return list(tags)


@lru_cache(maxsize=1024)
def _second(digits: str) -> str | None:
    """``2026-03-27T12:06:56.`` of a whole second: busy firewalls write many logs in each."""
    stamp = epoch(int(digits))
    return iso(stamp.instant)[: len("2026-03-27T12:06:56.")] if stamp else None


def _local_time(values: Values, origin: Origin) -> Told | None:
    zone = _ZONE.fullmatch(values.get("tz", ""))
    offset = f"{zone[1]}{zone[2]:0>2}:{zone[3]}" if zone else ""
    return told_rfc3339(f"{values.get('date', '')}T{values.get('time', '')}{offset}", origin.zone, origin.received)


def _read(event: Event, kind: str, values: Values) -> bool:
    """Fill the fields of the log's type; whether it is a known one."""
    copy(event, ALWAYS, values)
    subtype = values.get("subtype", "")
    if kind == "traffic":
        event["event.dataset"] = "fortigate.traffic"
        read_traffic(event, values)
    elif kind in TYPES:
        event["event.dataset"] = "fortigate.utm"
        read_utm(event, subtype if kind == "utm" else kind, values)
    elif kind == "event":
        event["event.dataset"] = "fortigate.vpn" if subtype == "vpn" else "fortigate.event"
        read_event(event, subtype, values)
    else:
        event["event.dataset"] = "fortigate.other"
        return False
    return True
