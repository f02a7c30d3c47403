"""What a comparison of a STIX pattern asks of one event: the value to look up, and what must stand beside it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from correlate.indicators import values
from correlate.indicators.indicator import Also, Kind, Side
from correlate.indicators.refusal import Because, Unusable
from correlate.indicators.stix_pattern import Alternative, Test

_ADDRESS_TYPES = {"ipv4-addr": 4, "ipv6-addr": 6}


class Meaning(NamedTuple):
    """``what`` is a kind, ``port`` or ``name``, or ``type`` for a reference's type, which the value beside it decides."""

    what: str
    side: Side = Side.ANY


def _hash_paths() -> Iterator[tuple[str, Meaning]]:
    for owner in ("file:hashes", "artifact:hashes", "file:content_ref.hashes", "process:image_ref.hashes"):
        for name in ("MD5", "SHA-1", "SHA-256", "SHA1", "SHA256", "md5", "sha1", "sha256"):
            yield f"{owner}.{name}", Meaning(Kind.HASH)


PATHS: Mapping[str, Meaning] = {
    "ipv4-addr:value": Meaning(Kind.IP),
    "ipv6-addr:value": Meaning(Kind.IP),
    "domain-name:value": Meaning(Kind.DOMAIN),
    "domain-name:resolves_to_refs[*].value": Meaning(Kind.IP, Side.RESOLVED),
    "url:value": Meaning(Kind.URL),
    "email-addr:value": Meaning(Kind.EMAIL),
    "email-message:from_ref.value": Meaning(Kind.EMAIL, Side.SOURCE),
    "email-message:sender_ref.value": Meaning(Kind.EMAIL, Side.SOURCE),
    "email-message:to_refs[*].value": Meaning(Kind.EMAIL, Side.DESTINATION),
    "network-traffic:src_ref.value": Meaning(Kind.IP, Side.SOURCE),
    "network-traffic:dst_ref.value": Meaning(Kind.IP, Side.DESTINATION),
    "network-traffic:src_ref.type": Meaning("type", Side.SOURCE),
    "network-traffic:dst_ref.type": Meaning("type", Side.DESTINATION),
    "domain-name:resolves_to_refs[*].type": Meaning("type", Side.RESOLVED),
    "network-traffic:src_port": Meaning("port", Side.SOURCE),
    "network-traffic:dst_port": Meaning("port", Side.DESTINATION),
    "file:name": Meaning("name"),
    **dict(_hash_paths()),
}
"""Object paths that an event can answer."""

_BY_WEIGHT = (Kind.HASH, Kind.URL, Kind.EMAIL, Kind.IP, Kind.NETWORK, Kind.DOMAIN)
"""Of several values that must all be there, the one to look up: the rarest in logs first."""


class Term(NamedTuple):
    """One value to look up, and what the same event must carry as well."""

    kind: Kind
    value: str
    side: Side = Side.ANY
    also: tuple[Also, ...] = ()


def term(alternative: Alternative) -> Term:
    """The comparisons of one alternative as one look-up with conditions.

    Raises:
        Unusable: a comparison that is not matched, a value that is none, or nothing to look up.
    """
    wanted = list(dict.fromkeys(_also(test) for test in alternative if PATHS.get(test.path, Meaning("")).what != "type"))
    for test in alternative:
        _check_type(test, wanted)
    keys = [one for kind in _BY_WEIGHT for one in wanted if one.what == kind]
    if not keys:
        raise Unusable(Because.UNSUPPORTED, "neither an address, a name, a URL, a hash nor a mail address to look up")
    key = keys[0]
    return Term(Kind(key.what), key.value, key.side, tuple(one for one in wanted if one != key))


def _also(test: Test) -> Also:
    meaning = PATHS.get(test.path)
    if meaning is None:
        raise Unusable(Because.UNSUPPORTED, f"{test.path[:80]}: no field of an event answers this")
    inside = test.operator == "ISSUBSET" and meaning.what == Kind.IP
    if test.operator != "=" and not inside:
        raise Unusable(Because.UNSUPPORTED, f"{test.path} {test.operator}: only =, IN and, for addresses, ISSUBSET are matched")
    if meaning.what == "port":
        return Also("port", _port(test), meaning.side)
    if meaning.what == "name":
        return Also("name", test.value, meaning.side)
    kind, value = values.READERS[Kind(meaning.what)](test.value)
    return Also(kind, value, meaning.side)


def _port(test: Test) -> str:
    if not test.value.isascii() or not test.value.isdigit():
        raise Unusable(Because.INVALID, f"{test.path}: {values.shown(test.value)} is no port")
    return str(int(test.value))


def _check_type(test: Test, wanted: list[Also]) -> None:
    """``dst_ref.type = 'ipv4-addr'`` says nothing more than the address beside it, when that is of this family."""
    meaning = PATHS.get(test.path, Meaning(""))
    if meaning.what != "type":
        return
    version = _ADDRESS_TYPES.get(test.value)
    beside = [one for one in wanted if one.side is meaning.side and one.what in {Kind.IP, Kind.NETWORK}]
    if test.operator != "=" or not any((":" in one.value) == (version == 6) for one in beside if version):  # noqa: PLR2004 - IPv6
        raise Unusable(
            Because.UNSUPPORTED, f"{test.path} {test.operator} {values.shown(test.value)}: no address of that type beside it"
        )
