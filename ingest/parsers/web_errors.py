"""Lines of the error logs of Apache and NGINX, read in part: when, how grave, who asked. They are tagged ``parse:partial``.

``2026/04/02 15:45:23 [error] 8#8: *15950 open() "/srv/x" failed (2: No such file), client: 192.0.2.7, server: _, request: "GET /x HTTP/1.1"``
and ``[Thu Oct 13 12:24:49.880562 2026] [auth_basic:error] [pid 10:tid 1401] [client 192.0.2.7:50229] AH01618: user x not found: /``.
Neither server escapes here: a visitor's path can imitate the field that names the client, so an address counts only when no other stands
in its place. Formats: NGINX ``ngx_http_core_module`` and ``ngx_http_request.c``, Apache ``ErrorLogFormat``.
"""

import re
from datetime import datetime

from ingest.origin import Origin
from ingest.timestamps import Stamp, rfc3339
from ingest.values import address, port, put
from schemas.event import PARTIAL, Event
from schemas.noun import iso

_NGINX = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d) \[([a-z]{1,8})\] (\d{1,10})#\d{1,10}: (.*)\Z", re.DOTALL)
_NGINX_CLIENT = re.compile(r", client: ([0-9a-fA-F.:]{2,45})[, ]")
_APACHE = re.compile(
    r"\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?) (\d{4})\] \[(?:[\w-]{0,32}:)?([a-z]{1,8}\d?)\] "
    r"(?:\[pid (\d{1,10})[^\]]{0,64}\] )?(.*)\Z",
    re.DOTALL,
)
_APACHE_CLIENT = re.compile(r"[^\[]{0,256}\[(?:client|remote) ([^\]\s]{2,64})\]")


def evidence(text: str) -> str | None:
    """The time and the level that begin a line."""
    if _NGINX.match(text):
        return "time and level of the NGINX error log"
    return "time and level of the Apache error log" if _APACHE.match(text) else None


def read(text: str, origin: Origin) -> Event | None:
    """The event of one line; None when it is of no error log."""
    if nginx := _NGINX.match(text):
        year, month, day, clock, level, pid, message = nginx.groups()
        event = _event(message, level, pid, rfc3339(f"{year}-{month}-{day}T{clock}", origin.zone, origin.received))
        clients = {*_NGINX_CLIENT.findall(message)}
        if len(clients) == 1:
            put(event, "source.ip", address(clients.pop()))
        return event
    if apache := _APACHE.match(text):
        month, day, clock, year, level, pid, message = apache.groups()
        event = _event(message, level, pid, _apache_time(f"{day} {month} {year}", clock, origin))
        if client := _APACHE_CLIENT.match(message):
            _set_client(event, client[1])
        return event
    return None


def _event(message: str, level: str, pid: str | None, stamp: Stamp | None) -> Event:
    event: Event = {
        "event.module": "web",
        "event.dataset": "web.error",
        "event.category": ["web"],
        "event.type": ["error"],
        "log.level": level,
        "message": message,
        "tags": [PARTIAL, *(stamp.tags if stamp else ())],
    }
    if pid:
        event["process.pid"] = int(pid)
    if stamp:
        event["@timestamp"] = iso(stamp.instant)
    return event


def _apache_time(date: str, clock: str, origin: Origin) -> Stamp | None:
    try:
        day = datetime.strptime(date, "%d %b %Y")  # noqa: DTZ007 - the site's zone is applied below
    except ValueError:
        return None
    return rfc3339(f"{day:%Y-%m-%d}T{clock}", origin.zone, origin.received)


def _set_client(event: Event, text: str) -> None:
    """``address:port``, where an IPv6 address has no brackets (``::1:37752``), or an address alone (Apache 2.2)."""
    host, _, number = text.rpartition(":")
    whole = address(text)
    if whole and (host.count(":") == 0 or "." in text.rpartition(":")[2]):
        event["source.ip"] = whole
    elif found := address(host.strip("[]")):
        event["source.ip"] = found
        put(event, "source.port", port(number))
