"""Reads the HTML of a mail as a mail program does: its tags, their attributes, its text."""

from html.parser import HTMLParser

VOID = frozenset({"meta", "br"})
"""Elements without an end tag (HTML Living Standard §13.1.2), as far as mails use them."""

Tag = tuple[str, tuple[tuple[str, str | None], ...]]


class Page(HTMLParser):
    """``tags`` in order with their attributes, ``words`` of the body, ``style``; raises on an end tag that closes nothing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.style = ""
        self.texts: list[str] = []
        self.headings: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    @property
    def names(self) -> list[str]:
        """The tags without their attributes."""
        return [name for name, _ in self.tags]

    @property
    def words(self) -> set[str]:
        """Every word that is read, without its punctuation."""
        return words(" ".join(self.texts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, tuple(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, a style sheet or the title."""
        if "style" in self._open:
            self.style += data
        elif "body" in self._open:
            self.texts.append(data)
            if self._open[-1] in {"h1", "h2"}:
                self.headings.append(data)


def words(text: str) -> set[str]:
    """Its words, in lower case, without what separates them."""
    return {word.strip(".,:;()«»“”-–?").casefold() for word in text.split()} - {""}  # noqa: RUF001 - the dash that the mail has
