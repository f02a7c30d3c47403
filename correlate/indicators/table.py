"""Where a value is looked up: a dictionary for each kind, the networks by prefix, and for names a walk from the name to its suffixes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from correlate.indicators.indicator import Indicator, Kind
from correlate.indicators.prefixes import Prefixes
from correlate.indicators.warninglists import suffixes

Row = Indicator | list[Indicator]
"""Most values are listed once: a list around each would double the memory."""


class Table:
    """The set that events are matched with. Canonical values in, indicators out."""

    def __init__(self, indicators: Iterable[Indicator] = ()) -> None:
        self._exact: dict[Kind, dict[str, Row]] = {kind: {} for kind in Kind if kind is not Kind.NETWORK}
        self._networks: Prefixes[Indicator] = Prefixes()
        self.counts: Counter[Kind] = Counter()
        for one in indicators:
            self._add(one)

    def __len__(self) -> int:
        return self.counts.total()

    def __iter__(self) -> Iterator[Indicator]:
        for rows in self._exact.values():
            for row in rows.values():
                yield from row if isinstance(row, list) else (row,)
        yield from self._networks

    def exact(self, kind: Kind, value: str) -> Iterable[Indicator]:
        """Those that list this very value."""
        row = self._exact[kind].get(value)
        if row is None:
            return ()
        return row if isinstance(row, list) else (row,)

    def of_address(self, address: str) -> Iterator[Indicator]:
        """Those that list the address, or a network that holds it."""
        yield from self.exact(Kind.IP, address)
        if self._networks:
            yield from self._networks.holding(address)

    def of_name(self, name: str) -> Iterator[Indicator]:
        """Those that list the name, or one that it is below."""
        names = self._exact[Kind.DOMAIN]
        for suffix in suffixes(name):
            if suffix in names:
                yield from self.exact(Kind.DOMAIN, suffix)

    def _add(self, one: Indicator) -> None:
        self.counts[one.kind] += 1
        if one.kind is Kind.NETWORK:
            self._networks.add(ip_network(one.value), one)
            return
        rows = self._exact[one.kind]
        row = rows.setdefault(one.value, one)
        if isinstance(row, list):
            row.append(one)
        elif row is not one:
            rows[one.value] = [row, one]
