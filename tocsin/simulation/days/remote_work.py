"""The SSL-VPN of staff: from home in France, with a wrong password now and then; once a week a doctor from a holiday abroad.

The doctor reads records and does nothing else; only the country is unusual.
"""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from tocsin.simulation import people
from tocsin.simulation.addresses import ABROAD, home
from tocsin.simulation.clock import after, working
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Happening, RecordAccess, Tunnel
from tocsin.simulation.places import RECORDS, Machine
from tocsin.simulation.windows.events import session
from tocsin.simulation.windows.logons import FROM_NETWORK, logoff, logon

LOGINS = 28
MISTYPES = 0.15
HOLIDAY_SITES = 8
"""One of the first so many establishments has a doctor abroad in a given week."""


def inside(rng: Random) -> Machine:
    """A machine at the end of a tunnel, in the pool that both vendors propose."""
    return Machine(f"DESKTOP-{rng.getrandbits(28):07X}", f"10.212.134.{rng.randrange(200, 250)}")


def ordinary(day: Day) -> Iterator[Happening]:
    """The logins of the day."""
    finess = day.place.finess
    staff = (*people.nurses(finess), *people.doctors(finess))
    for moment in day.at_work(LOGINS):
        number = day.rng.randrange(len(staff))
        yield from _works_away(day, moment, staff[number], home(day.place.rank, number), "France")
    if day.is_weekly and day.place.rank == (day.seed + day.number // 7) % HOLIDAY_SITES:
        ip, country = day.rng.choice(ABROAD)
        moment = working(day.rng, day.start, day.place.site.zone)
        yield from _works_away(day, moment, day.rng.choice(people.doctors(finess)), ip, country)


def _works_away(day: Day, moment: datetime, user: str, ip: str, country: str) -> Iterator[Happening]:
    rng = day.rng
    if rng.random() < MISTYPES:
        yield Tunnel(moment, "refused", user, ip, country)
        moment = after(rng, moment, 5, 30)
    machine, number = inside(rng), rng.getrandbits(31)
    yield Tunnel(moment, "opened", user, ip, country, machine.ip, number)
    who = session(rng, day.place, RECORDS, user)
    opened = after(rng, moment, 20, 120)
    yield logon(rng, opened, who, FROM_NETWORK, machine)
    yield RecordAccess(after(rng, opened, 5, 60), user, machine.name, machine.ip, "consultation")
    seconds = rng.randrange(600, 14400)
    yield logoff(after(rng, moment, seconds - 100, seconds - 50), who, FROM_NETWORK)
    yield Tunnel(after(rng, moment, seconds, seconds), "closed", user, ip, country, machine.ip, number, seconds)
