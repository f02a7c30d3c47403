"""What happens at an establishment, before any machine has written it down. A log format decides which of these it writes, and how.

Every kind has its ``time`` first. ``WindowsEvent`` stands apart because Windows' own fields say all that there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class WindowsEvent:
    """One event of one computer; ``data`` are its named values."""

    time: datetime
    computer: str
    channel: str
    code: int
    data: Mapping[str, str]


class AuthLine(NamedTuple):
    """One line that a program of a Linux machine gives to syslog; ``tag`` is the program, with its process id or without."""

    time: datetime
    host: str
    tag: str
    message: str


class End(NamedTuple):
    """One end of a connection: an address, a port, and the zone of the firewall it lies in (``lan``, ``dmz``, ``wan``)."""

    ip: str
    port: int
    zone: str = "lan"


class Connection(NamedTuple):
    """A connection that crosses the firewall, when it has ended. ``name`` is what the client asked for: a TLS server name or HTTP host."""

    time: datetime
    source: End
    destination: End
    service: str
    allowed: bool = True
    transport: str = "tcp"
    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    name: str = ""
    country: str = "France"
    """Where the end in the Internet is."""


class Question(NamedTuple):
    """A machine inside asks the resolver for a name and gets an address."""

    time: datetime
    client: str
    name: str
    answer: str


class Tunnel(NamedTuple):
    """A step of an SSL-VPN: ``refused``, ``opened`` or ``closed``."""

    time: datetime
    step: str
    user: str
    ip: str
    country: str
    inside: str = ""
    """The address that the tunnel gives to the machine outside."""
    number: int = 0
    seconds: int = 0


class Signature(NamedTuple):
    """What one attack is called: by FortiGate, by Stormshield and by the rules of Suricata."""

    fortigate: str
    fortigate_id: int
    stormshield: str
    stormshield_id: int
    suricata: str
    suricata_id: int
    category: str
    severity: int
    """As Suricata counts: 1 is the worst."""


class Intrusion(NamedTuple):
    """Traffic looks like an attack to whoever inspects it."""

    time: datetime
    source: End
    destination: End
    signature: Signature
    blocked: bool = True
    country: str = "France"
    url: str = "/"


class Request(NamedTuple):
    """A request to the patient portal."""

    time: datetime
    client: str
    method: str
    target: str
    status: int
    size: int
    agent: str
    referer: str = "-"


class RecordAccess(NamedTuple):
    """Somebody opens a patient record; ``action`` is the word of the application."""

    time: datetime
    user: str
    machine: str
    ip: str
    action: str
    reason: str = ""


Happening = WindowsEvent | AuthLine | Connection | Question | Tunnel | Intrusion | Request | RecordAccess
