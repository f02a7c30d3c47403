"""The words of a STIX pattern (STIX 2.1 §9.8, the grammar in its appendix)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from correlate.indicators.refusal import Because, Unusable

MAX_PATTERN = 1_000_000
"""Characters; a thousand times what a person writes."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|/\*.*?\*/|//[^\r\n]*)
    |(?P<literal>[thb]'[^']*')
    |(?P<string>'[^'\\]*(?:\\.[^'\\]*)*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>[+-]?\d*\.?\d+)
    |(?P<operator>==|=|!=|<>|<=|>=|<|>)
    |(?P<mark>[][(),:.*])
    |(?P<word>[A-Za-z_][A-Za-z0-9_-]*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

KEYWORDS = frozenset(
    {
        "AND", "EXISTS", "FALSE", "FOLLOWEDBY", "IN", "ISSUBSET", "ISSUPERSET", "LIKE", "MATCHES", "NOT", "OR", "REPEATS", "SECONDS",
        "START", "STOP", "TIMES", "TRUE", "WITHIN",
    }
)  # fmt: skip


class Token(NamedTuple):
    """One word; ``kind`` is a group of the grammar above, or ``keyword``, or ``end``. ``text`` of a string is without quotes."""

    kind: str
    text: str
    place: int


def tokens(pattern: str) -> Iterator[Token]:
    """The words in order, then one of kind ``end``.

    Raises:
        Unusable: a character that begins no word, or a pattern that is too long.
    """
    if len(pattern) > MAX_PATTERN:
        raise Unusable(Because.INVALID, f"a pattern of {len(pattern)} characters; at most {MAX_PATTERN} are read")
    place = 0
    while place < len(pattern):
        found = _TOKEN.match(pattern, place)
        if found is None:
            raise Unusable(Because.INVALID, f"at character {place + 1}: unexpected {pattern[place]!r}")
        if found.lastgroup != "space":
            yield _token(found, place)
        place = found.end()
    yield Token("end", "the end", place)


def _token(found: re.Match[str], place: int) -> Token:
    kind, text = str(found.lastgroup), found[0]
    if kind == "string":
        return Token(kind, _ESCAPED.sub(r"\1", text[1:-1]), place)
    if kind == "quoted":
        return Token("string", text[1:-1].replace('""', '"'), place)
    if kind == "word" and text.upper() in KEYWORDS:
        return Token("keyword", text.upper(), place)
    return Token(kind, text, place)
