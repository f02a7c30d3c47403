r"""Access logs of Apache and NGINX: the *common* and *combined* formats, one request a line.

``192.0.2.7 - jmartin [17/May/2026:10:05:03 +0200] "GET /a?b=c HTTP/1.1" 200 512 "https://ref.example/" "curl/8.5.0"``, with or without the
virtual host before (``vhost_combined``, ``%v:%p`` or ``$host``), a syslog header before that, and further fields behind. Both servers escape
the quotes inside a field (Apache ``\"``, NGINX ``\x22``), so a visitor cannot end one. Lines of their error logs, which often stand in the same
file, are read by ``web_errors``.

Formats: Apache ``mod_log_config``, *Custom Log Formats*; NGINX ``ngx_http_log_module``.
"""

import re
from functools import lru_cache

from ingest.origin import NotUnderstood, Origin
from ingest.parsers import web_errors
from ingest.parsers.syslog import read_header
from ingest.timestamps import common_log
from ingest.values import address, port, put
from schemas.event import PARTIAL, Event
from schemas.noun import iso

_TIME = r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"
_HEAD = re.compile(_TIME + r' (?=")')
"""Where the time ends and the quoted request begins. Nothing that a visitor types can look so: the quote would be escaped."""
_QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_TAIL = re.compile(rf"{_QUOTED} (\d{{3}}|-) (\d{{1,18}}|-)(?: {_QUOTED}(?: {_QUOTED})?)?(?: (.*)|)\Z", re.DOTALL)
_REQUEST = re.compile(r"([!#$%&'*+.^_`|~A-Za-z-]{1,32}) (\S.*) HTTP/(\d(?:\.\d)?)|([A-Z]{1,16}) (\S+)", re.DOTALL)
"""RFC 9112 §3; some clients leave blanks in the target. The second form is HTTP/0.9."""
_ESCAPED = re.compile(r'\\(?:(["\\])|x22|x5C)')
_BRACKETED = re.compile(_TIME + " ")
_FIRST_FAILURE = 400
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")
_NOTHING = frozenset({"", "-", '""'})
_EXPECTED = "expected an access log line, such as '192.0.2.7 - - [17/May/2026:10:05:03 +0200] \"GET / HTTP/1.1\" 200 512'"


def parse(text: str, origin: Origin) -> Event:
    """The event of one line. What stands around an unreadable request is kept, and tagged ``parse:partial``.

    ``source`` is the peer of the connection, never an address that a visitor wrote into a header.

    Raises:
        NotUnderstood: the line has no time in brackets before a quoted request, and is none of an error log.
    """
    head = _HEAD.search(text)
    if head is None:
        return _without_request(text, origin)
    event: Event = {
        "event.module": "web",
        "event.dataset": "web.access",
        "event.action": "http_request",
        "event.category": ["web"],
        "event.type": ["access"],
    }
    whole = _read_time(event, head[1])
    whole &= _read_peer(event, text[: head.start()], origin)
    whole &= _read_request(event, text[head.end() :])
    if not whole:
        event["tags"] = [PARTIAL]
    return event


def evidence(text: str) -> str | None:
    """A time in brackets before a quoted request, or the start of an error log's line."""
    if _HEAD.search(text, 0, 2048):
        return "time of the Common Log Format before a quoted request"
    if _BRACKETED.match(text):
        return "time of the Common Log Format first"
    return web_errors.evidence(text)


def _without_request(text: str, origin: Origin) -> Event:
    if event := web_errors.read(text, origin):
        return event
    found = _BRACKETED.match(text)
    if found is None:
        raise NotUnderstood(_EXPECTED)
    event = {"event.module": "web", "event.dataset": "web.access", "event.category": ["web"], "message": text[found.end() :]}
    _read_time(event, found[1])
    event["tags"] = [PARTIAL]
    return event


def _read_time(event: Event, text: str) -> bool:
    put(event, "@timestamp", _instant(text))
    return "@timestamp" in event


@lru_cache(maxsize=4096)
def _instant(text: str) -> str | None:
    stamp = common_log(text)
    return iso(stamp.instant) if stamp else None


def _read_peer(event: Event, text: str, origin: Origin) -> bool:
    if _set_peer(event, text):
        return True
    if header := read_header(text, origin):
        text = header.message
        event.update((name, header.event[name]) for name in ("host.name", "process.name") if name in header.event)
    return _set_peer(event, text) or _set_named_peer(event, text)


def _set_peer(event: Event, text: str) -> bool:
    """``[vhost] peer ident user``: of two addresses the second is the peer, the first the ``Host`` that was asked for."""
    first, _, rest = text.partition(" ")
    second, _, after = rest.partition(" ")
    if peer := address(second):
        _read_host(event, first)
        rest = after
    elif not (peer := address(first)):
        return False
    event["source.ip"] = peer
    _set_user(event, rest)
    return True


def _set_named_peer(event: Event, text: str) -> bool:
    """With ``HostnameLookups`` Apache writes a name."""
    first, _, rest = text.partition(" ")
    if not _NAME.fullmatch(first):
        return False
    event["source.domain"] = first
    _set_user(event, rest)
    return True


def _set_user(event: Event, ident_and_user: str) -> None:
    user = ident_and_user.partition(" ")[2].removesuffix(" ")
    if user not in _NOTHING:
        event["user.name"] = user


def _read_host(event: Event, text: str) -> None:
    name, colon, number = text.rpartition(":")
    if colon and number.isdecimal() and (name[-1:] == "]" or ":" not in name):
        put(event, "url.domain", name)
        put(event, "url.port", port(number))
    else:
        event["url.domain"] = text


def _read_request(event: Event, text: str) -> bool:
    found = _TAIL.match(text)
    if found is None:
        event["message"] = text
        return False
    request, status, size, referrer, agent, rest = found.groups("")
    if status != "-":
        code = int(status)
        event["http.response.status_code"] = code
        event["event.outcome"] = "success" if code < _FIRST_FAILURE else "failure"
    if size != "-":
        event["http.response.body.bytes"] = int(size)
    if referrer not in _NOTHING:
        event["http.request.referrer"] = _unescaped(referrer)
    if agent not in _NOTHING:
        event["user_agent.original"] = _unescaped(agent)
    if rest:
        event["tocsin.trailing"] = rest
    if request not in _NOTHING:
        _read_target(event, _unescaped(request))
    return True


def _unescaped(text: str) -> str:
    r"""Quotes and backslashes as the visitor sent them; other escaped bytes stay ``\x..``: they are no text."""
    return _ESCAPED.sub(_unescape, text) if "\\" in text else text


def _unescape(found: re.Match[str]) -> str:
    return found[1] or ('"' if found[0] == "\\x22" else "\\")


def _read_target(event: Event, request: str) -> None:
    """What was asked for; bytes that are no request (a TLS hello to a clear port) are kept as ``url.original``, with the reason."""
    found = _REQUEST.fullmatch(request)
    if found is None:
        event["url.original"] = request
        event["event.reason"] = "malformed request"
        return
    method, target, version, old_method, old_target = found.groups("")
    event["http.request.method"] = method or old_method
    event["url.original"] = target = target or old_target
    if version:
        event["http.version"] = version
    path, mark, query = target.partition("?")
    if path[:1] == "/":
        event["url.path"] = path
        if mark and query:
            event["url.query"] = query
