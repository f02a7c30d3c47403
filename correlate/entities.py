"""What an event speaks of: the entities of the detections it raises.

Strong kinds (``ip``, ``domain``, ``url``, ``hash``, ``email``) are values of the outside world and may tie two sites together.
``imphash`` and ``ja3`` are fingerprints of tools and only corroborate.
``host`` and ``user`` belong to one trust domain: two hospitals' ``SRV-AD01`` are two machines.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from publicsuffixlist import PublicSuffixList

from schemas.detection import Entity
from schemas.event import Event

STRONG = frozenset({"ip", "domain", "url", "hash", "email"})

MAX_ENTITIES = 32
"""Entities kept of one event, strong ones first; an attacker writes the log line."""

MAX_VALUE = 512
"""Characters of one value; a longer one is no indicator."""

_SUFFIXES = PublicSuffixList(accept_unknown=False)
_RESERVED_FOR_EXAMPLES = ("example", "test")
"""Top-level names of RFC 2606: nobody's, so tests and exercises use them as attackers' domains."""
_INFRASTRUCTURE = "arpa"
"""RFC 3172: a question who ``10.0.0.5`` is asks for ``5.0.0.10.in-addr.arpa``, at every hospital."""
_HASH = re.compile(r"[0-9a-f]{32,128}", re.IGNORECASE)

_ADDRESS_FIELDS = ("source.ip", "destination.ip", "client.ip", "server.ip")
_DOMAIN_FIELDS = ("dns.question.name", "url.domain", "destination.domain", "tls.client.server_name")
_EMAIL_FIELDS = ("email.from.address", "email.sender.address")
_HASH_OWNERS = (("process", "process.executable", "process.pe.company"), ("file", "file.path", "file.pe.company"))
_HASH_KINDS = ("sha256", "sha1", "md5")
_HOST_FIELDS = ("host.name",)
_USER_FIELDS = ("user.name", "user.target.name", "winlog.event_data.TargetUserName")

OWN_WEB_SERVER = "web"
"""``event.module`` of a site's own web server: the names in its requests are the site's, or whatever a visitor typed."""

_SYSTEM_FOLDER = re.compile(r"^[a-z]:\\(?:windows\\(?:system32|syswow64|winsxs)\\|windows\\[^\\]+$|program files)", re.IGNORECASE)


def entities_of(event: Event) -> tuple[Entity, ...]:
    """The entities of one event: strong kinds first, each value once, at most ``MAX_ENTITIES``."""
    found = dict.fromkeys(
        (
            *_addresses(event),
            *_domains(event),
            *_urls(event),
            *_hashes(event),
            *_emails(event),
            *_fingerprints(event),
            *_internal(event),
        ),
    )
    return tuple(Entity(kind=kind, value=value) for kind, value in list(found)[:MAX_ENTITIES])


def canonical_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address without zone id and IPv4-mapped form (RFC 4291 §2.5.5.2), or None when the text is no address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=4096)
def registered_domain(name: str) -> str | None:
    """The domain somebody registered: ``a.b.evil.co.uk`` gives ``evil.co.uk``; None for internal and single-label names."""
    host = name.strip().rstrip(".").lower()
    labels = host.split(".")
    if len(labels) < 2 or labels[-1] == _INFRASTRUCTURE or canonical_address(host):  # noqa: PLR2004 - a name and its top-level domain
        return None
    if labels[-1] in _RESERVED_FOR_EXAMPLES:
        return ".".join(labels[-2:])
    domain = _SUFFIXES.privatesuffix(host)
    return domain or None


def _values(event: Event, fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        value: Any = event.get(field)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, str) and 0 < len(item) <= MAX_VALUE:
                yield item


def _addresses(event: Event) -> Iterator[tuple[str, str]]:
    for text in _values(event, _ADDRESS_FIELDS):
        if address := canonical_address(text):
            yield "ip", str(address)


def _domains(event: Event) -> Iterator[tuple[str, str]]:
    if event.get("event.module") == OWN_WEB_SERVER:
        return
    for name in _values(event, _DOMAIN_FIELDS):
        if domain := registered_domain(name):
            yield "domain", domain


def _urls(event: Event) -> Iterator[tuple[str, str]]:
    if event.get("event.module") == OWN_WEB_SERVER:
        return
    for url in _values(event, ("url.full",)):
        yield "url", url


def _hashes(event: Event) -> Iterator[tuple[str, str]]:
    for owner, path_field, company_field in _HASH_OWNERS:
        if _part_of_the_system(event.get(path_field), event.get(company_field)):
            continue
        for kind in _HASH_KINDS:
            value = event.get(f"{owner}.hash.{kind}")
            if isinstance(value, str) and _HASH.fullmatch(value) and value.strip("0"):
                yield "hash", value.lower()
                break


def _part_of_the_system(path: object, company: object) -> bool:
    """Whether a file is the operating system's own: its hash is everywhere and means nothing.

    Both signs are needed: an attacker writes one of them at will, and with both loses a link, not a detection.
    """
    return (
        isinstance(path, str)
        and isinstance(company, str)
        and company.lower().startswith("microsoft")
        and _SYSTEM_FOLDER.match(path) is not None
    )


def _emails(event: Event) -> Iterator[tuple[str, str]]:
    for address in _values(event, _EMAIL_FIELDS):
        if "@" in address:
            yield "email", address.lower()


def _fingerprints(event: Event) -> Iterator[tuple[str, str]]:
    if not _part_of_the_system(event.get("process.executable"), event.get("process.pe.company")):
        for value in _values(event, ("process.pe.imphash",)):
            if _HASH.fullmatch(value) and value.strip("0"):
                yield "imphash", value.lower()
    for value in _values(event, ("tls.client.ja3",)):
        if _HASH.fullmatch(value):
            yield "ja3", value.lower()


def _internal(event: Event) -> Iterator[tuple[str, str]]:
    for name in _values(event, _HOST_FIELDS):
        yield "host", name.lower()
    for name in _values(event, _USER_FIELDS):
        if name not in {"-", "SYSTEM"} and not name.endswith("$"):
            yield "user", name.lower()
