"""The SSH gateway by day: administrators with keys, suppliers with keys from their own addresses, and cron all the time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.simulation import ssh
from tocsin.simulation.addresses import PACS_EXIT, SUPPLIER_EXIT
from tocsin.simulation.clock import DAY, after, at_local
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import ADMINISTRATOR, GATEWAY, PACS, PACS_SUPPLIER, PORTAL, SUPPLIER, WORKSTATIONS

KEYS = {
    ADMINISTRATOR: "ED25519 SHA256:q1mXoVwT0c3bY5h2JkZrN8sPdLfGaEuIiOxCvBnMlK4",
    SUPPLIER: "RSA SHA256:T7yUeR2wQp9sDfGhJkLzXcVbNm0aSdFgHjKlPoIuYtE",
    PACS_SUPPLIER: "ED25519 SHA256:a8WzKf1uHc6RpYt0LmVnXe3sQoJdBg5iUyTrEwPqAsM",
}
ADMINISTRATION = ("/usr/bin/systemctl status rsyslog", "/usr/bin/apt-get update", "/usr/bin/journalctl -u ssh", "/usr/bin/df -h")
MAINTENANCE = (
    "/usr/bin/systemctl restart telesurveillance",
    "/usr/bin/tail -n 200 /var/log/syslog",
    "/usr/bin/systemctl status chrony",
)
OF_PACS = ("/usr/bin/systemctl restart pacs-archive", "/usr/bin/tail -n 500 /var/log/pacs/archive.log", "/usr/bin/df -h /images")
VISITS, SUPPLIERS = 40, 6
MISTYPES = 0.3
CRON_EVERY = timedelta(minutes=10)
OPENING, CLOSING = 8.5, 17.5
"""Suppliers work by day, in local hours."""


def ordinary(day: Day) -> Iterator[Happening]:
    """The visits of the day, and the jobs of cron on each machine."""
    for moment in day.at_work(VISITS):
        yield from _administrator(day, moment)
    for _ in range(day.times(SUPPLIERS)):
        yield from _supplier(day, SUPPLIER)
        yield from _supplier(day, PACS_SUPPLIER)
    for host in (GATEWAY, PACS, PORTAL):
        first = after(day.rng, day.start, 0, CRON_EVERY.total_seconds())
        for number in range(DAY // CRON_EVERY):
            yield from ssh.cron(day.rng, first + number * CRON_EVERY, host)


def _administrator(day: Day, moment: datetime) -> Iterator[Happening]:
    """With a key from inside, at times with a password, which people mistype now and then."""
    rng = day.rng
    inside = rng.choice(WORKSTATIONS).ip
    who = ssh.connection(rng, GATEWAY, inside)
    how = rng.choice((f"publickey {KEYS[ADMINISTRATOR]}", f"publickey {KEYS[ADMINISTRATOR]}", "password"))
    if how == "password" and rng.random() < MISTYPES:
        yield from ssh.failed(who, moment, ADMINISTRATOR)
        who, moment = ssh.connection(rng, GATEWAY, inside), after(rng, moment, 3, 20)
    yield from ssh.accepted(who, moment, ADMINISTRATOR, how)
    moment = after(rng, moment, 5, 60)
    yield from ssh.sudo(moment, GATEWAY, ADMINISTRATOR, rng.choice(ADMINISTRATION))
    yield from ssh.left(who, after(rng, moment, 30, 1800), ADMINISTRATOR)


def _supplier(day: Day, user: str) -> Iterator[Happening]:
    """From the supplier's own address, by day, with its key; the one of the images goes straight to them."""
    rng = day.rng
    host, ip, commands = (GATEWAY, SUPPLIER_EXIT, MAINTENANCE) if user == SUPPLIER else (PACS, PACS_EXIT, OF_PACS)
    moment = at_local(day.start, day.place.site.zone, rng.uniform(OPENING, CLOSING))
    who = ssh.connection(rng, host, ip)
    yield from ssh.accepted(who, moment, user, f"publickey {KEYS[user]}")
    for _ in range(rng.randrange(1, 4)):
        moment = after(rng, moment, 10, 120)
        yield from ssh.sudo(moment, host, user, rng.choice(commands))
    yield from ssh.left(who, after(rng, moment, 30, 1800), user)
