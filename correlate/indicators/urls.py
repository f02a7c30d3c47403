"""URLs in one form (RFC 3986 §6.2), so that the same place written in two ways is the same text.

Dropped: credentials, the fragment, the default port. ``http`` and ``https`` are the same: a proxy and a firewall that see one connection write
either. The path keeps its case; the query is kept as it is, but for its percent signs.
"""

import re
from typing import NamedTuple

from correlate.indicators import names

MAX_URL = 4096
"""Characters; a longer one is no indicator, and no event's URL that is longer can be one."""

_PARTS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]{0,31}):)?//(?P<authority>[^/?#\\]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"(?:.*@)?(?P<host>\[[0-9a-f:.]+\]|[^:\[\]]+)(?::(?P<port>\d{0,5}))?", re.IGNORECASE | re.DOTALL)
_ESCAPE = re.compile(r"%([0-9a-f]{2})|([^\x21-\x7e])", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

_DEFAULT_PORTS = {"http": ("80", "443"), "ftp": ("21",), "ws": ("80", "443")}
_SAME = {"https": "http", "wss": "ws"}


SIMPLE = re.compile(
    r"https?://(?P<host>[a-z0-9_]+(?:[.-][a-z0-9_]+)*\.[a-z][a-z0-9]*)"
    r"(?P<rest>(?:/(?!\.)[!$&-.0-;=A-Z_a-z~]*)+(?:\?[!$&-;=?@A-Z_a-z~]*)?)"
)
"""A URL that has its form already but for the scheme, as most do in logs: told in one step."""


class Url(NamedTuple):
    """The canonical text, and the host in it: an address or a name."""

    text: str
    host: str


def canonical(text: str) -> Url | None:
    """The URL in one form; None when it is none. Without a scheme it is taken for a web page's."""
    if len(text) > MAX_URL:
        return None
    whole = _PARTS.fullmatch(text) or _PARTS.fullmatch(f"//{text}")
    place = _PLACE.fullmatch(whole["authority"]) if whole else None
    if whole is None or place is None:
        return None
    scheme = (whole["scheme"] or "http").lower()
    scheme = _SAME.get(scheme, scheme)
    host = names.address(place["host"]) or names.domain(place["host"])
    if host is None:
        return None
    port = (place["port"] or "").lstrip("0")
    shown = f"[{host}]" if ":" in host else host
    ending = "" if not port or port in _DEFAULT_PORTS.get(scheme, ()) else f":{port}"
    path = _without_dots(_escaped(whole["path"].replace("\\", "/")))
    return Url(f"{scheme}://{shown}{ending}{path}{_escaped(whole['query'] or '')}", host)


def of_simple(found: re.Match[str]) -> str:
    """The canonical text of what ``SIMPLE`` matched."""
    return f"http://{found['host']}{found['rest']}"


def _escaped(text: str) -> str:
    return _ESCAPE.sub(_one, text)


def _one(found: re.Match[str]) -> str:
    """Unreserved characters stand for themselves, all others that are escaped are so in capitals (RFC 3986 §6.2.2)."""
    if found[2]:
        return "".join(f"%{byte:02X}" for byte in found[2].encode("utf-8", "surrogatepass"))
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _without_dots(path: str) -> str:
    """Remove ``.`` and ``..`` (RFC 3986 §5.2.4); an empty path is ``/``."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ending = "/" if segments[-1] in {".", ".."} and kept else ""
    return "/" + "/".join(kept) + ending
