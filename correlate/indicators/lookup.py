"""The values of one event, looked up: a few dictionary look-ups for each field that the event has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from correlate.entities import OWN_WEB_SERVER
from correlate.indicators import names, urls, values
from correlate.indicators.fields import FIELDS, FILE_NAMES, MAX_VALUES, PORTS, Reads
from correlate.indicators.indicator import Also, Indicator, Kind, Side
from correlate.indicators.table import Table
from schemas.event import Event

_NAMES = frozenset(FIELDS)

MAX_SEEN = 256
"""Indicators found in one event before the search ends: every feed may list the same network."""

MAX_REMEMBERED = 65_536
"""Hosts, and mail addresses, whose answer is remembered; each has at most 253 characters."""

Hit = tuple[Kind, str, tuple[Indicator, ...]]
"""A value in its canonical form, and what lists it."""


class Carried(NamedTuple):
    """A value that an event carries, canonical, and the field where it stands."""

    field: str
    side: Side
    kind: Kind
    value: str


class Seen(NamedTuple):
    """An indicator, and what of the event matches it."""

    indicator: Indicator
    carried: Carried


class Finder:
    """Looks events up in one table. It remembers hosts and mail addresses that come back all day, most of them in no feed."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._remembered: dict[Reads, dict[str, list[Hit]]] = {Reads.HOST: {}, Reads.EMAIL: {}}

    def seen_in(self, event: Event) -> list[Seen]:
        """Every indicator that the event carries with all it asks for, whenever it holds; in the order of the fields' names."""
        found: list[Seen] = []
        own = event.get("event.module") == OWN_WEB_SERVER
        for name in sorted(_NAMES.intersection(event)):
            field = FIELDS[name]
            if field.visited and own:
                continue
            for text in _texts(event[name]):
                for kind, value, listed in self._hits(field.reads, text):
                    carried = Carried(name, field.side, kind, value)
                    found += [Seen(one, carried) for one in listed if _fits(one, carried, event)]
            if len(found) >= MAX_SEEN:
                break
        return found

    def _hits(self, reads: Reads, text: str) -> Sequence[Hit]:
        if reads is Reads.URL and (simple := urls.SIMPLE.fullmatch(text)):
            return [*self._hits(Reads.HOST, simple["host"]), *self._listed([(Kind.URL, urls.of_simple(simple))])]
        remembered = self._remembered.get(reads)
        if remembered is None or len(text) > names.MAX_NAME:
            return self._listed(_READ[reads](text))
        hits = remembered.get(text)
        if hits is None:
            if len(remembered) >= MAX_REMEMBERED:
                remembered.clear()
            hits = remembered[text] = self._listed(_READ[reads](text))
        return hits

    def _listed(self, forms: Iterable[tuple[Kind, str]]) -> list[Hit]:
        found = ((kind, value, tuple(listing(self._table, kind, value))) for kind, value in forms)
        return [hit for hit in found if hit[2]]


def carried_by(event: Event) -> Iterator[Carried]:
    """The values of the event that an indicator can be; what a visitor asked of a site's own web server is not among them."""
    own = event.get("event.module") == OWN_WEB_SERVER
    for name in sorted(_NAMES.intersection(event)):
        field = FIELDS[name]
        if field.visited and own:
            continue
        for text in _texts(event[name]):
            for kind, value in _READ[field.reads](text):
                yield Carried(name, field.side, kind, value)


def listing(table: Table, kind: Kind, value: str) -> Iterable[Indicator]:
    """Those that list a canonical value, a network that holds it, or a name above it."""
    if kind is Kind.IP:
        return table.of_address(value)
    return table.of_name(value) if kind is Kind.DOMAIN else table.exact(kind, value)


def _fits(indicator: Indicator, carried: Carried, event: Event) -> bool:
    return indicator.side in {Side.ANY, carried.side} and all(_has(event, also) for also in indicator.also)


def _has(event: Event, also: Also) -> bool:
    if also.what == "port":
        return any(str(event.get(name)) == also.value for name in PORTS.get(also.side, ()))
    if also.what == "name":
        return any(also.value in _texts(event.get(name)) for name in FILE_NAMES)
    return any(also.side in {Side.ANY, one.side} and covers(Kind(also.what), also.value, one) for one in carried_by(event))


def covers(kind: Kind, listed: str, carried: Carried) -> bool:
    """Whether a listed value is the carried one, or holds it."""
    if kind is Kind.NETWORK:
        return carried.kind is Kind.IP and ip_address(carried.value) in ip_network(listed)
    below = kind is Kind.DOMAIN and carried.value.endswith(f".{listed}")
    return kind is carried.kind and (below or carried.value == listed)


def _texts(value: Any) -> list[str]:
    found = value[:MAX_VALUES] if isinstance(value, list) else [value]
    return [text for text in found if isinstance(text, str) and text]


def _host(text: str) -> tuple[tuple[Kind, str], ...]:
    if address := names.address(text):
        return ((Kind.IP, address),)
    name = names.domain(text)
    return ((Kind.DOMAIN, name),) if name else ()


def _url(text: str) -> tuple[tuple[Kind, str], ...]:
    found = urls.canonical(text)
    return ((Kind.URL, found.text), *_host(found.host)) if found else ()


def _hash(text: str) -> tuple[tuple[Kind, str], ...]:
    return ((Kind.HASH, text.lower()),)


def _email(text: str) -> tuple[tuple[Kind, str], ...]:
    found = values.mailbox(text)
    return ((Kind.EMAIL, found), *_host(found.rpartition("@")[2])) if found else ()


_READ: Mapping[Reads, Callable[[str], tuple[tuple[Kind, str], ...]]] = {
    Reads.HOST: _host,
    Reads.URL: _url,
    Reads.HASH: _hash,
    Reads.EMAIL: _email,
}
