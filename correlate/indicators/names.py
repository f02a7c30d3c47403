"""Host names and addresses in one form, whoever wrote them."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

import idna

from correlate.entities import canonical_address

MAX_NAME = 253
"""Characters of a host name (RFC 1035 §3.1)."""

_LABELS = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
"""Labels of the DNS; an underscore stands in many names that malware asks for."""

_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
"""A last label that is a number makes an address of other spelling, no name (WHATWG URL §3.5)."""


def domain(text: str) -> str | None:
    """The name in lower case, in ASCII (IDNA 2008 with the mapping of UTS 46), without ``*.`` before and dots at either end.

    None when it is no host name, or is an address.
    """
    if len(text) > MAX_NAME + 4:
        return None
    name = text.strip().lower().removeprefix("*.").strip(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except UnicodeError:
            return None
    if len(name) > MAX_NAME or not _LABELS.fullmatch(name) or _NUMBER.fullmatch(name.rpartition(".")[2]):
        return None
    return name


def address(text: str) -> str | None:
    """The address in its shortest form, IPv4-mapped IPv6 as IPv4, without brackets and zone; None when it is no address."""
    if len(text) > MAX_NAME:
        return None
    found = canonical_address(text.strip().removeprefix("[").removesuffix("]"))
    return str(found) if found else None


def network(text: str) -> IPv4Network | IPv6Network | None:
    """The network of an address with a prefix length; host bits are dropped, an IPv4-mapped one is IPv4. None when it is none."""
    if "/" not in text or len(text) > MAX_NAME:
        return None
    try:
        found = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped and found.prefixlen >= _MAPPED:
        return IPv4Network((found.network_address.ipv4_mapped, found.prefixlen - _MAPPED))
    return found


_MAPPED = 96
"""Bits before the IPv4 address in an IPv4-mapped one (RFC 4291 §2.5.5.2)."""
