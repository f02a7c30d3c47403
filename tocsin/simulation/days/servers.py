"""Machines that talk to servers, and services that ask the Internet for updates."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.simulation import people
from tocsin.simulation.clock import after
from tocsin.simulation.days import internet
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Connection, End, Happening
from tocsin.simulation.places import DIRECTORY, FILES, RECORDS, WORKSTATIONS
from tocsin.simulation.programs import SERVICES
from tocsin.simulation.windows.events import LOCAL_SYSTEM, session
from tocsin.simulation.windows.logons import FROM_NETWORK, logoff, logon

NETWORK_LOGONS, UPDATE_CHECKS, BACKGROUND, CLOCKS = 1400, 250, 3500, 400
NAMES = tuple(
    (f"{name}.example.net", f"192.0.2.{160 + number}")
    for number, name in enumerate(("telemetrie", "certificats", "licences", "antivirus"))
)
"""What software asks for by itself."""
CLOCK = "192.0.2.149"


def ordinary(day: Day) -> Iterator[Happening]:
    """The machines' day."""
    for moment in day.at_work(NETWORK_LOGONS):
        yield from _from_network(day, moment)
    for moment in day.at_any_time(UPDATE_CHECKS):
        yield from _looks_for_updates(day, moment)
    for moment in day.at_work(BACKGROUND):
        name, address = day.rng.choice((*NAMES, *internet.WEB))
        yield from internet.outward(day.rng, moment, day.rng.choice(WORKSTATIONS), name, address)
    for moment in day.at_any_time(CLOCKS):
        machine = day.rng.choice((DIRECTORY, FILES, RECORDS))
        yield Connection(moment, End(machine.ip, 123), End(CLOCK, 123, "wan"), "NTP", transport="udp", sent=76, received=76)


def _from_network(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    source = rng.choice(WORKSTATIONS)
    server = rng.choice((DIRECTORY, FILES, RECORDS))
    user = rng.choice((rng.choice(people.staff(day.place.finess)), f"{source.name}$"))
    who = session(rng, day.place, server, user)
    yield logon(rng, moment, who, FROM_NETWORK, source)
    yield logoff(after(rng, moment, 1, 60), who, FROM_NETWORK)


def _looks_for_updates(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    who = session(rng, day.place, rng.choice((*WORKSTATIONS, FILES, RECORDS)), LOCAL_SYSTEM)
    name, address = internet.UPDATES
    yield from internet.seen_by_sysmon(rng, moment, who, SERVICES, name, address)
    yield from internet.outward(rng, moment, who.machine, name, address)
