"""Networks by prefix: one dictionary for each prefix length that occurs, so a look-up costs as many steps as there are lengths."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Generic, TypeVar

T = TypeVar("T")


class Prefixes(Generic[T]):
    """What is known of networks; at most 33 + 129 lengths."""

    def __init__(self) -> None:
        self._by_length: dict[tuple[int, int], dict[int, list[T]]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_length)

    def __iter__(self) -> Iterator[T]:
        for networks in self._by_length.values():
            for held in networks.values():
                yield from held

    def add(self, network: IPv4Network | IPv6Network, known: T) -> None:
        """Put something in; the same network may hold several."""
        shift = network.max_prefixlen - network.prefixlen
        of_length = self._by_length.setdefault((network.version, shift), {})
        of_length.setdefault(int(network.network_address) >> shift, []).append(known)

    def holding(self, address: str) -> Iterator[T]:
        """What is known of the networks that hold this canonical address."""
        parsed = ip_address(address)
        version, number = parsed.version, int(parsed)
        for (of_version, shift), networks in self._by_length.items():
            if of_version == version:
                yield from networks.get(number >> shift, ())

    def around(self, network: IPv4Network | IPv6Network) -> Iterator[T]:
        """What is known of the networks that hold this whole network."""
        start = int(network.network_address)
        least = network.max_prefixlen - network.prefixlen
        for (version, shift), networks in self._by_length.items():
            if version == network.version and shift >= least:
                yield from networks.get(start >> shift, ())
