"""Reads a page as a browser without scripts would: its text, its tags, its links."""

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    {"td", "th", "tr", "li", "p", "div", "dt", "dd", "h1", "h2", "h3", "small", "pre", "summary", "a", "span", "b", "i"}
)
"""Tags whose text stands apart from what is before it."""


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag in BLOCKS:
            self._words.append(" ")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self._words.append(data)

    @property
    def text(self) -> str:
        """All that is written, blanks joined, apostrophes straight."""
        return re.sub(r"[\s\u00a0\u202f]+", " ", "".join(self._words)).replace("\u2019", "'")

    def links(self, beginning: str = "") -> list[str]:
        """Where its links go, in order."""
        found = [attributes.get("href") or "" for tag, attributes in self.tags if tag == "a"]
        return [link for link in found if link.startswith(beginning)]

    def times(self) -> list[str]:
        """The machine-readable instants, in order."""
        return [attributes.get("datetime") or "" for tag, attributes in self.tags if tag == "time"]
