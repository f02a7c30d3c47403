"""Which values may tie two sites together, and which mean nothing however many sites see them.

Private, reserved and shared address space, public resolvers, update and telemetry domains, an establishment's own declared exits
and what the region lists as known: a link through any of these would join hospitals that have nothing in common.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from correlate.entities import STRONG, canonical_address, registered_domain
from schemas.detection import Entity
from schemas.errors import ConfigurationError
from schemas.site import Site

Network = IPv4Network | IPv6Network

_EXAMPLES = tuple(ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
"""RFC 5737 and RFC 3849: nobody's addresses, so tests and exercises use them as attackers'; they never carry real traffic."""

RESOLVERS = (
    "1.0.0.1", "1.1.1.1", "4.2.2.1", "4.2.2.2", "8.8.4.4", "8.8.8.8", "9.9.9.9", "149.112.112.112", "80.67.169.12", "80.67.169.40",
    "208.67.220.220", "208.67.222.222", "2001:4860:4860::8844", "2001:4860:4860::8888", "2606:4700:4700::1001",
    "2606:4700:4700::1111", "2620:fe::fe", "2620:fe::9",
)  # fmt: skip
"""Resolvers that anyone may ask: Cloudflare, Lumen, Google, Quad9, FDN, OpenDNS."""

EVERYWHERE = (
    "akadns.net", "akamai.net", "akamaiedge.net", "apple.com", "azure.com", "azureedge.net", "cloudflare.com", "cloudfront.net",
    "debian.org", "digicert.com", "fastly.net", "gstatic.com", "google.com", "googleapis.com", "letsencrypt.org", "live.com",
    "microsoft.com", "microsoftonline.com", "mozilla.org", "msftconnecttest.com", "msftncsi.com", "msedge.net", "office.com",
    "office365.com", "sectigo.com", "trafficmanager.net", "ubuntu.com", "windows.com", "windows.net", "windowsupdate.com",
)  # fmt: skip
"""Domains that every network asks for: updates, certificates, content delivery, time. What is below them is meant as well."""

EMPTY = (
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
)  # fmt: skip
"""MD5, SHA-1 and SHA-256 of a file without content."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is somebody's on the Internet; those for examples count as such."""
    return (address.is_global and not address.is_multicast) or any(address in network for network in _EXAMPLES)


class Guards:
    """Answers whether a value may link sites.

    Args:
        sites: The region; their declared exits never link.
        never_link: What the region knows: addresses, networks, domains, hashes, mail addresses.

    Raises:
        ConfigurationError: a declared exit is no address or network.
    """

    def __init__(self, sites: Iterable[Site] = (), never_link: Iterable[str] = ()) -> None:
        self._networks = [_network(text, f"site {site.finess}: exits") for site in sites for text in site.exits]
        self._values = {*RESOLVERS, *EVERYWHERE, *EMPTY}
        for text in never_link:
            if network := _maybe_network(text):
                self._networks.append(network)
            else:
                self._values.add(text.lower())

    def may_link(self, entity: Entity) -> bool:
        """Whether this value, seen at two sites, says that they have something in common."""
        if entity.kind not in STRONG or entity.value.lower() in self._values:
            return False
        if entity.kind == "ip":
            address = canonical_address(entity.value)
            return address is not None and self._address_may_link(address)
        if entity.kind == "url":
            return self._url_may_link(entity.value)
        if entity.kind == "email":
            return self._name_may_link(entity.value.rpartition("@")[2])
        return entity.kind != "domain" or self._name_may_link(entity.value)

    def _address_may_link(self, address: IPv4Address | IPv6Address) -> bool:
        return is_public(address) and not any(address in network for network in self._networks)

    def _url_may_link(self, url: str) -> bool:
        host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        if address := canonical_address(name):
            return str(address) not in self._values and self._address_may_link(address)
        return self._name_may_link(name)

    def _name_may_link(self, name: str) -> bool:
        """Whether somebody registered the name, and nothing known is it or above it."""
        labels = name.lower().rstrip(".").split(".")
        above = (".".join(labels[place:]) for place in range(len(labels)))
        return registered_domain(name) is not None and not any(domain in self._values for domain in above)


def _network(text: str, where: str) -> Network:
    network = _maybe_network(text)
    if network is None:
        raise ConfigurationError(f"{where}: {text!r} is no address or network, such as 198.51.100.7 or 198.51.100.0/24")
    return network


def _maybe_network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
