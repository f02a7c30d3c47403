"""Keys of FortiOS logs to ECS fields, as tables by log type. Names after the *FortiOS Log Message Reference* 6.0 to 7.6.

``tranip`` is where a destination was translated to, ``transip`` what a source was translated to. ``remip`` is the far end of a tunnel.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.parsers.firewalls import (
    LONGEST_ADDRESS,
    TRANSPORTS,
    Copy,
    count,
    mac,
    nanoseconds,
    port,
    real_address,
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
    Copy("logid", "event.code"),
    Copy("level", "log.level", told),
    Copy("msg", "message"),
    Copy("devname", "observer.name"),
    Copy("devid", "observer.serial_number"),
    Copy("vd", "tocsin.fortigate.vd"),
    Copy("user", "user.name", _user),
)

_SESSION = (
    Copy("srcip", "source.ip", address),
    Copy("srcport", "source.port", port),
    Copy("srccountry", "source.geo.country_name", _country),
    Copy("srcintf", "observer.ingress.interface.name"),
    Copy("srcintfrole", "observer.ingress.zone", told),
    Copy("dstip", "destination.ip", address),
    Copy("dstport", "destination.port", port),
    Copy("dstcountry", "destination.geo.country_name", _country),
    Copy("dstintf", "observer.egress.interface.name"),
    Copy("dstintfrole", "observer.egress.zone", told),
    Copy("proto", "network.iana_number"),
    Copy("proto", "network.transport", TRANSPORTS.get),
    Copy("service", "network.protocol", _service),
    Copy("app", "network.application", _service),
    Copy("group", "user.group.name"),
    Copy("unauthuser", "user.name"),
    Copy("sessionid", "tocsin.fortigate.session_id"),
)

TRAFFIC = (
    *_SESSION,
    Copy("srcname", "source.domain"),
    Copy("srcmac", "source.mac", mac),
    Copy("transip", "source.nat.ip", real_address),
    Copy("transport", "source.nat.port", used_port),
    Copy("sentbyte", "source.bytes", count),
    Copy("sentpkt", "source.packets", count),
    Copy("dstname", "destination.domain"),
    Copy("hostname", "destination.domain"),
    Copy("tranip", "destination.nat.ip", real_address),
    Copy("tranport", "destination.nat.port", used_port),
    Copy("rcvdbyte", "destination.bytes", count),
    Copy("rcvdpkt", "destination.packets", count),
    Copy("duration", "event.duration", nanoseconds),
    Copy("policyid", "rule.id"),
    Copy("policyname", "rule.name"),
    Copy("poluuid", "rule.uuid"),
    Copy("policytype", "rule.ruleset"),
    Copy("utmaction", "tocsin.fortigate.utmaction", told),
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
    Copy("hostname", "url.domain"),
    Copy("url", "url.original"),
    Copy("httpmethod", "http.request.method"),
    Copy("referralurl", "http.request.referrer"),
    Copy("agent", "user_agent.original"),
    Copy("filename", "file.name"),
    Copy("filesize", "file.size", count),
    Copy("analyticscksum", "file.hash.sha256", _sha256),
    Copy("qname", "dns.question.name"),
    Copy("qtype", "dns.question.type"),
    Copy("qclass", "dns.question.class"),
    Copy("xid", "dns.id"),
    Copy("ipaddr", "dns.resolved_ip", _addresses),
    Copy("sentbyte", "source.bytes", count),
    Copy("rcvdbyte", "destination.bytes", count),
    Copy("catdesc", "rule.category"),
    Copy("appcat", "rule.category"),
    Copy("profile", "rule.ruleset"),
    Copy("applist", "rule.ruleset"),
    Copy("ref", "event.reference"),
    Copy("reason", "event.reason", told),
    Copy("eventtype", "tocsin.fortigate.eventtype"),
    Copy("policyid", "tocsin.fortigate.policyid"),
    Copy("forwardedfor", "network.forwarded_ip", address),
)

VPN = (
    Copy("tunnelip", "source.nat.ip", real_address),
    Copy("assignip", "source.nat.ip", real_address),
    Copy("xauthuser", "user.name"),
    Copy("eapuser", "user.name"),
    Copy("group", "user.group.name"),
    Copy("xauthgroup", "user.group.name"),
    Copy("duration", "event.duration", nanoseconds),
    Copy("sentbyte", "source.bytes", count),
    Copy("rcvdbyte", "destination.bytes", count),
    Copy("reason", "event.reason"),
    Copy("logdesc", "tocsin.fortigate.logdesc"),
    Copy("tunneltype", "tocsin.fortigate.tunneltype"),
    Copy("tunnelid", "tocsin.fortigate.tunnelid"),
    Copy("vpntunnel", "tocsin.fortigate.vpntunnel"),
)
_Key = tuple[str, Callable[[str], Any]]
_FAR: Mapping[str, _Key] = {
    "remip": ("ip", address),
    "remport": ("port", port),
    "srccountry": ("geo.country_name", _country),
}
_NEAR: Mapping[str, _Key] = {"locip": ("ip", address), "locport": ("port", port)}


def _ends(far: str, near: str) -> tuple[Copy, ...]:
    sides = ((far, _FAR), (near, _NEAR))
    return tuple(Copy(key, f"{side}.{name}", read) for side, keys in sides for key, (name, read) in keys.items())


CALLED = _ends("source", "destination")
"""The far end opened the tunnel: every remote user, and a gateway that called."""
CALLING = _ends("destination", "source")
"""This firewall opened it (``init="local"``)."""

EVENT = (
    Copy("srcip", "source.ip", address),
    Copy("srcport", "source.port", port),
    Copy("dstip", "destination.ip", address),
    Copy("dstport", "destination.port", port),
    Copy("group", "user.group.name"),
    Copy("profile", "user.roles"),
    Copy("reason", "event.reason", told),
    Copy("logdesc", "tocsin.fortigate.logdesc"),
    Copy("ui", "tocsin.fortigate.ui"),
    Copy("cfgpath", "tocsin.fortigate.cfgpath"),
    Copy("cfgobj", "tocsin.fortigate.cfgobj"),
    Copy("cfgattr", "tocsin.fortigate.cfgattr"),
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
