"""The header that syslog daemons write before a message, in the three forms found in files.

``Mar 27 13:06:56 host sshd[1291]: …`` (RFC 3164), ``2024-03-27T13:06:56.123456+01:00 host sshd[1291]: …`` (the ISO format that rsyslog
and journald write), both with or without ``<PRI>``, and ``<38>1 2024-03-27T13:06:56Z host sshd 1291 - - …`` (RFC 5424 §6).
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ingest.origin import Origin
from ingest.timestamps import rfc3164, rfc3339
from schemas.event import PARTIAL, Event
from schemas.noun import iso

_TRADITIONAL = re.compile(
    r"(?:<(\d{1,3})> ?)?"
    r"(?:([A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d)|(\d{4}-\d\d-\d\d[T ]\S{8,40})) "
    r"(\S+) (?:\4 )?"  # some appliances write their name twice
    r"([^\s\[:]{1,128})(?:\[(\d{1,10})\])?: ?(.*)\Z",
    re.DOTALL,
)
_RFC5424 = re.compile(
    r"<(\d{1,3})>1 ()(\d{4}-\d\d-\d\dT\S{8,40}) (\S{1,255}) (\S{1,48}) (?:(\d{1,10})|\S{1,128}) \S{1,32} "
    r"(?:-|(?:\[(?:[^\]\"]++|\"(?:[^\"\\]++|\\.)*+\")*+\])++)(?: \ufeff?(.*))?\Z",
    re.DOTALL,
)
PROGRAM = re.compile(
    r"(?:<\d{1,3}> ?)?(?:1 )?(?:[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\S{8,40}) (\S+) (?:\1 )?([^\s\[:]{1,128})"
)
"""The start of a header; its last group is the program. Cheaper than reading all of it."""
EXPECTED = "expected a syslog line, such as 'Mar 27 13:06:56 host sshd[1291]: message'"
"""What to say of a text without header."""


class Header(NamedTuple):
    """The fields that the header fills, ``message`` among them, and the tags that its time deserves."""

    event: Event
    program: str
    message: str
    tags: list[str]


def read_header(text: str, origin: Origin) -> Header | None:
    """Split a line; None when it has no header.

    A time that is none leaves ``@timestamp`` away and tags ``parse:partial``.
    """
    found = _TRADITIONAL.match(text) or _RFC5424.match(text)
    if found is None:
        return None
    priority, rfc3164_time, rfc3339_time, host, program, pid, message = found.groups("")
    event: Event = {"process.name": program, "message": message}
    if host != "-":
        event["host.name"] = host
    if pid:
        event["process.pid"] = int(pid)
    if priority:
        event["log.syslog.priority"] = int(priority)
    time, tags = _time(rfc3164_time, rfc3339_time, origin.site.timezone, origin.received)
    if time:
        event["@timestamp"] = time
    return Header(event, program, message, list(tags))


@lru_cache(maxsize=4096)
def _time(old: str, new: str, timezone: str, received: datetime) -> tuple[str, tuple[str, ...]]:
    """The instant as text, and the tags; remembered because a busy host says many things within a second."""
    zone = ZoneInfo(timezone)
    stamp = rfc3164(old, zone, received) if old else rfc3339(new, zone, received)
    return (iso(stamp.instant), stamp.tags) if stamp else ("", (PARTIAL,))
