"""The texts of the pages: one catalogue a language, and which language a reader gets.

A text may hold ``{names}``; a counted one is a pair ``one`` and ``other``. Values are escaped and isolated when they are put in.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape

from console.display import isolated

LANGUAGES = ("fr", "en")
MAX_TAGS = 20
"""Of an Accept-Language header that are looked at."""
_FRENCH_SPACE = re.compile(r"(?<=«) | (?=[:;?!»])")
"""Where French puts a space that may not break the line."""


class Words:
    """The catalogue of one language."""

    def __init__(self, language: str, texts: Mapping[str, Any]) -> None:
        self.language = language
        self._texts = dict(_flat(texts))

    @property
    def keys(self) -> frozenset[str]:
        """Every key, dotted."""
        return frozenset(self._texts)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def t(self, key: str, **values: object) -> Markup:
        """The text; a value that is no ``Markup`` is a hostile text.

        Raises:
            KeyError: the catalogue has no such text.
        """
        return escape(self._texts[key]).format(**{name: _safe(value) for name, value in values.items()})

    def n(self, key: str, count: int, **values: object) -> Markup:
        """The text for so many, with ``{n}`` for the number: French counts 0 and 1 as singular, English only 1."""
        single = count < 2 if self.language == "fr" else count == 1  # noqa: PLR2004 - the grammar of French
        return self.t(f"{key}.{'one' if single else 'other'}", n=self.number(count), **values)

    def known(self, prefix: str, word: str) -> Markup:
        """The text of ``prefix.word``, or the word itself when the catalogue does not know it."""
        key = f"{prefix}.{word}"
        return self.t(key) if key in self._texts else isolated(word)

    def number(self, count: int) -> Markup:
        """The number with the language's separator of thousands."""
        return Markup(f"{count:,}".replace(",", "\u202f" if self.language == "fr" else ","))  # noqa: S704 - digits only

    def share(self, part: float) -> str:
        """``0,7``, with at most two decimals."""
        text = f"{part:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.language == "fr" else text

    def months(self) -> list[str]:
        """Twelve short names."""
        return str(self._texts["time.months"]).split()

    def joined(self, parts: list[Markup]) -> Markup:
        """``a, b et c``."""
        if len(parts) < 2:  # noqa: PLR2004 - a list of one has no separator
            return Markup().join(parts)
        return Markup("{}{}{}").format(Markup(", ").join(parts[:-1]), self.t("list.and"), parts[-1])


def _safe(value: object) -> Markup:
    return value if isinstance(value, Markup) else isolated(value)


def _flat(texts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in texts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@cache
def words_in(language: str) -> Words:
    """The catalogue of one of ``LANGUAGES``."""
    text = (resources.files("console") / "texts" / f"{language}.toml").read_text("utf-8")
    text = _FRENCH_SPACE.sub("\u00a0", text) if language == "fr" else text
    return Words(language, tomllib.loads(text))


def chosen(asked: str | None, kept: str | None, accepted: str | None, default: str) -> str:
    """The language of a page: asked for in its address, kept in a cookie, the browser's (RFC 9110, 12.5.4), or the default."""
    return next((tag for tag in (asked, kept, *_preferred(accepted or "")) if tag in LANGUAGES), default)


def _preferred(header: str) -> list[str]:
    """Primary language tags of an Accept-Language header, the most wanted first; what is malformed counts for nothing."""
    weighed = []
    for part in header.split(",")[:MAX_TAGS]:
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        weighed.append((quality, tag.strip().partition("-")[0].lower()))
    return [tag for quality, tag in sorted(weighed, key=lambda pair: -pair[0]) if quality > 0]
