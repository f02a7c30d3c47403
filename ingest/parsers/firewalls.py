"""What the parsers of firewalls share: how native keys become fields, what is inside, how grave an alert honestly is."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from ingest.remember import remembered
from ingest.values import address
from schemas.event import Event

Values = Mapping[str, str]
"""The pairs of one record."""


Row = tuple[str, str, Callable[[str], Any] | None]
"""One native key, the field it fills, and how its text becomes a value; None where the text is the value.

A plain tuple: a named one takes three times as long to take apart, for every row and record."""


def row(key: str, field: str, read: Callable[[str], Any] | None = None) -> Row:
    """A row of a table."""
    return key, field, read


NOTHING = frozenset({"N/A", "n/a", "(null)"})
"""Texts that firewalls write for nothing, whatever the key; an empty one is nothing as well."""
_NO_WORD = frozenset({"-", "none", "undefined", "unknown"})
_NO_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, never bound

TRANSPORTS = {
    "1": "icmp",
    "2": "igmp",
    "6": "tcp",
    "17": "udp",
    "47": "gre",
    "50": "esp",
    "51": "ah",
    "58": "ipv6-icmp",
    "132": "sctp",
}
"""IANA protocol numbers → ``network.transport``."""

LONGEST_ADDRESS = 45
"""Characters of an IPv6 address with an IPv4 address at its end."""

LOW, MEDIUM, HIGH, CRITICAL = 21, 47, 73, 99
"""``event.severity`` from 0 to 100, as Elastic Security's detection engine counts."""

_INSIDE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)
"""RFC 1918, RFC 6598, RFC 3927, RFC 4193 and RFC 4291."""


def copy(event: Event, table: tuple[Row, ...], values: Values) -> None:
    """Fill the fields of a table; a field that was filled before stays."""
    for key, field, read in table:
        if key not in values or field in event:
            continue
        text = values[key]
        if not text or text in NOTHING:
            continue
        if read is None:
            event[field] = text
        elif (value := read(text)) is not None:
            event[field] = value


@remembered
def told(text: str) -> str | None:
    """A word in small letters, unless it is one of those that tell nothing."""
    found = text.lower()
    return None if found in _NO_WORD else found


@remembered
def real_address(text: str) -> str | None:
    """An address that is not the unspecified one, which firewalls write where none was used."""
    found = address(text)
    return None if found in _NO_ADDRESS else found


def count(text: str) -> int | None:
    """A number in decimal digits: bytes, packets, a size."""
    return int(text) if len(text) <= _DIGITS and text.isdecimal() and text.isascii() else None


_DIGITS = 18
"""So many always fit an ECS ``long``."""
_LAST_PORT = 65_535


def port(text: str) -> int | None:
    """A TCP or UDP port."""
    number = count(text)
    return None if number is None or number > _LAST_PORT else number


def used_port(text: str) -> int | None:
    """A translated port; 0 where none was used."""
    return port(text) or None


@remembered
def mac(text: str) -> str | None:
    """``00:24:21:ac:fb:da`` as ECS writes it (RFC 7042): capitals and hyphens."""
    found = text.replace(":", "-").upper()
    return found if len(found) == 17 and found.count("-") == 5 else None  # noqa: PLR2004 - six bytes


@remembered
def nanoseconds(text: str) -> int | None:
    """A number of seconds, with decimals or without, as ``event.duration``; None beyond a century."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return round(seconds * 1e9) if 0 <= seconds < 3.2e9 else None  # noqa: PLR2004 - a hundred years


def add_totals(event: Event) -> None:
    """``network.bytes`` and ``network.packets`` are what both sides sent."""
    for total, sent, received in _TOTALS:
        if sent in event and received in event:
            event[total] = event[sent] + event[received]


_TOTALS = (
    ("network.bytes", "source.bytes", "destination.bytes"),
    ("network.packets", "source.packets", "destination.packets"),
)


def drop_names_of_addresses(event: Event) -> None:
    """A name that only repeats the address of its side says nothing."""
    for name, place in (("source.domain", "source.ip"), ("destination.domain", "destination.ip")):
        if name in event and event.get(place, "\0") in event[name]:
            del event[name]


@lru_cache(maxsize=8192)
def inside(text: str | None) -> bool:
    """Whether an address in canonical text belongs to a private network: what comes from there is already within."""
    return text is not None and any(ip_address(text) in network for network in _INSIDE)


def severity(stated: int, event: Event) -> int:
    """How grave an alert is: what the device says, unless it stopped the attack.

    What was stopped on its way in is the noise of the Internet, and low. What was stopped on its way from an inside address is at
    most medium: nothing got through, yet a machine within tries.
    """
    if "denied" not in event.get("event.type", ()):
        return stated
    return min(stated, MEDIUM if inside(event.get("source.ip")) else LOW)
