"""Keys of FortiOS logs to ECS fields, as tables by log type. Names after the *FortiOS Log Message Reference* 6.0 to 7.6.

``tranip`` is where a destination was translated to, ``transip`` what a source was translated to. ``remip`` is the far end of a tunnel.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.parsers.firewalls import (
    LONGEST_ADDRESS,
    TRANSPORTS,
    Row,
    count,
    mac,
    nanoseconds,
    port,
    real_address,
    row,
    told,
    used_port,
)
from ingest.remember import remembered
from ingest.values import address


@remembered
def _country(text: str) -> str | None:
    """*Reserved* is the country of private addresses."""
    return None if text == "Reserved" else text


@remembered
def _service(text: str) -> str | None:
    """A service by name; ``tcp/46730`` and ``icmp6/131/0`` only repeat transport and port."""
    return None if "/" in text else told(text)


@remembered
def _user(text: str) -> str | None:
    """IPsec writes the peer's address where there is no user."""
    return None if len(text) <= LONGEST_ADDRESS and (":" in text or text[0].isdigit()) and address(text) else text


ALWAYS = (
    row("logid", "event.code"),
    row("level", "log.level", told),
    row("msg", "message"),
    row("devname", "observer.name"),
    row("devid", "observer.serial_number"),
    row("vd", "tocsin.fortigate.vd"),
    row("user", "user.name", _user),
)

_SESSION = (
    row("srcip", "source.ip", address),
    row("srcport", "source.port", port),
    row("srccountry", "source.geo.country_name", _country),
    row("srcintf", "observer.ingress.interface.name"),
    row("srcintfrole", "observer.ingress.zone", told),
    row("dstip", "destination.ip", address),
    row("dstport", "destination.port", port),
    row("dstcountry", "destination.geo.country_name", _country),
    row("dstintf", "observer.egress.interface.name"),
    row("dstintfrole", "observer.egress.zone", told),
    row("proto", "network.iana_number"),
    row("proto", "network.transport", TRANSPORTS.get),
    row("service", "network.protocol", _service),
    row("app", "network.application", _service),
    row("group", "user.group.name"),
    row("unauthuser", "user.name"),
    row("sessionid", "tocsin.fortigate.session_id"),
)

TRAFFIC = (
    *_SESSION,
    row("srcname", "source.domain"),
    row("srcmac", "source.mac", mac),
    row("transip", "source.nat.ip", real_address),
    row("transport", "source.nat.port", used_port),
    row("sentbyte", "source.bytes", count),
    row("sentpkt", "source.packets", count),
    row("dstname", "destination.domain"),
    row("hostname", "destination.domain"),
    row("tranip", "destination.nat.ip", real_address),
    row("tranport", "destination.nat.port", used_port),
    row("rcvdbyte", "destination.bytes", count),
    row("rcvdpkt", "destination.packets", count),
    row("duration", "event.duration", nanoseconds),
    row("policyid", "rule.id"),
    row("policyname", "rule.name"),
    row("poluuid", "rule.uuid"),
    row("policytype", "rule.ruleset"),
    row("utmaction", "tocsin.fortigate.utmaction", told),
)

_HEX = frozenset("0123456789abcdefABCDEF")


def _sha256(text: str) -> str | None:
    """``analyticscksum`` is the SHA-256 that FortiSandbox knows the file by."""
    return text.lower() if len(text) == 64 and _HEX.issuperset(text) else None  # noqa: PLR2004 - 256 bits


def _addresses(text: str) -> list[str] | None:
    """``ipaddr`` of a DNS answer: one address or several behind commas."""
    return [found for part in text.split(",", 64)[:64] if (found := address(part.strip()))] or None


UTM = (
    *_SESSION,
    row("hostname", "url.domain"),
    row("url", "url.original"),
    row("httpmethod", "http.request.method"),
    row("referralurl", "http.request.referrer"),
    row("agent", "user_agent.original"),
    row("filename", "file.name"),
    row("filesize", "file.size", count),
    row("analyticscksum", "file.hash.sha256", _sha256),
    row("qname", "dns.question.name"),
    row("qtype", "dns.question.type"),
    row("qclass", "dns.question.class"),
    row("xid", "dns.id"),
    row("ipaddr", "dns.resolved_ip", _addresses),
    row("sentbyte", "source.bytes", count),
    row("rcvdbyte", "destination.bytes", count),
    row("catdesc", "rule.category"),
    row("appcat", "rule.category"),
    row("profile", "rule.ruleset"),
    row("applist", "rule.ruleset"),
    row("ref", "event.reference"),
    row("reason", "event.reason", told),
    row("eventtype", "tocsin.fortigate.eventtype"),
    row("policyid", "tocsin.fortigate.policyid"),
    row("forwardedfor", "network.forwarded_ip", address),
)

VPN = (
    row("tunnelip", "source.nat.ip", real_address),
    row("assignip", "source.nat.ip", real_address),
    row("xauthuser", "user.name"),
    row("eapuser", "user.name"),
    row("group", "user.group.name"),
    row("xauthgroup", "user.group.name"),
    row("duration", "event.duration", nanoseconds),
    row("sentbyte", "source.bytes", count),
    row("rcvdbyte", "destination.bytes", count),
    row("reason", "event.reason"),
    row("logdesc", "tocsin.fortigate.logdesc"),
    row("tunneltype", "tocsin.fortigate.tunneltype"),
    row("tunnelid", "tocsin.fortigate.tunnelid"),
    row("vpntunnel", "tocsin.fortigate.vpntunnel"),
)
_Key = tuple[str, Callable[[str], Any]]
_FAR: Mapping[str, _Key] = {
    "remip": ("ip", address),
    "remport": ("port", port),
    "srccountry": ("geo.country_name", _country),
}
_NEAR: Mapping[str, _Key] = {"locip": ("ip", address), "locport": ("port", port)}


def _ends(far: str, near: str) -> tuple[Row, ...]:
    sides = ((far, _FAR), (near, _NEAR))
    return tuple(row(key, f"{side}.{name}", read) for side, keys in sides for key, (name, read) in keys.items())


CALLED = _ends("source", "destination")
"""The far end opened the tunnel: every remote user, and a gateway that called."""
CALLING = _ends("destination", "source")
"""This firewall opened it (``init="local"``)."""

EVENT = (
    row("srcip", "source.ip", address),
    row("srcport", "source.port", port),
    row("dstip", "destination.ip", address),
    row("dstport", "destination.port", port),
    row("group", "user.group.name"),
    row("profile", "user.roles"),
    row("reason", "event.reason", told),
    row("logdesc", "tocsin.fortigate.logdesc"),
    row("ui", "tocsin.fortigate.ui"),
    row("cfgpath", "tocsin.fortigate.cfgpath"),
    row("cfgobj", "tocsin.fortigate.cfgobj"),
    row("cfgattr", "tocsin.fortigate.cfgattr"),
)

DIRECTIONS: Mapping[tuple[str, str], str] = {
    ("lan", "wan"): "outbound",
    ("dmz", "wan"): "outbound",
    ("wan", "lan"): "inbound",
    ("wan", "dmz"): "inbound",
    ("lan", "lan"): "internal",
    ("lan", "dmz"): "internal",
    ("dmz", "lan"): "internal",
    ("dmz", "dmz"): "internal",
    ("wan", "wan"): "external",
}
"""Roles of the two interfaces → ``network.direction``."""
