r"""Records of ``key=value`` pairs separated by spaces, as firewalls write them; a value with spaces stands between double quotes.

FortiOS writes ``\"`` and ``\\`` inside quotes for a quote and a backslash. WELF, which Stormshield follows, has no escapes.
"""

import re
from typing import NamedTuple

MAX_HEADER = 256
"""Characters before the first pair: a priority, a time, a host, a program."""

_ESCAPED = re.compile(r'(?<!\S)([^\s="]++)=(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|(\\?\Z))|([^\s"]*+))|\S++', re.DOTALL)
_PLAIN = re.compile(r'(?<!\S)([^\s="]++)=(?:"([^"]*+)(?:"|(\Z))|([^\s"]*+))|\S++')
"""Key, value in quotes, empty text where the record ended instead of the quote, bare value; or what is no pair: all four empty.

A key begins after a space, so that what follows a closing quote at once is no pair. Everything is possessive: linear time."""
_ESCAPE = re.compile(r'\\(["\\])')
_IN_WORDS = bytes(code for code in range(ord("!"), ord("~") + 1) if code != ord("="))
"""What keys and bare values of a regular record consist of."""
_HEADER = re.compile(rf"(?:<(\d{{1,3}})>)?(?:[^=]{{0,{MAX_HEADER}}}[ >\ufeff])?(?=[^\s=>\ufeff]++=)", re.ASCII)
_MAX_PRIORITY = 191
"""Facility 23, severity 7 (RFC 5424 §6.2.1)."""


class Pairs(NamedTuple):
    """The value of each key, and whether that was the whole record, each key once."""

    values: dict[str, str]
    whole: bool


class Header(NamedTuple):
    """What syslog put before the record: its priority, 0 to 191, when there is one; where the record begins."""

    priority: int | None
    length: int


def read_header(text: str) -> Header | None:
    """Where the first pair begins; None when there is none within ``MAX_HEADER`` characters."""
    found = _HEADER.match(text)
    if found is None:
        return None
    priority = int(found[1]) if found[1] else None
    return Header(priority if priority is None or priority <= _MAX_PRIORITY else None, found.end())


def read_pairs(text: str, *, escapes: bool = False) -> Pairs:
    """Read a record without header. The first of several values of one key counts: what an attacker appends comes later.

    A record cut inside quotes keeps what is there of the value; ``whole`` is false then, after a repeated key, and when a part
    was no pair.

    Args:
        text: The record; any text, in linear time.
        escapes: Whether a backslash inside quotes escapes the character after it.
    """
    return _read_regular(text) or _read_any(text, escapes=escapes)


def _read_regular(text: str) -> Pairs | None:
    """Most records have one space between pairs, no escapes and no surprises: splitting them costs less than matching them.

    A NUL stands for each quoted value meanwhile; what remains without words must be ``=`` and a space in turn.
    """
    if "\\" in text or "\0" in text:
        return None
    parts = text.rstrip().split('"')
    skeleton, quoted = "\0".join(parts[::2]), parts[1::2]
    if len(parts) % 2 == 0 or not skeleton.isascii():
        return None
    pieces = skeleton.replace(" ", "=").split("=")
    keys, found = pieces[::2], pieces[1::2]
    marks = skeleton.encode().translate(None, _IN_WORDS).replace(b"\0", b"")
    if marks != (b"= " * len(keys))[:-1] or found.count("\0") != len(quoted):
        return None
    place = -1
    for value in quoted:
        place = found.index("\0", place + 1)
        found[place] = value
    values = dict(zip(keys, found, strict=True))
    return Pairs(values, whole=True) if len(values) == len(keys) and "" not in values else None


def _read_any(text: str, *, escapes: bool) -> Pairs:
    values: dict[str, str] = {}
    whole = True
    for found in (_ESCAPED if escapes else _PLAIN).finditer(text):
        key, quoted, cut, bare = found.groups()
        if key is None or key in values or cut is not None:
            whole = False
        if key is not None and key not in values:
            values[key] = bare if quoted is None else _ESCAPE.sub(r"\1", quoted) if escapes and "\\" in quoted else quoted
    return Pairs(values, whole)
