"""An ordinary day of the SSH gateway: administrators with keys, a supplier with a key, and the Internet that tries passwords.

The same scanners try every establishment, as they do in reality, and never get in.
"""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tocsin.simulation.clock import after, anytime, working
from tocsin.simulation.places import ADMINISTRATOR, GATEWAY, SUPPLIER, SUPPLIER_EXIT, Place

SCANNERS = (*(f"198.51.100.{number}" for number in (7, 19, 23, 58, 77, 91)), "192.0.2.66", "192.0.2.99")
"""Addresses of RFC 5737 that try every establishment every day."""

GUESSED = ("root", "admin", "oracle", "test", "postgres", "ubuntu", "pacs", "git", "support", "dicom")
KEYS = ("ED25519 SHA256:q1mXoVwT0c3bY5h2JkZrN8sPdLfGaEuIiOxCvBnMlK4", "RSA SHA256:T7yUeR2wQp9sDfGhJkLzXcVbNm0aSdFgHjKlPoIuYtE")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""``strftime`` would take those of the machine's locale."""
BURSTS = 16
"""Series of attempts in a day."""


class SshdLine(NamedTuple):
    """One line of the SSH server; the process id is that of the connection."""

    time: datetime
    pid: int
    message: str


class Connection(NamedTuple):
    """One connection from outside to the gateway."""

    ip: str
    port: int
    pid: int


def write(line: SshdLine, zone: ZoneInfo) -> bytes:
    """RFC 3164 as rsyslog writes it to a file: local time without year or zone, days padded with a space."""
    local = line.time.astimezone(zone)
    return f"{MONTHS[local.month - 1]} {local.day:2} {local:%H:%M:%S} {GATEWAY.name} sshd[{line.pid}]: {line.message}".encode()


def ordinary(rng: Random, place: Place, start: datetime) -> Iterator[SshdLine]:
    """The lines of the day that starts there, in no order; the last visits may end after it."""
    for _ in range(place.ssh_visits):
        yield from _visit(rng, place, working(rng, start, place.site.zone))
    for _ in range(BURSTS):
        yield from _burst(rng, anytime(rng, start), rng.choice(SCANNERS), rng.randrange(6, 14))
    for scanner in SCANNERS:
        yield from _burst(rng, anytime(rng, start), scanner, 2)


def connection(rng: Random, ip: str) -> Connection:
    """A new connection from an address."""
    return Connection(ip, rng.randrange(32768, 61000), rng.randrange(1000, 60000))


def accepted(who: Connection, moment: datetime, user: str, how: str) -> Iterator[SshdLine]:
    """A login; ``how`` is what sshd says of the method, such as ``password`` or ``publickey`` with the key after ``ssh2``."""
    method, _, key = how.partition(" ")
    proof = f": {key}" if key else ""
    yield SshdLine(moment, who.pid, f"Accepted {method} for {user} from {who.ip} port {who.port} ssh2{proof}")
    yield SshdLine(moment, who.pid, f"pam_unix(sshd:session): session opened for user {user}(uid=1007) by (uid=0)")


def left(who: Connection, moment: datetime, user: str) -> Iterator[SshdLine]:
    """The end of a login."""
    yield SshdLine(moment, who.pid, f"Received disconnect from {who.ip} port {who.port}:11: disconnected by user")
    yield SshdLine(moment, who.pid, f"Disconnected from user {user} {who.ip} port {who.port}")
    yield SshdLine(moment, who.pid, f"pam_unix(sshd:session): session closed for user {user}")


def failed(who: Connection, moment: datetime, user: str) -> Iterator[SshdLine]:
    """A wrong password for an account that exists."""
    seen = f"authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={who.ip}  user={user}"
    yield SshdLine(moment, who.pid, f"pam_unix(sshd:auth): {seen}")
    yield SshdLine(moment, who.pid, f"Failed password for {user} from {who.ip} port {who.port} ssh2")
    yield SshdLine(moment, who.pid, f"Connection closed by authenticating user {user} {who.ip} port {who.port} [preauth]")


def _visit(rng: Random, place: Place, moment: datetime) -> Iterator[SshdLine]:
    """Mostly an administrator with a key from inside; at times a password from inside, or the supplier with its key."""
    inside = rng.choice(place.workstations).ip
    user, ip, how = rng.choice((
        (ADMINISTRATOR, inside, f"publickey {KEYS[0]}"),
        (ADMINISTRATOR, inside, f"publickey {KEYS[0]}"),
        (ADMINISTRATOR, inside, "password"),
        (SUPPLIER, SUPPLIER_EXIT, f"publickey {KEYS[1]}"),
    ))  # fmt: skip
    who = connection(rng, ip)
    if how == "password" and rng.random() < 0.3:  # noqa: PLR2004 - people mistype now and then
        yield from failed(who, moment, user)
        who, moment = connection(rng, ip), after(rng, moment, 3, 20)
    yield from accepted(who, moment, user, how)
    yield from left(who, after(rng, moment, 30, 3600), user)


def _burst(rng: Random, moment: datetime, ip: str, attempts: int) -> Iterator[SshdLine]:
    for _ in range(attempts):
        moment = after(rng, moment, 1, 15)
        who, user = connection(rng, ip), rng.choice(GUESSED)
        yield from failed(who, moment, user) if user == "root" else _unknown(who, moment, user)


def _unknown(who: Connection, moment: datetime, user: str) -> Iterator[SshdLine]:
    yield SshdLine(moment, who.pid, f"Invalid user {user} from {who.ip} port {who.port}")
    yield SshdLine(moment, who.pid, f"Failed password for invalid user {user} from {who.ip} port {who.port} ssh2")
    yield SshdLine(moment, who.pid, f"Connection closed by invalid user {user} {who.ip} port {who.port} [preauth]")
