"""Stormshield Network Security, WELF as SNS 4 sends it to syslog.

Stormshield, *Description of audit logs*: connection, filter, auth, xvpn, alarm.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import Connection, End, Intrusion, Tunnel

FILE = "stormshield.log"
_INTERFACES = {"lan": ("Ethernet1", "in"), "dmz": ("Ethernet2", "dmz1"), "wan": ("Ethernet0", "out")}
_COUNTRIES = {
    "Bulgaria": ("eu", "bg"), "China": ("as", "cn"), "Finland": ("eu", "fi"), "France": ("eu", "fr"), "Germany": ("eu", "de"),
    "Iran": ("as", "ir"), "Moldova": ("eu", "md"), "Netherlands": ("eu", "nl"), "Panama": ("na", "pa"), "Russian Federation": ("eu", "ru"),
    "Seychelles": ("af", "sc"), "United States": ("na", "us"), "Viet Nam": ("as", "vn"),
}  # fmt: skip
"""Continent and country as SNS writes them."""
_OVER_UDP = {123}
_PORTS = {80: "http", 443: "https", 22: "ssh", 123: "ntp", 3389: "microsoft-ts", 445: "microsoft-ds", 23: "telnet"}


def _head(time: datetime, device: Device, began: datetime | None = None) -> str:
    local, offset = device.local(time)
    start, _ = device.local(began) if began else (local, offset)
    return (
        f'id=firewall time="{local:%Y-%m-%d %H:%M:%S}" fw="SN310A{device.place.finess}" tz={offset} '
        f'startime="{start:%Y-%m-%d %H:%M:%S}"'
    )


def _interface(end: End, side: str) -> str:
    number, name = _INTERFACES[end.zone]
    return f'{side}if="{number}" {side}ifname="{name}"'


def _geography(side: str, country: str) -> str:
    continent, code = _COUNTRIES[country]
    return f'{side}continent="{continent}" {side}country="{code}"'


def _ends(connection: Connection | Intrusion, country: str) -> str:
    source, destination = connection.source, connection.destination
    inward = source.zone == "wan"
    from_, to = (f" {_geography('src', country)}", "") if inward else ("", f" {_geography('dst', country)}")
    ephemeral = "ephemeral_fw_udp" if destination.port in _OVER_UDP else "ephemeral_fw_tcp"
    return (
        f"src={source.ip} srcport={source.port} srcportname={_PORTS.get(source.port, ephemeral)}{from_} "
        f"dst={destination.ip} dstport={destination.port} dstportname={_PORTS.get(destination.port, ephemeral)}{to}"
    )


def _traffic(connection: Connection, device: Device) -> Iterator[str]:
    source, destination = connection.source, connection.destination
    inward = source.zone == "wan"
    rule, label = (0, "") if not connection.allowed else (21, "Portail") if inward else (4, "Sortie-Internet")
    head = _head(connection.time, device, connection.time - timedelta(seconds=connection.seconds))
    common = (
        f"{head} pri={5 if connection.allowed else 4} confid={'01' if inward else '00'} slotlevel=2 ruleid={rule}"
        f"{f' rulename={chr(34)}{label}{chr(34)}' if label else ''} {_interface(source, 'src')} ipproto={connection.transport} "
        f"{_interface(destination, 'dst')} proto={_PORTS.get(destination.port, connection.service.lower())} "
        f"{_ends(connection, connection.country)}"
    )
    if not connection.allowed:
        yield f'{common} ipv={_version(source)} sent=0 rcvd=0 duration=0.00 action=block logtype="filter"'
        return
    named = f' dstname="{connection.name}"' if connection.name else ""
    exit_ = source.ip if inward else device.place.site.exits[0]
    yield (
        f"{common}{named} modsrc={exit_} modsrcport={source.port} origdst={destination.ip} origdstport={destination.port} "
        f"ipv={_version(source)} sent={connection.sent} rcvd={connection.received} duration={connection.seconds:.2f} action=pass "
        f'logtype="connection"'
    )


def _version(end: End) -> int:
    return 6 if ":" in end.ip else 4


def _vpn(tunnel: Tunnel, device: Device) -> Iterator[str]:
    """A login is told twice: by the authentication (``auth``) and by the tunnel (``xvpn``); the end of a tunnel is not told."""
    head = _head(tunnel.time, device)
    domain = device.place.domain
    if tunnel.step == "refused":
        yield (
            f'{head} user="{tunnel.user}" src={tunnel.ip} domain="{domain}" confid=1 ruleid=0 method="OPENVPN" error=3 '
            f'msg="Authentication Failed" logtype="auth"'
        )
        yield (
            f'{head} ipproto="TCP" user="{tunnel.user}" domain="{domain}" src={tunnel.ip} '
            f'msg="Error during authentication : authentication failed, bad password" logtype="xvpn"'
        )
    elif tunnel.step == "opened":
        yield (
            f'{head} user="{tunnel.user}" src={tunnel.ip} domain="{domain}" confid=1 ruleid=0 method="OPENVPN" error=0 '
            f'msg="User logged in" logtype="auth"'
        )
        yield (
            f'{head} ipproto="UDP" user="{tunnel.user}" domain="{domain}" src={tunnel.ip} remotenet={tunnel.inside} '
            f'localnet=10.212.134.1 port={device.rng.randrange(1024, 65535)} msg="SSL tunnel created" logtype="xvpn"'
        )


def _alarm(intrusion: Intrusion, device: Device) -> Iterator[str]:
    signature = intrusion.signature
    yield (
        f"{_head(intrusion.time, device)} pri={1 if signature.severity == 1 else 4} confid=01 {_interface(intrusion.source, 'src')} "
        f"ipproto=tcp {_interface(intrusion.destination, 'dst')} proto=http {_ends(intrusion, intrusion.country)} "
        f"ipv={_version(intrusion.source)} action={'block' if intrusion.blocked else 'pass'} "
        f'msg="{signature.stormshield}" class=protocol classification=0 alarmid={signature.stormshield_id} target=dst '
        f'risk={90 if signature.severity == 1 else 20} logtype="alarm"'
    )


WRITES: Writes = {Connection: _traffic, Tunnel: _vpn, Intrusion: _alarm}
