"""Makes hostile text harmless in a mail: log lines are written by attackers."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from typing import Any

MAX_VALUE = 300
"""Characters of one value in a mail; an attacker may make a log line as long as he likes."""
WIDTH = 72
NBSP = "\u00a0"

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that print nothing or rearrange the line: controls, bidi and zero-width marks, line separators."""
_ITEM = re.compile(r"(?: *)(?:- |\d+\. )?")
_FRENCH_SPACE = re.compile(r"(?<=«) | (?=[:;?!»])")
_LINK = re.compile(r"://|(?<=\w)\.(?=[^\W\d_])")
_INDICATOR = re.compile(r"\[[.:@]|(?<!\w)[0-9A-Fa-f]{64,128}(?!\w)")
"""A line with an indicator is not cut inside a word: what is copied from it must be whole."""


def clean(value: object, limit: int = MAX_VALUE) -> str:
    """The value as one line of printing characters, at most ``limit`` of them."""
    line = "".join(_printing(character) for character in str(value)[: 8 * limit])
    line = " ".join(line.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def is_clean(value: str) -> bool:
    """Whether ``clean`` would leave the value as it is."""
    return clean(value) == value


def cleaned(value: Any) -> Any:
    """The value with every text inside it cleaned; keys, numbers and None stay."""
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {key: cleaned(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return tuple(cleaned(item) for item in value)
        case _:
            return value


def _printing(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _HIDDEN else character


def defang(kind: str, value: str) -> str:
    """The indicator in a form that no mail program turns into a link (``hxxp``, ``[.]``, ``[@]``, ``[:]``)."""
    if kind == "hash":
        return value
    safe = re.sub(r"^http", "hxxp", value, flags=re.IGNORECASE).replace(".", "[.]").replace("@", "[@]")
    return safe.replace(":", "[:]") if kind == "ip" else safe.replace("://", "[://]")


def inert(text: str) -> str:
    """A sentence from outside in which no mail program finds an address to make a link of: ``evil[.]example``, ``[://]``."""
    return _LINK.sub(r"[\g<0>]", text)


def french(text: str) -> str:
    """The spaces that French typography keeps from breaking: before ``:``, ``;``, ``?``, ``!`` and inside « »."""
    return _FRENCH_SPACE.sub(NBSP, text)


def wrap(text: str) -> str:
    """Each line as a paragraph of at most ``WIDTH`` columns, an indicator excepted; blank lines separate, never two."""
    paragraphs = (_paragraph(french(line.rstrip())) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs)).strip("\n") + "\n"


def _paragraph(line: str) -> str:
    item = _ITEM.match(line)
    indent = " " * len(item[0]) if item else ""
    cut = not _INDICATOR.search(line)
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=cut, break_on_hyphens=False)
