"""Lines of the OpenSSH server as syslog daemons write them to a file; ``ingest.parsers.syslog`` reads their header."""

import re
from typing import NamedTuple

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.sshd_messages import MESSAGES, REPEATED, Message
from ingest.parsers.syslog import EXPECTED, PROGRAM, read_header
from ingest.values import address, port, put
from schemas.event import PARTIAL, Event

PROGRAMS = frozenset({"sshd", "sshd-session", "sshd-auth"})
"""OpenSSH 9.8 split ``sshd`` into processes of these names."""
_WORD = re.compile(r"[A-Za-z_]*+")
_FIXED_WORD = re.compile(r"[A-Za-z_]*+(?![?*{|])")


def _first_word(kind: Message) -> str:
    """The word that a message of this kind must begin with; empty when there are several."""
    found = _FIXED_WORD.match(kind.pattern.pattern)
    return found[0] if found else ""


_ANY_WORD = tuple(kind for kind in MESSAGES if not _first_word(kind))
_BY_WORD = {
    word: tuple(kind for kind in MESSAGES if _first_word(kind) in {word, ""}) for word in {_first_word(kind) for kind in MESSAGES}
}
"""The kinds that a message can be of, in the order of the table, by its first word: most of the table need not be tried."""


class Reading(NamedTuple):
    """A message of the table, what its pattern found, and how many equal ones the line stands for."""

    kind: Message
    found: re.Match[str]
    times: int


def parse(text: str, origin: Origin) -> Event:
    """The event of one line. A message outside the table, or of another program, is tagged ``parse:partial``.

    A line that stands for several equal ones (*message repeated n times*) gives one event with ``tocsin.repeated`` = n.

    Raises:
        NotUnderstood: the line has no syslog header.
    """
    header = read_header(text, origin)
    if header is None:
        raise NotUnderstood(EXPECTED)
    event, tags = header.event, header.tags
    event["event.module"] = "sshd"
    event["event.dataset"] = "sshd.auth"
    reading = read(header.message) if header.program in PROGRAMS else None
    if reading is None:
        tags.append(PARTIAL)
    else:
        fill(event, reading)
    if tags:
        event["tags"] = tags
    return event


def evidence(text: str) -> str | None:
    """A syslog line whose program is the OpenSSH server."""
    found = PROGRAM.match(text)
    return f"syslog line of {found[2]}" if found and found[2] in PROGRAMS else None


def read(message: str) -> Reading | None:
    """Look a message of the server up in the table; None when it is not there."""
    times = 1
    if repeated := REPEATED.match(message):
        times, message = int(repeated["times"]), repeated["message"]
    word_ = _WORD.match(message)
    for kind in _BY_WORD.get(word_[0] if word_ else "", _ANY_WORD):
        if found := kind.pattern.match(message):
            return Reading(kind, found, times)
    return None


def fill(event: Event, reading: Reading) -> None:
    """Set what the message says."""
    kind, groups = reading.kind, reading.found.groupdict("")
    event["event.action"] = kind.action
    event["event.category"] = [*kind.category]
    event["event.type"] = [*kind.type]
    if kind.outcome:
        event["event.outcome"] = kind.outcome
    for name, text in groups.items():
        if text and text != "-":
            _set(event, name, text)
    if reading.times > 1:
        event["tocsin.repeated"] = reading.times


_FIELDS = {"user": "user.name", "reason": "event.reason", "method": "tocsin.ssh_method"}
_HOSTS = {"ip": "source", "to_ip": "destination"}
_PORTS = {"port": "source.port", "to_port": "destination.port"}


def _set(event: Event, group: str, text: str) -> None:
    """A name in the place of an address (``UseDNS yes``) is the domain of that side."""
    if group in _FIELDS:
        event[_FIELDS[group]] = text
    elif group in _PORTS:
        put(event, _PORTS[group], port(text))
    elif found := address(text):
        event[f"{_HOSTS[group]}.ip"] = found
    else:
        event[f"{_HOSTS[group]}.domain"] = text
