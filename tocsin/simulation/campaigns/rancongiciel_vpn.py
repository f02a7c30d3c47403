"""A ransomware that enters by the SSL-VPN: a guessed account of a nurse, the servers, the passwords, the backups, the files.

Each establishment is entered from another address. The first two share one command server and the last two another, so that the first
and the last have in common only what encrypts.
"""

from datetime import datetime, timedelta
from random import Random

from schemas.detection import Entity
from tocsin.simulation.campaigns.campaign import COUNTRIES, Campaign, Server, Setting, Strike
from tocsin.simulation.campaigns.intruder import Intruder
from tocsin.simulation.clock import HOUR
from tocsin.simulation.places import Place
from tocsin.simulation.programs import Program

NAME = "rancongiciel-vpn"
SITES = 3
BETWEEN = (2.0, 4.0)
"""Hours from one establishment to the next."""
ROOM = timedelta(hours=13)


def campaign(setting: Setting) -> Campaign:
    """Three establishments of three trust domains."""
    rng = setting.rng
    places = setting.pick(SITES)
    one, two = setting.server(0, "cdn"), setting.server(1, "sync")
    tool = encryptor(rng)
    begin = setting.start + rng.uniform(0.4, 24 - ROOM / HOUR) * HOUR
    strikes = []
    for place, servers, entry in zip(places, ((one,), (one, two), (two,)), setting.addresses[2:], strict=False):
        strikes.append(strike(rng, place, begin, entry, servers, tool))
        begin += rng.uniform(*BETWEEN) * HOUR
    return Campaign(NAME, tuple(strikes))


def encryptor(rng: Random) -> Program:
    """What encrypts: the same file wherever it is dropped."""
    name = f"{rng.choice(('maj', 'svc', 'win', 'drv'))}{rng.getrandbits(16):04x}.exe"
    return Program(f"C:\\Windows\\Temp\\{name}", "-", "-", "-", "-", "-", f"encryptor {rng.getrandbits(64)}")


def strike(
    rng: Random, place: Place, begin: datetime, entry: str, servers: tuple[Server, ...], tool: Program, pace: float = 1.0
) -> Strike:
    """One establishment; ``pace`` 1 takes about two hours."""
    intruder = Intruder(rng, place, begin, entry, rng.choice(COUNTRIES), pace)
    happenings = (
        *intruder.enters(),
        *intruder.looks_around(),
        *intruder.takes_the_directory(),
        *(happening for server in servers for happening in intruder.calls_home(server)),
        *intruder.encrypts(tool),
        *intruder.leaves(),
    )
    shown = (Entity(kind="ip", value=entry), Entity(kind="hash", value=tool.sha256))
    return Strike(place, happenings, (*shown, *(indicator for server in servers for indicator in server.indicators)))
