"""JSON values of network sensors to ECS values; None means that the value is no such thing.

``orjson`` gives exactly ``str``, ``int``, ``float``, ``bool``, ``list``, ``dict`` and None, so types are compared, not tested for kinship.
"""

import re
from functools import lru_cache
from typing import Any

import orjson

from ingest import timestamps, values
from ingest.origin import NotUnderstood
from schemas.event import Event

Document = dict[str, Any]

_MAX_LONG = 2**63 - 1
_MAX_PORT = 65_535
_FIRST_USER_PORT = 1024
_HTTP = 80
_NANOSECONDS = 1_000_000_000
_LATEST_SECONDS = 1e11
_TLS = re.compile(r"D?(TLS|SSL)\s*v?([1-3])\.?(\d)?(?!\d)")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^/?#\s]+(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?")
_MAC = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}", re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s<>\"]{1,320}@[^\s<>\"]{1,255}")


def json_object(text: str) -> Document:
    """The JSON object that the text is.

    Raises:
        NotUnderstood: it is none.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(f"expected a JSON object: {error}") from error
    if type(document) is not dict:
        raise NotUnderstood(f"expected a JSON object, got {type(document).__name__}")
    return document


def text(value: Any) -> str | None:
    """A text, or a number as text."""
    kind = type(value)
    if kind is str:
        return value or None
    return str(value) if kind is int else None


def lower(value: Any) -> str | None:
    """A text in lower case."""
    return value.lower() or None if type(value) is str else None


def texts(value: Any) -> list[str] | None:
    """The texts of a list, or one text as a list."""
    items = value if type(value) is list else [value]
    return [item for item in items if type(item) is str and item] or None


def first(value: Any) -> str | None:
    """The first text of a list, or the text."""
    found = texts(value)
    return found[0] if found else None


def ip(value: Any) -> str | None:
    """An IP address in canonical text."""
    return values.address(value) if type(value) is str else None


def host_name(value: Any) -> str | None:
    """The host of a ``Host`` header (RFC 9110 §7.2): without port, without the brackets of an IPv6 address, in lower case."""
    if type(value) is not str:
        return None
    name = value.partition(":")[0] if value.count(":") == 1 else value
    if name[:1] == "[":
        name = name[1:].partition("]")[0]
    return name.lower() or None


def long(value: Any) -> int | None:
    """An ECS ``long`` that counts something."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is str:
        return values.integer(value)
    return value if type(value) is int and 0 <= value <= _MAX_LONG else None


def longs(value: Any) -> list[int] | None:
    """The numbers of a list; None when an item is no number."""
    items = [long(item) for item in value] if type(value) is list else []
    found = [item for item in items if item is not None]
    return found if found and len(found) == len(items) else None


def port(value: Any) -> int | None:
    """A TCP or UDP port."""
    number = value if type(value) is int else long(value)
    return number if number is not None and 0 <= number <= _MAX_PORT else None


def flag(value: Any) -> bool | None:
    """A boolean."""
    return value if type(value) is bool else None


def nanoseconds(value: Any) -> int | None:
    """ECS durations are nanoseconds; sensors write seconds."""
    return int(value * _NANOSECONDS) if type(value) in (int, float) and 0 <= value < _MAX_LONG // _NANOSECONDS else None


def moment(value: Any) -> str | None:
    """An instant: seconds since 1970, or ISO 8601 in UTC unless it says otherwise."""
    if type(value) is str:
        told = timestamps.told_utc(value)
        return told[0] if told else None
    return timestamps.told_epoch(value) if type(value) in (int, float) and 0 <= value < _LATEST_SECONDS else None


def mac(value: Any) -> str | None:
    """A MAC address as ECS writes it (RFC 7042: upper case, hyphens)."""
    return value.upper().replace(":", "-") if type(value) is str and _MAC.fullmatch(value) else None


def digest(value: Any) -> str | None:
    """A fingerprint without its colons, in lower case as other hashes."""
    return value.replace(":", "").lower() or None if type(value) is str else None


def fingerprint(value: Any) -> str | None:
    """A certificate's fingerprint as ECS writes those of ``tls``: upper case, without colons."""
    return found.upper() if (found := digest(value)) else None


def mailbox(value: Any) -> str | None:
    """The address in ``"Name" <address>`` (RFC 5322 §3.4), or the text when it holds none."""
    found = _MAILBOX.search(value[:1024]) if type(value) is str else None
    return found[0] if found else first(value)


def mailboxes(value: Any) -> list[str] | None:
    """The address of each text."""
    return [address for item in texts(value) or () if (address := mailbox(item))] or None


def base_name(value: Any) -> str | None:
    """The last part of a path."""
    return values.file_name(value) if type(value) is str else None


@lru_cache(maxsize=256)
def tls_version(value: str) -> tuple[str, str] | None:
    """``TLSv12``, ``TLS 1.2`` and ``DTLSv12`` are (1.2, tls); ``SSLv3`` is (3.0, ssl); anything else is None."""
    found = _TLS.match(value[:32])
    return (f"{found[2]}.{found[3] or 0}", found[1].lower()) if found else None


def set_tls_version(event: Event, value: Any) -> None:
    """Split the version, which ECS keeps in two fields."""
    if type(value) is str and (found := tls_version(value)):
        event["tls.version"], event["tls.version_protocol"] = found


def set_totals(event: Event) -> None:
    """``network.bytes`` and ``network.packets`` are the sums of both directions."""
    for what in ("bytes", "packets"):
        sent, returned = event.get(f"source.{what}"), event.get(f"destination.{what}")
        if sent is not None and returned is not None and (total := long(sent + returned)) is not None:
            event[f"network.{what}"] = total


def from_server(source_port: Any, destination_port: Any) -> bool:
    """Whether the ports alone say that a server answered: from a system port to a user or dynamic one (RFC 6335 §6)."""
    return type(source_port) is int and type(destination_port) is int and 0 < source_port < _FIRST_USER_PORT <= destination_port


def set_url(event: Event) -> None:
    """Fill ``url.path``, ``url.query`` and, where the host is known, ``url.full`` of a request in clear (RFC 9112 §3.2)."""
    original, host = event.get("url.original"), event.get("url.domain")
    if not original or original == "*" or event.get("http.request.method") == "CONNECT":
        return
    if original[0] != "/":
        _set_absolute(event, original)
        return
    path, mark, query = original.partition("?")
    event["url.path"] = path
    if mark and query:
        event["url.query"] = query
    if host:
        number = event.get("url.port") or event.get("destination.port") or _HTTP
        name = f"[{host}]" if ":" in host else host
        event["url.full"] = f"http://{name}{original}" if number == _HTTP else f"http://{name}:{number}{original}"


def _set_absolute(event: Event, original: str) -> None:
    """A proxy is asked for a whole URL."""
    if found := _URL.match(original):
        event["url.full"], event["url.path"] = original, found["path"] or "/"
        if found["query"]:
            event["url.query"] = found["query"]


def set_dns_answers(event: Event, data: list[str]) -> None:
    """What a name resolved to; the addresses among the answers are those of ``dns.resolved_ip``."""
    event["dns.answers.data"] = data
    if found := [address for item in data if (item[-1:].isdigit() or ":" in item) and (address := values.address(item))]:
        event["dns.resolved_ip"] = found
