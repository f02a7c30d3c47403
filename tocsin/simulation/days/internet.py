"""What everybody asks the Internet for: names, addresses, and a connection as the firewall and the sensor see it."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from tocsin.simulation.clock import after
from tocsin.simulation.happenings import Connection, End, Question, WindowsEvent
from tocsin.simulation.places import Machine
from tocsin.simulation.programs import Program
from tocsin.simulation.windows.events import Session
from tocsin.simulation.windows.processes import Peer, connected, resolved

WEB = (
    ("recommandations.example.org", "192.0.2.130"),
    ("formation.example.com", "192.0.2.131"),
    ("annuaire.example.net", "192.0.2.132"),
    ("actualites.example.com", "192.0.2.133"),
    ("meteo.example.org", "192.0.2.134"),
    ("medicaments.example.org", "192.0.2.135"),
)
"""Names that people at every establishment ask for, with the address they get."""
UPDATES = ("download.windowsupdate.com", "192.0.2.150")
SIGN_IN = ("login.microsoftonline.com", "40.126.32.76")
"""Where administrators' PowerShell signs in; an address of the ranges that Microsoft publishes for it."""


def port(rng: Random) -> int:
    """An ephemeral one."""
    return rng.randrange(49152, 65535)


def outward(
    rng: Random, moment: datetime, machine: Machine, name: str, address: str, *, sent: int = 0, country: str = "France"
) -> Iterator[Question | Connection]:
    """A machine inside asks for a name and talks HTTPS to it for some seconds."""
    yield Question(moment, machine.ip, name, address)
    seconds = rng.uniform(0.2, 90)
    yield Connection(
        after(rng, moment, seconds, seconds + 0.5),
        End(machine.ip, port(rng)),
        End(address, 443, "wan"),
        "HTTPS",
        seconds=seconds,
        sent=sent or rng.randrange(800, 9000),
        received=rng.randrange(2000, 400_000),
        name=name,
        country=country,
    )


def seen_by_sysmon(
    rng: Random, moment: datetime, who: Session, program: Program, name: str, address: str
) -> Iterator[WindowsEvent]:
    """The program asks for the name and connects."""
    yield resolved(rng, moment, who, program, name, address)
    yield connected(rng, after(rng, moment, 0.05, 0.5), who, program, Peer(address, 443))
