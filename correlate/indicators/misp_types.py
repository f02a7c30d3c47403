"""Attribute types of MISP (core format, §2.4), and what of their values is looked up."""

from collections.abc import Callable, Iterator, Mapping

from correlate.indicators import values
from correlate.indicators.indicator import Also, Kind, Side
from correlate.indicators.refusal import Because, Unusable
from correlate.indicators.stix_terms import Term

Reader = Callable[[str], Iterator[Term]]


def _one(kind: Kind, side: Side = Side.ANY) -> Reader:
    def read(text: str) -> Iterator[Term]:
        found, value = values.READERS[kind](text)
        yield Term(found, value, side)

    return read


def _with_port(kind: Kind, side: Side) -> Reader:
    """``198.51.100.7|443``: the value and the port, on one event."""

    def read(text: str) -> Iterator[Term]:
        value, bar, port = text.rpartition("|")
        if not bar or not (port.isascii() and port.isdigit()):
            raise Unusable(Because.INVALID, f"expected value|port, found {values.shown(text)}")
        found, canonical = values.READERS[kind](value)
        yield Term(found, canonical, Side.ANY, (Also("port", str(int(port)), side),))

    return read


def _domain_and_address(text: str) -> Iterator[Term]:
    """``evil.example|198.51.100.7``: either alone says as much; MISP's own exports write a rule for each."""
    name, bar, address = text.partition("|")
    if not bar:
        raise Unusable(Because.INVALID, f"expected domain|address, found {values.shown(text)}")
    yield from _one(Kind.DOMAIN)(name)
    yield from _one(Kind.IP)(address)


def _hash_behind_name(text: str) -> Iterator[Term]:
    """``invoice.exe|0123…``: the hash is the file, whatever it is called."""
    _, bar, value = text.rpartition("|")
    if not bar:
        raise Unusable(Because.INVALID, f"expected filename|hash, found {values.shown(text)}")
    yield from _one(Kind.HASH)(value)


TYPES: Mapping[str, Reader] = {
    "ip-src": _one(Kind.IP),
    "ip-dst": _one(Kind.IP),
    "ip-src|port": _with_port(Kind.IP, Side.SOURCE),
    "ip-dst|port": _with_port(Kind.IP, Side.DESTINATION),
    "domain": _one(Kind.DOMAIN),
    "hostname": _one(Kind.DOMAIN),
    "hostname|port": _with_port(Kind.DOMAIN, Side.DESTINATION),
    "domain|ip": _domain_and_address,
    "url": _one(Kind.URL),
    "uri": _one(Kind.URL),
    "email": _one(Kind.EMAIL),
    "email-src": _one(Kind.EMAIL),
    "email-dst": _one(Kind.EMAIL),
    "email-reply-to": _one(Kind.EMAIL),
    "md5": _one(Kind.HASH),
    "sha1": _one(Kind.HASH),
    "sha256": _one(Kind.HASH),
    "filename|md5": _hash_behind_name,
    "filename|sha1": _hash_behind_name,
    "filename|sha256": _hash_behind_name,
    "malware-sample": _hash_behind_name,
}
"""``ip-src`` and ``ip-dst`` are matched on both sides: senders fill them in by habit, and MISP's own exports to sensors do the same."""
