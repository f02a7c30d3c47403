"""``auth.log`` and ``secure``: what Linux programs say about accounts, sessions and privileges, one syslog line each.

The lines of ``sshd`` are read by the table of ``sshd_messages``, PAM modules by ``linux_auth_pam``, ``sudo`` and ``pkexec`` by
``linux_auth_commands``, the other programs by ``linux_auth_messages``.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from ingest.origin import NotUnderstood, Origin
from ingest.parsers import linux_auth_pam as pam
from ingest.parsers import sshd
from ingest.parsers.linux_auth_commands import Command, pkexec, sudo
from ingest.parsers.linux_auth_messages import KINDS, Kind
from ingest.parsers.sshd_messages import REPEATED
from ingest.parsers.syslog import EXPECTED, PROGRAM, read_header
from ingest.values import address
from schemas.event import PARTIAL, Event

_COMMANDS: Mapping[str, Callable[[str], Command | None]] = {"sudo": sudo, "pkexec": pkexec}
_KNOWN = sshd.PROGRAMS | KINDS.keys() | _COMMANDS.keys()
_PAM_MESSAGE = re.compile(r"[^\s\[:]{1,128}(?:\[\d{1,10}\])?: {1,2}pam_\w+\(")


def parse(text: str, origin: Origin) -> Event:
    """The event of one line. A program or message outside the tables is tagged ``parse:partial``.

    A line that stands for several equal ones (*message repeated n times*) gives one event with ``tocsin.repeated`` = n.

    Raises:
        NotUnderstood: the line has no syslog header.
    """
    header = read_header(text, origin)
    if header is None:
        raise NotUnderstood(EXPECTED)
    event, tags = header.event, header.tags
    event["event.module"] = "linux"
    event["event.dataset"] = "linux.auth"
    if not _fill(event, _name(header.program), header.message):
        tags.append(PARTIAL)
    if tags:
        event["tags"] = tags
    return event


def evidence(text: str) -> str | None:
    """A syslog line of a program whose messages are known, or of a PAM module in any program."""
    found = PROGRAM.match(text)
    if found is None:
        return None
    if _name(found[2]) in _KNOWN:
        return f"syslog line of {found[2]}"
    return "syslog line of a PAM module" if _PAM_MESSAGE.match(text, found.start(2)) else None


@lru_cache(maxsize=1024)
def _name(program: str) -> str:
    """``CRON``, ``/usr/sbin/cron`` and ``polkitd(authority=local)`` are cron, cron and polkitd."""
    return program.rpartition("/")[2].partition("(")[0].lower()


def _fill(event: Event, program: str, message: str) -> bool:
    """Set what the message says; False when some of it is unknown."""
    if message.startswith("message repeated") and (repeated := REPEATED.match(message)):
        event["tocsin.repeated"] = int(repeated["times"])
        message = repeated["message"]
    if message.startswith("pam_") and (said := pam.split(message)):
        event["tocsin.pam_service"] = said.service
        return _fill_kind(event, pam.KINDS, said.text, said.service)
    if program in sshd.PROGRAMS:
        return _fill_sshd(event, message)
    if program in _COMMANDS:
        command = _COMMANDS[program](message)
        event.update(command.fields if command else ())
        return command is not None and command.whole
    return _fill_kind(event, KINDS.get(program, ()), message)


def _fill_sshd(event: Event, message: str) -> bool:
    reading = sshd.read(message)
    if reading is not None:
        sshd.fill(event, reading)
    return reading is not None


def _fill_kind(event: Event, kinds: tuple[Kind, ...], message: str, service: str = "") -> bool:
    for kind in kinds:
        if found := kind.pattern.match(message):
            _set(event, kind, found, service)
            return True
    return False


def _set(event: Event, kind: Kind, found: re.Match[str], service: str) -> None:
    event["event.action"] = kind.action
    event["event.category"] = [*kind.category]
    event["event.type"] = [*kind.type]
    if kind.outcome:
        event["event.outcome"] = kind.outcome
    named, acting = pam.who(kind, service) if service else ("user.name", "")
    for field, value in zip(kind.fields, found.groups(), strict=True):
        if not value or value == "-":
            continue
        if field == "from":
            _set_source(event, value)
        elif field == "by":
            if acting:
                event[acting] = value
        else:
            event[named if field == "user.name" else field] = value


def _set_source(event: Event, host: str) -> None:
    """A name in the place of an address is the domain of that side."""
    if found := address(host):
        event["source.ip"] = found
    else:
        event["source.domain"] = host
