"""People at workstations: they log in, mistype, work, browse, and leave."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.simulation import people
from tocsin.simulation.clock import after
from tocsin.simulation.days import internet
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import RECORDS, WORKSTATIONS
from tocsin.simulation.programs import BROWSER, OFFICE, PATIENT_RECORDS, PRINT, Program
from tocsin.simulation.windows.events import Session, session
from tocsin.simulation.windows.logons import AT_KEYBOARD, locked, logoff, logon, refused
from tocsin.simulation.windows.processes import Peer, connected, started

WORK: tuple[tuple[Program, str], ...] = (
    (PATIENT_RECORDS, f'"{PATIENT_RECORDS.image}" /site 1'),
    (BROWSER, f'"{BROWSER.image}" -osint -url https://intranet'),
    (OFFICE, f'"{OFFICE.image}" /n "S:\\Services\\planning.docx"'),
    (PRINT, f"{PRINT.image} 8192"),
)
"""What people start, and with which command line."""
SESSIONS, LOCKED = 260, 1.5
MISTYPES, LOCKS_AFTER = 0.12, 5


def ordinary(day: Day) -> Iterator[Happening]:
    """The sessions of the day, and a few accounts that lock themselves out."""
    for moment in day.at_work(SESSIONS):
        yield from _session(day, moment)
    for moment in day.at_work(LOCKED):
        yield from _locked_out(day, moment)


def _session(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    who = session(rng, day.place, rng.choice(WORKSTATIONS), rng.choice(people.staff(day.place.finess)))
    if rng.random() < MISTYPES:
        yield refused(rng, moment, who, AT_KEYBOARD)
        moment = after(rng, moment, 4, 20)
    yield logon(rng, moment, who, AT_KEYBOARD)
    for _ in range(rng.randrange(2, 5)):
        moment = after(rng, moment, 10, 600)
        program, command = rng.choice(WORK)
        yield from started(rng, moment, who, program, command)
        if program is PATIENT_RECORDS:
            yield connected(rng, after(rng, moment, 0.2, 2), who, program, Peer(RECORDS.ip, 8443))
        elif program is BROWSER:
            yield from _browses(day, who, moment)
    yield logoff(after(rng, moment, 60, 1800), who, AT_KEYBOARD)


def _browses(day: Day, who: Session, moment: datetime) -> Iterator[Happening]:
    name, address = day.rng.choice(internet.WEB)
    moment = after(day.rng, moment, 1, 5)
    yield from internet.seen_by_sysmon(day.rng, moment, who, BROWSER, name, address)
    yield from internet.outward(day.rng, moment, who.machine, name, address)


def _locked_out(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    who = session(rng, day.place, rng.choice(WORKSTATIONS), rng.choice(people.staff(day.place.finess)))
    for _ in range(LOCKS_AFTER):
        yield refused(rng, moment, who, AT_KEYBOARD)
        moment = after(rng, moment, 3, 15)
    yield locked(rng, moment, day.place, who.user, who.machine)
