"""The worst night of the year: the VPN of the ransomware is open at every establishment, and all of them are entered until the morning."""

from datetime import timedelta

from tocsin.simulation.campaigns.campaign import Campaign, Setting
from tocsin.simulation.campaigns.rancongiciel_vpn import encryptor, strike

NAME = "nuit-de-tous"
PACE = 0.4
BETWEEN = timedelta(minutes=18)
ROOM = timedelta(hours=5)
ESTABLISHMENTS = 8


def campaign(setting: Setting) -> Campaign:
    """All eight establishments of the table, whatever their trust domain, two by each address."""
    rng = setting.rng
    places = list(setting.places[:ESTABLISHMENTS])
    rng.shuffle(places)
    server, tool = setting.server(0, "edge"), encryptor(rng)
    begin = setting.hour(2.1, 2.5, ROOM)
    strikes = [
        strike(rng, place, begin + number * BETWEEN, setting.addresses[1 + number // 2], (server,), tool, PACE)
        for number, place in enumerate(places)
    ]
    return Campaign(NAME, tuple(strikes))
