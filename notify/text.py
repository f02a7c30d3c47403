"""Makes hostile text harmless in a mail: log lines are written by attackers."""

import re
import textwrap
import unicodedata

MAX_VALUE = 300
"""Characters of one value in a mail; an attacker may make a log line as long as he likes."""
WIDTH = 72

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that print nothing or rearrange the line: controls, bidi and zero-width marks, line separators."""
_ITEM = re.compile(r"(?: *)(?:- |\d+\. )?")
_FRENCH_SPACE = re.compile(r"(?<=«) | (?=[:;?!»])")


def clean(value: object, limit: int = MAX_VALUE) -> str:
    """The value as one line of printing characters, at most ``limit`` of them."""
    line = "".join(_printing(character) for character in str(value)[: 8 * limit])
    line = " ".join(line.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


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


def wrap(text: str) -> str:
    """Each line as a paragraph of at most ``WIDTH`` columns, a long word (a URL) excepted; blank lines separate, never two."""
    paragraphs = (_paragraph(_FRENCH_SPACE.sub("\u00a0", line.rstrip())) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs)).strip("\n") + "\n"


def _paragraph(line: str) -> str:
    item = _ITEM.match(line)
    indent = " " * len(item[0]) if item else ""
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
