"""Administrators: an encoded inventory three times a day, and in a GHT remote tools from one establishment to the next.

Establishments that share a directory are administered by the same account from the same machine; it looks like an intrusion at both.
"""

from collections.abc import Iterator
from datetime import datetime

from tocsin.simulation.clock import after, at_local
from tocsin.simulation.days import internet
from tocsin.simulation.days.day import Day
from tocsin.simulation.encoding import encoded
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import ADMINISTRATOR, DIRECTORY, FILES, RECORDS, WORKSTATIONS, Machine
from tocsin.simulation.programs import CMD, POWERSHELL, PSEXEC, PSEXESVC, SERVICE_CONTROL, SERVICES
from tocsin.simulation.windows.events import LOCAL_SYSTEM, session
from tocsin.simulation.windows.logons import FROM_NETWORK, REMOTE_DESKTOP, logoff, logon
from tocsin.simulation.windows.processes import Peer, connected, started
from tocsin.simulation.windows.services import installed, now_is

GHT_ADMINISTRATOR = "adm-ght"
JUMP = Machine("PC-ADMIN-GHT", "10.1.9.20")
"""The one machine that administers the whole GHT."""


def ordinary(day: Day) -> Iterator[Happening]:
    """Inventories everywhere; at members of a GHT, its administrator."""
    for hour in (6.0, 12.0, 18.0):
        yield from _inventory(day, at_local(day.start, day.place.site.zone, hour + day.rng.random()))
    if day.place.site.ght:
        for hour in (9.5, 14.5):
            yield from _remote_tools(day, at_local(day.start, day.place.site.zone, hour + day.rng.random()))


def _inventory(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    who = session(rng, day.place, DIRECTORY, ADMINISTRATOR)
    yield logon(rng, moment, who, FROM_NETWORK, rng.choice(WORKSTATIONS))
    script = encoded("Get-Service | Where-Object Status -eq Stopped | Export-Csv C:\\Outils\\services.csv")
    yield from started(rng, moment, who, POWERSHELL, f"powershell.exe -NoProfile -EncodedCommand {script}", SERVICES)
    moment = after(rng, moment, 1, 5)
    yield connected(rng, moment, who, POWERSHELL, Peer(FILES.ip, 5985))
    moment = after(rng, moment, 10, 60)
    yield from internet.seen_by_sysmon(rng, moment, who, POWERSHELL, *internet.SIGN_IN)
    yield logoff(after(rng, moment, 60, 600), who, FROM_NETWORK)


def _remote_tools(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    desk = session(rng, day.place, DIRECTORY, GHT_ADMINISTRATOR)
    yield logon(rng, moment, desk, REMOTE_DESKTOP, JUMP)
    server = rng.choice((FILES, RECORDS))
    moment = after(rng, moment, 60, 300)
    yield from started(rng, moment, desk, PSEXEC, f"PsExec64.exe \\\\{server.name} -s cmd.exe /c gpupdate /force", CMD)
    away = session(rng, day.place, server, GHT_ADMINISTRATOR)
    moment = after(rng, moment, 0.2, 1)
    yield logon(rng, moment, away, FROM_NETWORK, DIRECTORY)
    moment = after(rng, moment, 0.2, 1)
    yield installed(moment, away, "PSEXESVC", "%SystemRoot%\\PSEXESVC.exe")
    yield now_is(after(rng, moment, 0.1, 0.5), away, "PSEXESVC", "running")
    system = session(rng, day.place, server, LOCAL_SYSTEM)
    moment = after(rng, moment, 0.5, 1)
    yield from started(rng, moment, system, PSEXESVC, "C:\\Windows\\PSEXESVC.exe", SERVICE_CONTROL)
    yield from started(rng, after(rng, moment, 0.1, 0.5), system, CMD, "cmd.exe /c gpupdate /force", PSEXESVC)
    yield logoff(after(rng, moment, 20, 60), away, FROM_NETWORK)
    yield logoff(after(rng, moment, 600, 1800), desk, REMOTE_DESKTOP)
