"""The night's backup at every establishment: shadow copies are listed and made, a backup runs, the backup service starts anew."""

from collections.abc import Iterator

from tocsin.simulation.clock import after, at_local
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import BACKUP, DIRECTORY, FILES
from tocsin.simulation.programs import CMD, CSCRIPT, NET, VSSADMIN, WBADMIN
from tocsin.simulation.windows.events import session
from tocsin.simulation.windows.logons import FROM_NETWORK, logoff, logon
from tocsin.simulation.windows.processes import Peer, connected, started
from tocsin.simulation.windows.services import now_is

ACCOUNT = "svc-sauvegarde"
SERVICE = "Veeam Backup Service"
COMMANDS = (
    (VSSADMIN, "vssadmin.exe list shadows"),
    (VSSADMIN, "vssadmin.exe create shadow /for=D:"),
    (WBADMIN, "wbadmin.exe start backup -backupTarget:\\\\SRV-SAUVEGARDE\\jour -include:D: -quiet"),
    (WBADMIN, "wbadmin.exe delete backup -keepVersions:14 -quiet"),
    (CSCRIPT, "cscript.exe //B C:\\Outils\\rapport.vbs"),
)


def ordinary(day: Day) -> Iterator[Happening]:
    """On the file server the backup; on the backup server the restart of its service."""
    rng = day.rng
    moment = at_local(day.start, day.place.site.zone, 1.5 + rng.random())
    who = session(rng, day.place, FILES, ACCOUNT)
    yield logon(rng, moment, who, FROM_NETWORK, BACKUP)
    for program, command in COMMANDS:
        moment = after(rng, moment, 20, 300)
        yield from started(rng, moment, who, program, command, CMD)
    yield connected(rng, after(rng, moment, 1, 5), who, CSCRIPT, Peer(DIRECTORY.ip, 25))
    yield logoff(after(rng, moment, 30, 300), who, FROM_NETWORK)
    keeper = session(rng, day.place, BACKUP, ACCOUNT)
    moment = after(rng, moment, 600, 1800)
    for verb, state in (("stop", "stopped"), ("start", "running")):
        yield from started(rng, moment, keeper, NET, f'net.exe {verb} "{SERVICE}"', CMD)
        yield now_is(after(rng, moment, 0.5, 2), keeper, SERVICE, state)
        moment = after(rng, moment, 20, 60)
