"""Values that would raise an alarm everywhere, or that mean something else at every site: refused, whoever lists them."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from correlate.entities import registered_domain
from correlate.guards import EMPTY, EVERYWHERE, RESOLVERS, is_public
from correlate.indicators.indicator import Kind
from correlate.indicators.refusal import Because, Unusable
from correlate.indicators.urls import canonical

SHORTEST = {4: 12, 6: 28}
"""Prefix lengths: the widest networks that lists of hijacked space name; a wider one is a part of the Internet."""

_INSIDE = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "224.0.0.0/3", "::/8", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""RFC 6890: space that is nobody's in particular."""


def check(kind: Kind, value: str) -> None:
    """Raise ``Unusable`` when a canonical value says too little about the event that carries it."""
    if kind is Kind.NETWORK:
        _check_network(ip_network(value))
    elif kind is Kind.HASH:
        _check_hash(value)
    elif kind is Kind.IP:
        _check_address(ip_address(value))
    else:
        _check_host(kind, value)


def _check_network(network: IPv4Network | IPv6Network) -> None:
    if network.prefixlen < SHORTEST[network.version]:
        least = SHORTEST[network.version]
        raise Unusable(Because.TOO_BROAD, f"{network} is wider than /{least}")
    for inside in _INSIDE:
        if inside.version == network.version and network.overlaps(inside):
            raise Unusable(Because.NOT_PUBLIC, f"{network} holds addresses of {inside}, which every site has")


def _check_address(address: IPv4Address | IPv6Address) -> None:
    if not is_public(address):
        raise Unusable(Because.NOT_PUBLIC, f"{address} is private or reserved: every site has one")
    if str(address) in RESOLVERS:
        raise Unusable(Because.EVERYWHERE, f"{address} is a resolver that anyone may ask")


def _check_hash(value: str) -> None:
    if value in EMPTY:
        raise Unusable(Because.EVERYWHERE, f"{value} is the hash of an empty file")
    if len(set(value)) == 1:
        raise Unusable(Because.INVALID, f"{value} is a placeholder, no hash")


def _check_host(kind: Kind, value: str) -> None:
    if kind is Kind.URL:
        found = canonical(value)
        host = found.host if found else ""
    else:
        host = value.rpartition("@")[2]
    if kind is Kind.URL and (host[0].isdigit() or ":" in host) and (address := _address(host)):
        _check_address(address)
    elif registered_domain(host) is None:
        raise Unusable(*_why_unregistered(host))
    elif kind is Kind.DOMAIN and host in EVERYWHERE:
        raise Unusable(Because.EVERYWHERE, f"every network asks for {host}")


def _why_unregistered(host: str) -> tuple[Because, str]:
    """A suffix that anybody registers below, or a name of somebody's own network."""
    if registered_domain(f"x.{host}") is not None:
        return Because.TOO_BROAD, f"{host} is a suffix that anybody may register below"
    return Because.NOT_PUBLIC, f"{host} is no name of the public DNS"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
