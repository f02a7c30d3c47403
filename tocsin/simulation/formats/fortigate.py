"""FortiGate, as FortiOS 7 sends key=value pairs to syslog (Fortinet, *FortiOS Log Message Reference*: traffic, event/vpn, utm/ips)."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import Connection, End, Intrusion, Tunnel
from tocsin.simulation.places import GATEWAY, PORTAL

FILE = "fortigate.log"
_PRIORITY = {"notice": 189, "information": 190, "alert": 185}
"""``<PRI>`` of facility local7, the default of FortiOS."""
_INTERFACES = {"lan": "lan", "dmz": "dmz", "wan": "wan1"}
_PROTOCOLS = {"tcp": 6, "udp": 17}
_INSIDE = {22: GATEWAY}
"""Which machine a public service is translated to; the others are the portal's."""


def _head(time: datetime, device: Device, level: str, logid: str, kind: str) -> str:
    local, offset = device.local(time)
    serial = f"FG100FTK{device.place.finess[-8:]}"
    nanoseconds = f"{int(time.timestamp())}{time.microsecond:06}{device.rng.randrange(1000):03}"
    return (
        f'<{_PRIORITY[level]}>date={local:%Y-%m-%d} time={local:%H:%M:%S} devname="FW-{device.place.short.upper()}" devid="{serial}" '
        f'eventtime={nanoseconds} tz="{offset}" logid="{logid}" {kind} level="{level}" vd="root"'
    )


def _ends(source: End, destination: End) -> str:
    return (
        f'srcip={source.ip} srcport={source.port} srcintf="{_INTERFACES[source.zone]}" srcintfrole="{source.zone}" '
        f'dstip={destination.ip} dstport={destination.port} dstintf="{_INTERFACES[destination.zone]}" dstintfrole="{destination.zone}"'
    )


def _countries(source: End, country: str) -> str:
    """Who comes in comes to an address of ours, in France; who goes out has a private one, which is ``Reserved``."""
    inward = source.zone == "wan"
    return f'srccountry="{country if inward else "Reserved"}" dstcountry="{"France" if inward else country}"'


def _traffic(connection: Connection, device: Device) -> Iterator[str]:
    source, destination = connection.source, connection.destination
    if not connection.allowed:
        yield _refused(connection, device)
        return
    kind = 'type="traffic" subtype="forward"'
    rest = f"sessionid={_session(device)} proto={_PROTOCOLS[connection.transport]}"
    action = "accept" if connection.transport == "udp" else "close"
    inward = source.zone == "wan"
    policy, name = (21, "Portail") if inward else (12, "Sortie-Internet")
    translated = (
        f'trandisp="dnat" tranip={_INSIDE.get(destination.port, PORTAL).ip} tranport={destination.port}'
        if inward
        else f'trandisp="snat" transip={device.place.site.exits[0]} transport={source.port}'
    )
    yield (
        f"{_head(connection.time, device, 'notice', '0000000013', kind)} {_ends(source, destination)} "
        f'{_countries(source, connection.country)} {rest} action="{action}" policyid={policy} policytype="policy" '
        f'poluuid="{_uuid(name)}" policyname="{name}" service="{connection.service}" {translated} '
        f"duration={max(1, round(connection.seconds))} sentbyte={connection.sent} rcvdbyte={connection.received} "
        f"sentpkt={1 + connection.sent // 900} rcvdpkt={1 + connection.received // 1200} "
        f'appcat="unscanned"{_named(connection)}'
    )


def _refused(connection: Connection, device: Device) -> str:
    """A try at the firewall's own addresses: local traffic, which belongs to its virtual domain and to no interface."""
    source, destination = connection.source, connection.destination
    head = _head(connection.time, device, "notice", "0001000014", 'type="traffic" subtype="local"')
    return (
        f'{head} srcip={source.ip} srcport={source.port} srcintf="{_INTERFACES[source.zone]}" srcintfrole="{source.zone}" '
        f'dstip={destination.ip} dstport={destination.port} dstintf="root" dstintfrole="undefined" '
        f"{_countries(source, connection.country)} sessionid={_session(device)} proto={_PROTOCOLS[connection.transport]} "
        f'action="deny" policyid=0 policytype="local-in-policy" service="{connection.service}" trandisp="noop" '
        f'app="{connection.service}" duration=0 sentbyte=0 rcvdbyte=0 sentpkt=0 appcat="unscanned" '
        f'crscore=5 craction=262144 crlevel="low"'
    )


def _named(connection: Connection) -> str:
    return f' hostname="{connection.name}"' if connection.name else ""


def _vpn(tunnel: Tunnel, device: Device) -> Iterator[str]:
    kind = 'type="event" subtype="vpn"'
    who = f'remip={tunnel.ip} srccountry="{tunnel.country}"'
    if tunnel.step == "refused":
        yield (
            f'{_head(tunnel.time, device, "alert", "0101039426", kind)} logdesc="SSL VPN login fail" '
            f'action="ssl-login-fail" tunneltype="ssl-web" tunnelid=0 {who} user="{tunnel.user}" group="N/A" dst_host="N/A" '
            f'reason="sslvpn_login_permission_denied" msg="SSL user failed to logged in"'
        )
        return
    user = f'user="{tunnel.user}" group="VPN-Personnel" dst_host="N/A"'
    if tunnel.step == "opened":
        yield (
            f'{_head(tunnel.time, device, "information", "0101039424", kind)} logdesc="SSL VPN tunnel up" action="tunnel-up" '
            f'tunneltype="ssl-web" tunnelid={tunnel.number} {who} {user} reason="login successfully" msg="SSL tunnel established"'
        )
        yield (
            f'{_head(tunnel.time, device, "information", "0101039947", kind)} logdesc="SSL VPN tunnel up" action="tunnel-up" '
            f'tunneltype="ssl-tunnel" tunnelid={tunnel.number} {who} tunnelip={tunnel.inside} {user} '
            f'reason="tunnel established" msg="SSL tunnel established"'
        )
        return
    yield (
        f'{_head(tunnel.time, device, "information", "0101039948", kind)} logdesc="SSL VPN tunnel down" action="tunnel-down" '
        f'tunneltype="ssl-tunnel" tunnelid={tunnel.number} {who} tunnelip={tunnel.inside} {user} reason="N/A" '
        f'duration={tunnel.seconds} sentbyte={tunnel.seconds * 410} rcvdbyte={tunnel.seconds * 160} msg="SSL tunnel shutdown"'
    )


_SEVERITIES = {1: "critical", 2: "medium", 3: "low"}


def _ips(intrusion: Intrusion, device: Device) -> Iterator[str]:
    signature, source = intrusion.signature, intrusion.source
    severity = _SEVERITIES[signature.severity]
    head = _head(intrusion.time, device, "alert", "0419016384", 'type="utm" subtype="ips" eventtype="signature"')
    yield (
        f'{head} severity="{severity}" {_ends(source, intrusion.destination)} {_countries(source, intrusion.country)} '
        f'sessionid={_session(device)} action="{"dropped" if intrusion.blocked else "detected"}" proto=6 service="HTTPS" policyid=21 '
        f'attack="{signature.fortigate}" hostname="{device.place.web_name}" url="{intrusion.url}" '
        f'direction="outgoing" attackid={signature.fortigate_id} profile="IPS-Portail" '
        f'ref="http://www.fortinet.com/ids/VID{signature.fortigate_id}" incidentserialno={device.rng.randrange(10**8)} '
        f'msg="web_app: {signature.fortigate}," crscore=30 craction=4096 crlevel="{"critical" if signature.severity == 1 else "high"}"'
    )


def _session(device: Device) -> int:
    return 100_000 + next(device.numbers)


def _uuid(name: str) -> str:
    text = sha256(name.encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


WRITES: Writes = {Connection: _traffic, Tunnel: _vpn, Intrusion: _ips}
