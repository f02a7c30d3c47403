"""Texts of log records to ECS values; None means that the text has no such value and the field stays away."""

import re
from ipaddress import IPv6Address, ip_address

from ingest.remember import remembered
from schemas.event import Event

_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}", re.ASCII)
"""Every IPv4 address that is canonical as it is."""
_NOTHING = frozenset({"", "-"})
_MAX_LONG = 2**63 - 1
_MAX_PORT = 65_535


def word(text: str) -> str | None:
    """The text, unless it is empty or the ``-`` that logs write for nothing."""
    return None if text in _NOTHING else text


def exact(text: str) -> str:
    """The text as it is, an empty one too: rules test for it."""
    return text


def integer(text: str) -> int | None:
    """An ECS ``long``: decimal, or hexadecimal after ``0x`` as Windows writes process ids."""
    try:
        number = int(text, 16) if text[:2] in {"0x", "0X"} else int(text)
    except ValueError:
        return None
    return number if 0 <= number <= _MAX_LONG else None


def port(text: str) -> int | None:
    """A TCP or UDP port."""
    number = integer(text)
    return number if number is not None and number <= _MAX_PORT else None


def boolean(text: str) -> bool | None:
    """``true`` or ``false``, in any case."""
    return {"true": True, "false": False}.get(text.lower())


@remembered
def address(text: str) -> str | None:
    """An IP address in its canonical text (RFC 5952), IPv4-mapped IPv6 unfolded (RFC 4291 §2.5.5.2), without zone id."""
    if _IPV4.fullmatch(text):
        return text
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found)


@remembered
def file_name(path: str) -> str | None:
    r"""The part after the last ``\`` or ``/``."""
    return path[max(path.rfind("\\"), path.rfind("/")) + 1 :] or None


def put(event: Event, field: str, value: object) -> None:
    """Set the field when there is a value and nothing claimed the field before."""
    if value is not None and field not in event:
        event[field] = value
