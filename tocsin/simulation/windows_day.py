"""An ordinary day of Windows: people at workstations, machines that talk to servers, and the maintenance of the night.

Some of it looks like what attackers do and must raise nothing: shadow copies are listed, a backup runs, PowerShell runs an encoded
command, connects inside, and signs in to Microsoft 365.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from random import Random

from tocsin.simulation.clock import after, anytime, at_local, working
from tocsin.simulation.places import ADMINISTRATOR, BACKUP, DIRECTORY, FILES, RECORDS, USERS, Machine, Place
from tocsin.simulation.programs import (
    BROWSER,
    CMD,
    CSCRIPT,
    OFFICE,
    PATIENT_RECORDS,
    POWERSHELL,
    PRINT,
    SERVICES,
    VSSADMIN,
    WBADMIN,
    Program,
)
from tocsin.simulation.windows_events import Peer, Session, WindowsEvent, connected, logoff, logon, resolved, session, started

AT_KEYBOARD, FROM_NETWORK = 2, 3

WORK: tuple[tuple[Program, str], ...] = (
    (PATIENT_RECORDS, f'"{PATIENT_RECORDS.image}" /site 1'),
    (BROWSER, f'"{BROWSER.image}" -osint -url https://intranet'),
    (OFFICE, f'"{OFFICE.image}" /n "S:\\Services\\planning.docx"'),
    (PRINT, f"{PRINT.image} 8192"),
)
"""What people start, and with which command line."""

WEB = (
    ("recommandations.example.org", "192.0.2.130"),
    ("formation.example.com", "192.0.2.140"),
    ("download.windowsupdate.com", "198.51.100.220"),
)
"""Names that people and services at every establishment ask for, with the address they get."""

SIGN_IN = ("login.microsoftonline.com", "40.126.32.76")
"""Where administrators' PowerShell signs in; an address of the ranges that Microsoft publishes for it."""

NETWORK_LOGONS = 110
BACKGROUND = 90
"""A day: logons between machines, connections of services."""


def ordinary(rng: Random, place: Place, start: datetime) -> Iterator[WindowsEvent]:
    """The events of the day that starts there, in no order; the last sessions may end after it."""
    for _ in range(place.sessions):
        yield from _at_work(rng, place, working(rng, start, place.site.zone))
    for _ in range(NETWORK_LOGONS):
        yield from _from_network(rng, place, anytime(rng, start))
    for _ in range(BACKGROUND):
        yield from _background(rng, place, anytime(rng, start))
    yield from _backup(rng, place, at_local(start, place.site.zone, 1.5 + rng.random()))
    for hour in (6, 12, 18):
        yield from _administration(rng, place, at_local(start, place.site.zone, hour + rng.random()))


def encoded(script: str) -> str:
    """A script as ``-EncodedCommand`` takes it: base64 over UTF-16LE."""
    return b64encode(script.encode("utf-16-le")).decode()


def _at_work(rng: Random, place: Place, moment: datetime) -> Iterator[WindowsEvent]:
    who = session(rng, place, rng.choice(place.workstations), rng.choice(USERS))
    yield logon(rng, moment, who, AT_KEYBOARD)
    for _ in range(rng.randrange(2, 5)):
        moment = after(rng, moment, 10, 600)
        program, command = rng.choice(WORK)
        yield from started(rng, moment, who, program, command)
        if program is PATIENT_RECORDS:
            yield connected(rng, after(rng, moment, 0.2, 2), who, program, Peer(RECORDS.ip, 8443))
        elif program is BROWSER:
            yield from _browses(rng, who, moment)
    yield logoff(after(rng, moment, 60, 1800), who, AT_KEYBOARD)


def _browses(rng: Random, who: Session, moment: datetime) -> Iterator[WindowsEvent]:
    name, address = rng.choice(WEB)
    moment = after(rng, moment, 1, 5)
    yield resolved(rng, moment, who, BROWSER, name, address)
    yield connected(rng, after(rng, moment, 0.05, 0.5), who, BROWSER, Peer(address, 443))


def _from_network(rng: Random, place: Place, moment: datetime) -> Iterator[WindowsEvent]:
    source: Machine = rng.choice(place.workstations)
    server = rng.choice((DIRECTORY, FILES, RECORDS))
    who = session(rng, place, server, rng.choice((rng.choice(USERS), f"{source.name}$")))
    yield logon(rng, moment, who, FROM_NETWORK, source)
    yield logoff(after(rng, moment, 1, 60), who, FROM_NETWORK)


def _background(rng: Random, place: Place, moment: datetime) -> Iterator[WindowsEvent]:
    who = session(rng, place, rng.choice((*place.workstations, FILES, RECORDS)), "SYSTEM")
    name, address = WEB[-1]
    yield resolved(rng, moment, who, SERVICES, name, address)
    yield connected(rng, after(rng, moment, 0.05, 0.5), who, SERVICES, Peer(address, 443))


def _backup(rng: Random, place: Place, moment: datetime) -> Iterator[WindowsEvent]:
    who = session(rng, place, FILES, "svc-sauvegarde")
    yield logon(rng, moment, who, FROM_NETWORK, BACKUP)
    for program, command in (
        (VSSADMIN, "vssadmin.exe list shadows"),
        (WBADMIN, "wbadmin.exe start backup -backupTarget:\\\\SRV-SAUVEGARDE\\jour -include:D: -quiet"),
        (WBADMIN, "wbadmin.exe delete backup -keepVersions:14 -quiet"),
        (CSCRIPT, "cscript.exe //B C:\\Outils\\rapport.vbs"),
    ):
        moment = after(rng, moment, 20, 300)
        yield from started(rng, moment, who, program, command, CMD)
    yield connected(rng, after(rng, moment, 1, 5), who, CSCRIPT, Peer(DIRECTORY.ip, 25))
    yield logoff(after(rng, moment, 30, 300), who, FROM_NETWORK)


def _administration(rng: Random, place: Place, moment: datetime) -> Iterator[WindowsEvent]:
    who = session(rng, place, DIRECTORY, ADMINISTRATOR)
    yield logon(rng, moment, who, FROM_NETWORK, rng.choice(place.workstations))
    inventory = encoded("Get-Service | Where-Object Status -eq Stopped | Export-Csv C:\\Outils\\services.csv")
    yield from started(rng, moment, who, POWERSHELL, f"powershell.exe -NoProfile -EncodedCommand {inventory}", SERVICES)
    moment = after(rng, moment, 1, 5)
    yield resolved(rng, moment, who, POWERSHELL, f"{FILES.name}.{place.domain}", FILES.ip)
    yield connected(rng, after(rng, moment, 0.05, 0.5), who, POWERSHELL, Peer(FILES.ip, 5985))
    name, address = SIGN_IN
    moment = after(rng, moment, 10, 60)
    yield resolved(rng, moment, who, POWERSHELL, name, address)
    yield connected(rng, after(rng, moment, 0.05, 0.5), who, POWERSHELL, Peer(address, 443))
    yield logoff(after(rng, moment, 60, 600), who, FROM_NETWORK)
