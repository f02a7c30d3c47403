"""Keys of Stormshield SNS audit logs to ECS fields, as tables (*Description of audit logs*, SNS 3 to 5)."""

from collections.abc import Mapping

from ingest.parsers.firewalls import Row, count, mac, nanoseconds, port, row, told
from ingest.remember import remembered
from ingest.values import address


@remembered
def _country(text: str) -> str | None:
    """``srccountry=fr``: an ISO 3166 code."""
    return text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else None  # noqa: PLR2004 - alpha-2


def _groups(text: str) -> list[str]:
    """``usergroup=group1,group2``."""
    return text.split(",", 64)[:64]


_TRANSPORTS: Mapping[str, str] = {"icmpv6": "ipv6-icmp"}


@remembered
def _transport(text: str) -> str:
    found = text.lower()
    return _TRANSPORTS.get(found, found)


LEVELS: Mapping[str, str] = {
    "0": "emergency",
    "1": "alert",
    "2": "critical",
    "3": "error",
    "4": "warning",
    "5": "notice",
    "6": "information",
    "7": "debug",
}
"""``pri`` → ``log.level``."""

ALWAYS = (
    row("pri", "log.level", LEVELS.get),
    row("msg", "message"),
    row("fw", "observer.name"),
    row("user", "user.name"),
    row("usergroup", "user.group.name", _groups),
    row("domain", "user.domain"),
)

SESSION = (
    row("src", "source.ip", address),
    row("srcport", "source.port", port),
    row("srcname", "source.domain"),
    row("srcmac", "source.mac", mac),
    row("srccountry", "source.geo.country_iso_code", _country),
    row("srcifname", "observer.ingress.interface.name"),
    row("srcif", "observer.ingress.interface.name"),
    row("dst", "destination.ip", address),
    row("dstport", "destination.port", port),
    row("dstname", "destination.domain"),
    row("dstmac", "destination.mac", mac),
    row("dstcountry", "destination.geo.country_iso_code", _country),
    row("dstifname", "observer.egress.interface.name"),
    row("dstif", "observer.egress.interface.name"),
    row("ipproto", "network.transport", _transport),
    row("proto", "network.protocol", told),
    row("ipv", "network.type", {"4": "ipv4", "6": "ipv6"}.get),
    row("sent", "source.bytes", count),
    row("rcvd", "destination.bytes", count),
    row("duration", "event.duration", nanoseconds),
)

RULE = (
    row("ruleid", "rule.id"),
    row("rulename", "rule.name"),
    row("cat_site", "rule.category"),
)
"""The filter rule that a session met."""

WEB = (
    row("op", "http.request.method"),
    row("result", "http.response.status_code", count),
    row("arg", "url.original"),
    row("dstname", "url.domain"),
)

ALARM = (
    row("class", "tocsin.stormshield.class"),
    row("alarmid", "event.code"),
    row("ruleid", "tocsin.stormshield.ruleid"),
    row("repeat", "tocsin.repeated", count),
    row("risk", "tocsin.stormshield.risk", count),
)

PEOPLE = (
    row("src", "source.ip", address),
    row("address", "source.ip", address),
    row("method", "tocsin.stormshield.method"),
    row("totp", "tocsin.stormshield.totp"),
    row("error", "tocsin.stormshield.error"),
    row("ruleid", "rule.id"),
    row("sessionid", "tocsin.stormshield.sessionid"),
)
"""Who came from where: users, remote users, administrators."""

REMOTE = (
    row("remotenet", "source.nat.ip", address),
    row("srcname", "source.domain"),
    row("sent", "source.bytes", count),
    row("rcvd", "destination.bytes", count),
    row("duration", "event.duration", nanoseconds),
)
"""The address that an SSL-VPN client was given, and what it moved."""


def _gateways(near: str, far: str) -> tuple[Row, ...]:
    return (row("src", f"{near}.ip", address), row("dst", f"{far}.ip", address))


INITIATOR = _gateways("source", "destination")
RESPONDER = _gateways("destination", "source")
"""``l_vpn`` writes this firewall as ``src`` whoever began; ``side`` says who did."""

IPSEC = (
    row("localnet", "tocsin.stormshield.localnet"),
    row("remotenet", "tocsin.stormshield.remotenet"),
    row("peername", "tocsin.stormshield.peername"),
    row("remoteid", "tocsin.stormshield.remoteid"),
    row("phase", "tocsin.stormshield.phase"),
    row("rulename", "rule.name"),
)

SYSTEM = (
    row("src", "source.ip", address),
    row("dst", "destination.ip", address),
    row("service", "service.name"),
    row("alarmid", "event.code"),
)
