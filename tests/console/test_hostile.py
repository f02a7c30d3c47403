"""What attackers write is shown, and does nothing."""

import unicodedata

import pytest

from schemas.detection import Level
from tests.console.conftest import Console
from tests.console.hostile import documents
from tests.console.reading import Page
from tests.console.records import incident, name, stored

PAGES = ["/", f"/incidents/{name('i')}", "/sites", "/leads"]
HARMLESS = {
    "a", "b", "bdi", "body", "br", "button", "code", "dd", "details", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "head", "header",
    "html", "i", "img", "input", "label", "li", "link", "main", "meta", "nav", "ol", "option", "p", "pre", "section", "select", "small",
    "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "time", "title", "tr", "ul",
}  # fmt: skip
MAX_PAGE = 300_000


@pytest.fixture
async def attacked(site: Console) -> Console:
    """A console whose every value is hostile."""
    await site.put(*documents())
    return site


@pytest.mark.parametrize("path", PAGES)
async def test_markup_is_text(attacked: Console, path: str) -> None:
    """No tag, no handler and no address on a page is an attacker's."""
    page = Page(await attacked.text(path))
    assert {tag for tag, _ in page.tags} - HARMLESS == set()
    attributes = {attribute for _, given in page.tags for attribute in given}
    assert [attribute for attribute in attributes if attribute.startswith("on") or attribute in {"style", "srcdoc"}] == []
    assert [link for link in page.links() if not link.startswith(("/", "#"))] == []
    assert [given["src"] for tag, given in page.tags if tag == "img"] == ["/static/bell.svg"]


@pytest.mark.parametrize("path", PAGES[:2])
async def test_template_syntax_is_text(attacked: Console, path: str) -> None:
    """Nothing that a log says is evaluated."""
    html = await attacked.text(path)
    assert "1337" not in html
    assert path == "/" or "{{ 7*191 }}" in html


@pytest.mark.parametrize("path", PAGES)
async def test_what_does_not_print_is_made_visible(attacked: Console, path: str) -> None:
    """Controls, bidi marks and what is no character appear as signs; none of them reaches the browser."""
    html = await attacked.text(path)
    hidden = {character for character in html if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}}
    assert hidden <= {"\n", "\t"}
    if path.startswith("/incidents/"):
        assert "invoice⟨U+202E⟩fdp.exe" in html
        assert "esc␛[2J" in html


@pytest.mark.parametrize("path", PAGES)
async def test_a_long_value_is_cut(attacked: Console, path: str) -> None:
    """A field of a megabyte leaves a page that a telephone can load, and the cut is shown."""
    html = await attacked.text(path)
    assert len(html.encode()) < MAX_PAGE
    assert path == "/sites" or "…" in html


@pytest.mark.parametrize("path", PAGES[:2])
async def test_a_value_cannot_turn_the_line_around(attacked: Console, path: str) -> None:
    """Text of the other direction is kept apart by the browser (HTML, 4.5.24 *bdi*)."""
    page = Page(await attacked.text(path))
    assert sum(tag == "bdi" for tag, _ in page.tags) > 5


async def test_what_is_typed_into_an_address_is_text(site: Console) -> None:
    """Neither a query nor a path of markup comes back as markup."""
    await site.put(stored(incident(severity=Level.LOW)))
    for path in (
        "/?site=%22%3E%3Cscript%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/?x=%22%3E%3Csvg%20onload=x%3E",
        "/incidents/%3Csvg%3E",
    ):
        page = Page((await site.get(path)).text)
        assert {tag for tag, _ in page.tags} - HARMLESS == set()
