"""Lines of the OpenSSH server as syslog daemons write them to a file.

``Mar 27 13:06:56 host sshd[1291]: …`` (RFC 3164) or ``2024-03-27T13:06:56.123456+01:00 host sshd-session[1291]: …`` (the ISO format that
rsyslog and journald write), with or without ``<PRI>``.
"""

import re
from typing import NamedTuple

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.sshd_messages import MESSAGES, REPEATED, Message
from ingest.timestamps import Stamp, rfc3164, rfc3339
from ingest.values import address, integer, port, put, word
from schemas.event import PARTIAL, Event
from schemas.noun import iso

_HEADER = re.compile(
    r"(?:<(?P<pri>\d{1,3})>)?"
    r"(?:(?P<rfc3164>[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d)|(?P<rfc3339>\d{4}-\d\d-\d\d[T ]\S{8,40})) "
    r"(?P<host>\S+) (?:(?P=host) )?"  # some appliances write their name twice
    r"(?P<program>[^\s\[:]{1,128})(?:\[(?P<pid>\d{1,10})\])?: ?(?P<message>.*)\Z",
    re.DOTALL,
)
_PROGRAMS = frozenset({"sshd", "sshd-session", "sshd-auth"})
"""OpenSSH 9.8 split ``sshd`` into processes of these names."""


class _Reading(NamedTuple):
    kind: Message
    found: re.Match[str]
    times: int


def parse(text: str, origin: Origin) -> Event:
    """The event of one line. A message outside the table, or of another program, is tagged ``parse:partial``.

    A line that stands for several equal ones (*message repeated n times*) gives one event with ``tocsin.repeated`` = n.

    Raises:
        NotUnderstood: the line has no syslog header.
    """
    header = _HEADER.match(text)
    if header is None:
        raise NotUnderstood("expected a syslog line, such as 'Mar 27 13:06:56 host sshd[1291]: message'")
    event: Event = {
        "event.module": "sshd",
        "event.dataset": "sshd.auth",
        "host.name": header["host"],
        "process.name": header["program"],
        "message": header["message"],
    }
    tags = _read_header(event, header, origin)
    reading = _read(header["message"]) if header["program"] in _PROGRAMS else None
    if reading is None:
        tags.append(PARTIAL)
    else:
        _fill(event, reading)
    if tags:
        event["tags"] = tags
    return event


def _read_header(event: Event, header: re.Match[str], origin: Origin) -> list[str]:
    if header["pid"]:
        put(event, "process.pid", integer(header["pid"]))
    if header["pri"]:
        event["log.syslog.priority"] = int(header["pri"])
    stamp = _time(header, origin)
    if stamp is None:
        return [PARTIAL]
    event["@timestamp"] = iso(stamp.instant)
    return list(stamp.tags)


def _time(header: re.Match[str], origin: Origin) -> Stamp | None:
    if header["rfc3164"]:
        return rfc3164(header["rfc3164"], origin.site.zone, origin.received)
    return rfc3339(header["rfc3339"], origin.site.zone, origin.received)


def _read(message: str) -> _Reading | None:
    times = 1
    if repeated := REPEATED.match(message):
        times, message = int(repeated["times"]), repeated["message"]
    for kind in MESSAGES:
        if found := kind.pattern.match(message):
            return _Reading(kind, found, times)
    return None


def _fill(event: Event, reading: _Reading) -> None:
    kind, groups = reading.kind, reading.found.groupdict()
    event["event.action"] = kind.action
    event["event.category"] = list(kind.category)
    event["event.type"] = list(kind.type)
    put(event, "event.outcome", kind.outcome)
    put(event, "user.name", word(groups.get("user") or ""))
    put(event, "event.reason", word(groups.get("reason") or ""))
    _place(event, "source", groups.get("ip"), groups.get("port"))
    _place(event, "destination", groups.get("to_ip"), groups.get("to_port"))
    put(event, "tocsin.ssh_method", groups.get("method"))
    if reading.times > 1:
        event["tocsin.repeated"] = reading.times


def _place(event: Event, side: str, host: str | None, number: str | None) -> None:
    """A name in the place of an address (``UseDNS yes``) is the domain of that side."""
    if host:
        put(event, f"{side}.ip", address(host))
        if f"{side}.ip" not in event:
            put(event, f"{side}.domain", host)
    if number:
        put(event, f"{side}.port", port(number))
