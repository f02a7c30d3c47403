"""The one function that projects an incident for a reader. Every way out passes it: mail, pages, API, export, search counts.

The region sees all. A hospital sees its own part, the public indicators to look for, and "you and N others": never another
establishment's name, FINESS number, host, account, internal address, nor a count below the floor.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from schemas.detection import Entity, Level
from schemas.incident import Example, Incident
from schemas.noun import Instant, Noun
from schemas.site import Finess, Site

FLOOR = 3
"""Fewer other establishments than this are not counted aloud: two hospitals could work out who the third one is."""


class Reader(Noun):
    """For whom: one establishment, or the region when ``site`` is None."""

    site: Finess | None = None


class Indicator(Noun):
    """A public value that ties establishments together, in clear (whoever shows it defangs it)."""

    kind: str
    value: str
    here: bool
    """Whether it was seen at the reader's own establishment; for the region, always."""
    sites: tuple[Finess, ...] = ()
    """Where it was seen; for the region only."""


class IncidentView(Noun):
    """What one reader may know of an incident. A field that only the region may read is empty or None for an establishment."""

    id: str
    version: int
    aliases: tuple[str, ...]
    merged_into: str | None
    tlp: str
    pap: str
    severity: Level
    reader: Finess | None
    hit: bool
    """Whether the reader's own establishment is part of it; for the region, always."""
    names: tuple[str, ...]
    """The establishments hit, by name: all for the region, at most its own for an establishment."""
    others: int | None
    """How many other establishments are hit; None means some, fewer than ``FLOOR``. For the region: all of them."""
    since: Instant | None
    """The first detection that the reader may know of."""
    until: Instant | None = None
    score: int | None = None
    detections: int | None = None
    rules: tuple[str, ...]
    techniques: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    withheld: bool
    """Whether an indicator is not shown because it could tell which other establishment is hit."""
    entities: tuple[Entity, ...] = ()
    examples: tuple[Example, ...]
    missing: tuple[str, ...]
    baseline: str = ""


def project(incident: Incident, reader: Reader, sites: Mapping[Finess, Site]) -> IncidentView:
    """What this reader may know of the incident; ``sites`` is the whole region, by FINESS number."""
    return _for_region(incident, sites) if reader.site is None else _for_site(incident, reader.site, sites)


def _for_region(incident: Incident, sites: Mapping[Finess, Site]) -> IncidentView:
    links = [(link.entity, link.sites) for link in incident.why.links if link.entity]
    return IncidentView(
        **_common(incident),
        reader=None,
        hit=True,
        names=tuple(sites[site].name if site in sites else site for site in incident.sites),
        others=len(incident.sites),
        since=incident.first_seen,
        until=incident.last_seen,
        score=incident.score,
        detections=incident.detections,
        rules=_rule_names(incident),
        techniques=incident.techniques,
        indicators=tuple(Indicator(kind=e.kind, value=e.value, here=True, sites=seen) for e, seen in links),
        withheld=False,
        entities=incident.entities,
        examples=incident.why.examples,
        missing=incident.why.missing,
        baseline=incident.why.baseline,
    )


def _for_site(incident: Incident, site: Finess, sites: Mapping[Finess, Site]) -> IncidentView:
    tells = _tells(site, {*incident.sites, *sites}, sites)
    hit = site in incident.sites
    others = len(incident.sites) - hit
    own = tuple(example for example in incident.why.examples if example.site == site)
    links = [(link.entity, site in link.sites) for link in incident.why.links if link.entity]
    indicators = tuple(_indicators(links, tells))
    return IncidentView(
        **_common(incident),
        reader=site,
        hit=hit,
        names=(sites[site].name if site in sites else site,) if hit else (),
        others=others if others >= FLOOR or not others else None,
        since=min((example.time for example in own), default=None),
        rules=tuple(name for name in _rule_names(incident) if not tells(name)),
        techniques=tuple(technique for technique in incident.techniques if not tells(technique)),
        indicators=indicators,
        withheld=len(indicators) < len(links),
        examples=own,
        missing=tuple(text for text in incident.why.missing if not tells(text)),
    )


def _common(incident: Incident) -> dict[str, Any]:
    return {name: getattr(incident, name) for name in ("id", "version", "aliases", "merged_into", "tlp", "pap", "severity")}


def _rule_names(incident: Incident) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.name for rule in incident.why.rules))


def _indicators(links: Iterable[tuple[Entity, bool]], tells: Callable[[str], bool]) -> Iterator[Indicator]:
    for entity, here in links:
        value = public_value(entity)
        if value and not tells(value):
            yield Indicator(kind=entity.kind, value=value, here=here)


def _tells(reader: Finess, everyone: set[Finess], sites: Mapping[Finess, Site]) -> Callable[[str], bool]:
    """A test whether a text would tell of an establishment other than the reader's: number, name, mail domain or own exit."""
    others = [sites[site] for site in everyone if site in sites and site != reader]
    exits = [text for other in others for text in other.exits]
    words = {word for other in others for word in _words(other)} - (_words(sites[reader]) if reader in sites else set())
    named = re.compile(rf"(?<![^\W_])(?:{_any_of(words)})(?![^\W_])")
    numbered = re.compile(_any_of(site.casefold() for site in everyone if site != reader))
    networks = [network for text in exits if (network := _network(text))]

    def tells(text: str) -> bool:
        folded = text.casefold()
        addresses = filter(None, map(_address, (_host(text), *_DOTTED.findall(text))))
        at_exit = any(address in network for address in addresses for network in networks)
        return bool(at_exit or numbered.search(folded) or named.search(folded))

    return tells


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words; for none, one that never matches."""
    return "|".join(re.escape(word) for word in sorted(words) if word) or r"(?!)"


def _words(site: Site) -> set[str]:
    """What an establishment is called: its name and the domains of its mail."""
    return {site.name.casefold(), *(contact.email.rpartition("@")[2].casefold() for contact in site.contacts)}


_EXAMPLES = tuple(ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
"""RFC 5737 and RFC 3849: nobody's addresses, so tests and exercises use them as attackers'."""

_NAME = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+(?!(?:local|lan|internal|intranet|corp|home|localdomain)$)[a-z][a-z0-9-]{1,62}",
    re.IGNORECASE,
)
"""A name of the public DNS, by shape: two labels or more, and none of the endings that networks use inside."""

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/?#@\s]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/?#:\s\[\]]+)(?P<rest>(?::\d+)?[^?#\s]*)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)")
_HASH = re.compile(r"[0-9a-f]{32,128}", re.IGNORECASE)


def public_value(entity: Entity) -> str | None:
    """The value as another establishment may read it, None when it may not: only what is public by its shape passes.

    A URL loses its credentials, its query and its fragment: they carry accounts and sessions.
    """
    check = _PUBLIC.get(entity.kind)
    return check(entity.value) if check else None


def _public_host(text: str) -> str | None:
    address = _address(text)
    if address is None:
        return text if _NAME.fullmatch(text) and all(map(_public_address, _DOTTED.findall(text))) else None
    outside = (address.is_global and not address.is_multicast) or any(address in network for network in _EXAMPLES)
    return text if outside else None


def _public_address(text: str) -> str | None:
    return str(_address(text)) if _address(text) and _public_host(text) else None


def _public_url(text: str) -> str | None:
    parts = _URL.match(text)
    if parts is None or not _public_host(parts["host"]) or not all(map(_public_host, _DOTTED.findall(parts["rest"]))):
        return None
    return f"{parts['scheme']}://{parts['host']}{parts['rest']}"


def _public_email(text: str) -> str | None:
    name, at, host = text.rpartition("@")
    return text if at and name and not re.search(r"\s", name) and _public_host(host) else None


def _public_hash(text: str) -> str | None:
    return text if _HASH.fullmatch(text) else None


_PUBLIC: Mapping[str, Callable[[str], str | None]] = {
    "ip": _public_address,
    "domain": _public_host,
    "url": _public_url,
    "hash": _public_hash,
    "email": _public_email,
}


def _host(text: str) -> str:
    """The host of a URL, or the text itself."""
    parts = _URL.match(text)
    return parts["host"] if parts else text


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
