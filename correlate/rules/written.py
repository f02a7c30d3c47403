"""Text: a value as a rule writes it, taken through its modifiers one by one.

pySigma's modifiers lose something on the way (1.5.1: ``base64`` encodes the backslash of an escaped wildcard, ``base64offset``
counts characters where Base64 counts octets, ``utf16`` writes its byte order mark in UTF-8, ``cased`` is forgotten by
``windash``), so the modifiers of text are here. Wildcards and escapes are read by pySigma's ``SigmaString``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import product
from typing import NamedTuple, Self

from sigma.types import SigmaCasedString, SigmaString, SpecialChars

from correlate.rules.check import Unsupported
from correlate.rules.encodings import OCTETS, UTF16, base64, base64_shifts

Placeholders = Mapping[str, Sequence[str]]
"""Placeholder → its values, each a Sigma string with wildcards."""

Part = str | SpecialChars
_ANY_RUN = SpecialChars.WILDCARD_MULTI

DASHES = "-/\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}"
MOST_DASHES = 5
"""Options in one value of ``windash``: each multiplies its forms by five."""
_OPTION = re.compile(rf"\B[{DASHES}]\b")
_PLACEHOLDER = re.compile(r"(?<!\\)((?:\\\\)*)%([^%]+)%")
_ESCAPED_PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)\\%")


class Text(NamedTuple):
    """Literals and wildcards in turn. ``encoded``: the characters are octets (see ``encodings``)."""

    parts: tuple[Part, ...]
    encoded: bool = False

    @classmethod
    def read(cls, written: str) -> Self:
        """The text of a value, with its wildcards and escapes."""
        return cls(tuple(part for part in SigmaString(written).s if isinstance(part, str | SpecialChars)))

    def value(self, *, cased: bool) -> SigmaString:
        """What pySigma's condition tree carries."""
        kind = SigmaCasedString if cased else SigmaString
        found = kind("")
        found.s = list(self.parts)
        return found


def contains(text: Text) -> list[Text]:
    """The text anywhere."""
    return [Text(_joined((_ANY_RUN, *text.parts, _ANY_RUN)), text.encoded)]


def startswith(text: Text) -> list[Text]:
    """The text first."""
    return [Text(_joined((*text.parts, _ANY_RUN)), text.encoded)]


def endswith(text: Text) -> list[Text]:
    """The text last."""
    return [Text(_joined((_ANY_RUN, *text.parts)), text.encoded)]


def windash(text: Text) -> list[Text]:
    """Every form of the text in which each dash that begins an option is one of five characters; a dash inside a word stays."""
    _not_encoded(text, "windash")
    pieces = [piece for part in text.parts for piece in _options(part)]
    if sum(len(piece) > 1 for piece in pieces) > MOST_DASHES:
        raise Unsupported(f"windash with more than {MOST_DASHES} options in one value; write it as several values")
    return [Text(_joined(choice)) for choice in product(*pieces)]


def _options(part: Part) -> Iterator[tuple[Part, ...]]:
    if isinstance(part, SpecialChars):
        yield (part,)
        return
    start = 0
    for found in _OPTION.finditer(part):
        yield (part[start : found.start()],)
        yield tuple(DASHES)
        start = found.end()
    yield (part[start:],)


def utf16(text: Text, modifier: str) -> list[Text]:
    """The text in one of the forms of UTF-16; wildcards stay between the encoded literals."""
    _not_encoded(text, modifier)
    if modifier == "utf16" and _wild(text):
        raise Unsupported("utf16 of a value with wildcards: its byte order mark has no place; use wide")
    encode = UTF16[modifier]
    parts = text.parts or ("",)
    return [Text(tuple(part if isinstance(part, SpecialChars) else encode(part).decode(OCTETS) for part in parts), encoded=True)]


def to_base64(text: Text) -> list[Text]:
    """The text in Base64."""
    return [Text((base64(_octets(text, "base64")),))]


def to_base64_shifts(text: Text) -> list[Text]:
    """The three forms that the text may take inside a longer Base64."""
    shifts = base64_shifts(_octets(text, "base64offset"))
    if not all(shifts):
        raise Unsupported("base64offset of a value too short to leave a trace at every alignment")
    return [Text((shift,)) for shift in shifts]


def expand(written: str, placeholders: Placeholders) -> list[Text]:
    """A value with every combination of its placeholders' values; raises ``Unsupported`` for one without values."""
    pieces: list[list[tuple[Part, ...]]] = []
    for literal, name in split(written):
        pieces.append([Text.read(literal).parts])
        if name is not None:
            pieces.append([Text.read(value).parts for value in values_of(name, placeholders)])
    return [Text(_joined([part for piece in choice for part in piece])) for choice in product(*pieces)]


def split(written: str) -> Iterator[tuple[str, str | None]]:
    r"""Literals as written, each with the name of the placeholder after it; ``\%`` is a plain percent sign."""
    start = 0
    for found in _PLACEHOLDER.finditer(written):
        yield _plain(written[start : found.start()] + found[1]), found[2]
        start = found.end()
    yield _plain(written[start:]), None


def _plain(literal: str) -> str:
    return _ESCAPED_PERCENT.sub(r"\1%", literal)


def values_of(name: str, placeholders: Placeholders) -> Sequence[str]:
    """What the configuration gives for a placeholder; raises ``Unsupported`` when that is nothing."""
    values = placeholders.get(name)
    if not values:
        close = get_close_matches(name, placeholders, n=1)
        hint = f"did you mean %{close[0]}%?" if close else "[rules.placeholders] gives it values"
        raise Unsupported(f"the placeholder %{name}% is not resolved; {hint}")
    return values


def _octets(text: Text, modifier: str) -> bytes:
    if _wild(text):
        raise Unsupported(f"{modifier} of a value with wildcards; a modifier that adds them stands after it")
    return "".join(str(part) for part in text.parts).encode(OCTETS if text.encoded else "utf-8")


def _not_encoded(text: Text, modifier: str) -> None:
    if text.encoded:
        raise Unsupported(f"{modifier} stands before the modifiers that encode")


def _wild(text: Text) -> bool:
    return any(isinstance(part, SpecialChars) for part in text.parts)


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Neighbouring literals as one, and neighbouring runs too; without empty literals."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        elif part and not (part is _ANY_RUN and last is _ANY_RUN):
            joined.append(part)
    return tuple(joined)
