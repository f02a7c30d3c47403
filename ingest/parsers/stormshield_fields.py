"""Keys of Stormshield SNS audit logs to ECS fields, as tables (*Description of audit logs*, SNS 3 to 5)."""

from collections.abc import Mapping

from ingest.parsers.firewalls import Copy, count, mac, nanoseconds, port, told
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
    Copy("pri", "log.level", LEVELS.get),
    Copy("msg", "message"),
    Copy("fw", "observer.name"),
    Copy("user", "user.name"),
    Copy("usergroup", "user.group.name", _groups),
    Copy("domain", "user.domain"),
)

SESSION = (
    Copy("src", "source.ip", address),
    Copy("srcport", "source.port", port),
    Copy("srcname", "source.domain"),
    Copy("srcmac", "source.mac", mac),
    Copy("srccountry", "source.geo.country_iso_code", _country),
    Copy("srcifname", "observer.ingress.interface.name"),
    Copy("srcif", "observer.ingress.interface.name"),
    Copy("dst", "destination.ip", address),
    Copy("dstport", "destination.port", port),
    Copy("dstname", "destination.domain"),
    Copy("dstmac", "destination.mac", mac),
    Copy("dstcountry", "destination.geo.country_iso_code", _country),
    Copy("dstifname", "observer.egress.interface.name"),
    Copy("dstif", "observer.egress.interface.name"),
    Copy("ipproto", "network.transport", _transport),
    Copy("proto", "network.protocol", told),
    Copy("ipv", "network.type", {"4": "ipv4", "6": "ipv6"}.get),
    Copy("sent", "source.bytes", count),
    Copy("rcvd", "destination.bytes", count),
    Copy("duration", "event.duration", nanoseconds),
)

RULE = (
    Copy("ruleid", "rule.id"),
    Copy("rulename", "rule.name"),
    Copy("cat_site", "rule.category"),
)
"""The filter rule that a session met."""

WEB = (
    Copy("op", "http.request.method"),
    Copy("result", "http.response.status_code", count),
    Copy("arg", "url.original"),
    Copy("dstname", "url.domain"),
)

ALARM = (
    Copy("class", "tocsin.stormshield.class"),
    Copy("alarmid", "event.code"),
    Copy("ruleid", "tocsin.stormshield.ruleid"),
    Copy("repeat", "tocsin.repeated", count),
    Copy("risk", "tocsin.stormshield.risk", count),
)

PEOPLE = (
    Copy("src", "source.ip", address),
    Copy("address", "source.ip", address),
    Copy("method", "tocsin.stormshield.method"),
    Copy("totp", "tocsin.stormshield.totp"),
    Copy("error", "tocsin.stormshield.error"),
    Copy("ruleid", "rule.id"),
    Copy("sessionid", "tocsin.stormshield.sessionid"),
)
"""Who came from where: users, remote users, administrators."""

REMOTE = (
    Copy("remotenet", "source.nat.ip", address),
    Copy("srcname", "source.domain"),
    Copy("sent", "source.bytes", count),
    Copy("rcvd", "destination.bytes", count),
    Copy("duration", "event.duration", nanoseconds),
)
"""The address that an SSL-VPN client was given, and what it moved."""


def _gateways(near: str, far: str) -> tuple[Copy, ...]:
    return (Copy("src", f"{near}.ip", address), Copy("dst", f"{far}.ip", address))


INITIATOR = _gateways("source", "destination")
RESPONDER = _gateways("destination", "source")
"""``l_vpn`` writes this firewall as ``src`` whoever began; ``side`` says who did."""

IPSEC = (
    Copy("localnet", "tocsin.stormshield.localnet"),
    Copy("remotenet", "tocsin.stormshield.remotenet"),
    Copy("peername", "tocsin.stormshield.peername"),
    Copy("remoteid", "tocsin.stormshield.remoteid"),
    Copy("phase", "tocsin.stormshield.phase"),
    Copy("rulename", "rule.name"),
)

SYSTEM = (
    Copy("src", "source.ip", address),
    Copy("dst", "destination.ip", address),
    Copy("service", "service.name"),
    Copy("alarmid", "event.code"),
)
