"""The Internet tries every establishment: the same addresses at the SSH gateway, the portal and the firewall, and none gets in."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.simulation import ssh
from tocsin.simulation.addresses import SCANNER_COUNTRIES, SCANNERS
from tocsin.simulation.attacks import ATTEMPTS
from tocsin.simulation.clock import after, anytime
from tocsin.simulation.days.day import Day
from tocsin.simulation.days.internet import port
from tocsin.simulation.happenings import Connection, End, Happening, Intrusion, Request, Tunnel
from tocsin.simulation.places import GATEWAY

GUESSED = ("root", "admin", "oracle", "test", "postgres", "ubuntu", "pacs", "git", "support", "dicom")
GUESSED_VPN = ("admin", "vpn", "test", "user", "administrateur", "stagiaire")
PROBED = (22, 23, 445, 1433, 3389, 5900, 8080, 8443)
PATHS = ("/wp-login.php", "/.env", "/phpmyadmin/index.php", "/.git/config", "/xmlrpc.php", "/actuator/health", "/cgi-bin/luci")
AGENTS = ("Mozilla/5.0 zgrab/0.x", "python-requests/2.31.0", "Mozilla/5.0 (compatible; CensysInspect/1.1)", "curl/7.88.1")
BURSTS, DENIED, NOT_FOUND, REFUSED, INSPECTED = 16, 2200, 260, 24, 40


def country(ip: str) -> str:
    """Where a firewall places a scanner."""
    return SCANNER_COUNTRIES[SCANNERS.index(ip) % len(SCANNER_COUNTRIES)]


def ordinary(day: Day) -> Iterator[Happening]:
    """Their day; each of them comes to each door at least once."""
    for ip in SCANNERS:
        yield from _guesses(day, anytime(day.rng, day.start), ip, 2)
        yield _denied(day, anytime(day.rng, day.start), ip)
        yield _inspected(day, anytime(day.rng, day.start), ip)
    for moment in day.at_any_time(BURSTS):
        yield from _guesses(day, moment, day.rng.choice(SCANNERS), day.rng.randrange(6, 14))
    for moment in day.at_any_time(DENIED):
        yield _denied(day, moment, day.rng.choice(SCANNERS))
    for moment in day.at_any_time(INSPECTED):
        yield _inspected(day, moment, day.rng.choice(SCANNERS))
    for moment in day.at_any_time(REFUSED):
        ip = day.rng.choice(SCANNERS)
        yield Tunnel(moment, "refused", day.rng.choice(GUESSED_VPN), ip, country(ip))
    if day.has_portal:
        yield from _looks_for_pages(day)


def _guesses(day: Day, moment: datetime, ip: str, attempts: int) -> Iterator[Happening]:
    for _ in range(attempts):
        moment = after(day.rng, moment, 1, 15)
        who, user = ssh.connection(day.rng, GATEWAY, ip), day.rng.choice(GUESSED)
        yield from ssh.failed(who, moment, user) if user == "root" else ssh.unknown(who, moment, user)


def _denied(day: Day, moment: datetime, ip: str) -> Happening:
    rng = day.rng
    number = rng.choice(PROBED)
    target = End(rng.choice(day.place.site.exits), number, "wan")
    return Connection(moment, End(ip, port(rng), "wan"), target, f"tcp/{number}", allowed=False, country=country(ip))


def _looks_for_pages(day: Day) -> Iterator[Happening]:
    for ip in SCANNERS:
        yield _looks_for_a_page(day, anytime(day.rng, day.start), ip)
    for moment in day.at_any_time(NOT_FOUND):
        yield _looks_for_a_page(day, moment, day.rng.choice(SCANNERS))


def _looks_for_a_page(day: Day, moment: datetime, ip: str) -> Happening:
    return Request(moment, ip, "GET", day.rng.choice(PATHS), 404, 162, day.rng.choice(AGENTS))


def _inspected(day: Day, moment: datetime, ip: str) -> Happening:
    target = End(day.place.public, 443, "dmz")
    return Intrusion(
        moment, End(ip, port(day.rng), "wan"), target, day.rng.choice(ATTEMPTS), country=country(ip), url=day.rng.choice(PATHS)
    )
