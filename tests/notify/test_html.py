"""The HTML of the mails: the same words as the text, nothing from elsewhere, and nothing that a hostile value could add."""

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.facts import MAX_INDICATORS
from notify.ladder import Planned
from notify.preview import specimens
from notify.region import Region
from notify.render import Letter, render
from notify.text import WIDTH
from schemas.detection import Entity
from schemas.incident import Link, Reason
from tests.notify.pages import Page, words
from tests.notify.stories import BREVANES, REGION, VALMOR, Story, incident

SPECIMENS = {name: notice for language in ("fr", "en") for name, notice in specimens(language)}
ELEMENTS = frozenset(
    [
        "a",
        "b",
        "bdi",
        "body",
        "br",
        "caption",
        "code",
        "div",
        "footer",
        "h1",
        "h2",
        "head",
        "header",
        "html",
        "li",
        "meta",
        "ol",
        "p",
        "section",
        "small",
        "span",
        "style",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)


@pytest.mark.parametrize("name", SPECIMENS)
def test_both_parts_say_the_same(name: str) -> None:
    """Every word of the text is in the HTML, and every word of the HTML is in the text but for the heads of a table's columns."""
    mail = SPECIMENS[name]
    page = Page(mail.html)
    numbers = {str(number) for number in range(1, 10)}
    assert words(mail.text) - page.words <= numbers
    assert page.words - words(mail.text) <= {"indicateur", "indicator"}


@pytest.mark.parametrize("name", SPECIMENS)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    """No image, font, style sheet, script or form, no address but the desk's telephone, no URL in the style."""
    page = Page(SPECIMENS[name].html)
    assert set(page.names) <= ELEMENTS
    attributes = [(key, value) for _, pairs in page.tags for key, value in pairs]
    assert {value for key, value in attributes if key == "href"} == {"tel:0465710015"}
    assert not {key for key, _ in attributes} & {"src", "srcset", "background", "poster", "action", "ping"}
    assert not [key for key, _ in attributes if key.startswith("on")]
    styles = page.style + " ".join(value or "" for key, value in attributes if key == "style")
    assert not re.search(r"url\(|@import|@font-face|expression|//", styles)
    assert ("http-equiv", "Content-Security-Policy") in attributes


@pytest.mark.parametrize("name", SPECIMENS)
def test_it_can_be_read_by_ear_and_in_the_dark(name: str) -> None:
    """It names its language and its role, has one first heading, columns with a scope, and both colour schemes."""
    page = Page(SPECIMENS[name].html)
    language = name.rpartition(".")[2]
    first = {tag: dict(pairs) for tag, pairs in reversed(page.tags)}
    assert first["html"]["lang"] == first["div"]["lang"] == language
    assert first["div"]["role"] == "article"
    assert first["div"]["aria-label"] == SPECIMENS[name].subject
    assert page.names.count("h1") == 1
    assert page.names.index("h1") < page.names.index("h2")
    assert all(dict(pairs).get("scope") in {"col", "row"} for tag, pairs in page.tags if tag == "th")
    assert page.names.count("caption") == page.names.count("table") == 1
    assert ("meta", (("name", "color-scheme"), ("content", "light dark"))) in page.tags
    assert "@media (prefers-color-scheme: dark)" in page.style


@pytest.mark.parametrize("name", SPECIMENS)
def test_no_heading_stands_alone(name: str) -> None:
    """Below each heading there is something to read."""
    assert not re.search(r"</h2>\s*</(section|footer)>", SPECIMENS[name].html)
    assert not re.search(r"\n\n[^\n]+\n\n", SPECIMENS[name].text)


def test_french_signs_never_stand_alone_at_the_beginning_of_a_line() -> None:
    """In French, the space before a colon or inside « » does not break; the style sheet keeps its own spaces."""
    for name, mail in SPECIMENS.items():
        page = Page(mail.html)
        if name.endswith(".fr"):
            assert not re.search(r"« | [:;?!»]", mail.text + " ".join(page.texts))
        assert "\u00a0" not in page.style


def test_the_mail_is_small() -> None:
    """Some kilobytes: webmails cut what is longer than 102 kB, and some drop a style of more than 8 kB."""
    assert max(len(mail.html.encode()) for mail in SPECIMENS.values()) < 16_000
    assert max(len(Page(mail.html).style) for mail in SPECIMENS.values()) < 8_192


MARKUP = "</title></style></bdi><script>alert(1)</script><img src=x onerror=alert(1)> \"'&lt; {{ 7*7 }} {% raw %} <!-- ]]>"
BIDI = "\u202egnp.\u2066\u2028\u0085\x00\x1b[31m\u200b"


def everywhere(value: str, language: str = "fr") -> tuple[Planned, Region]:
    """A mail to the region with this value wherever a value comes from outside: logs, rules, the region's own file, an act."""
    kinds = ("ip", "domain", "url", "hash", "email", "supplier", value)
    known = incident(tlp=value)
    links = tuple(
        Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind=kind, value=value), weight=1, sites=known.sites) for kind in kinds
    )
    why = known.why.model_copy(
        update={"links": links, "missing": (value,), "rules": (known.why.rules[0].model_copy(update={"name": value}),)}
    )
    sites = {finess: REGION.sites[finess].model_copy(update={"name": value}) for finess in (VALMOR, BREVANES)}
    desk = REGION.desk.model_copy(update={"name": value})
    region = REGION.model_copy(update={"sites": {**REGION.sites, **sites}, "desk": desk})
    story = Story(region=region)
    story.learn(known.model_copy(update={"why": why, "aliases": (value,), "techniques": (value,)}))
    story.tick("02:10")
    story.acknowledge("02:11", by=value)
    plan = next(plan for plan in story.plans if plan.contact.email == "grades@region.fr")
    contact = plan.contact.model_copy(update={"role": value, "language": language})
    return plan._replace(contact=contact, ladder=story.state or plan.ladder, unreached=(VALMOR,)), region


def shape(letter: Letter) -> list[object]:
    """What a mail program would build of it: the tags, with those attributes that hold no value from outside."""
    return [
        (name, [(key, value) for key, value in pairs if key not in {"aria-label", "class"}])
        for name, pairs in Page(letter.html).tags
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_hostile_values_add_no_tag(language: str) -> None:
    """Markup and template code in every value are read as they are written, and the tags are those of a harmless mail."""
    letter = render(*everywhere(MARKUP, language))
    assert shape(letter) == shape(render(*everywhere("harmless", language)))
    assert letter.html.count(escape("{{ 7*7 }}")) > 5
    assert "49" not in Page(letter.html).words | words(letter.text)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&\"'{}%#/=- \n\r\t\u202e\u2066\u00a0\ufeffaé一")))
def test_no_value_adds_a_tag(value: str) -> None:
    """Whatever stands in the values, the tags stay, and neither part holds a sign that hides or turns a line."""
    shown = value if value.strip() else "x"
    letter = render(*everywhere(shown))
    assert set(Page(letter.html).names) <= ELEMENTS
    assert shape(letter)[:20] == shape(render(*everywhere("harmless")))[:20]
    assert all(line.replace("\u00a0", " ").isprintable() for line in (letter.text + letter.html).split("\n"))


def test_signs_that_hide_or_turn_a_line_are_gone() -> None:
    """Controls, bidi marks and line separators reach neither part nor the subject."""
    letter = render(*everywhere(f"evil{BIDI}end"))
    assert not re.search("[\u202e\u2066\u2028\u0085\x00\x1b\u200b]", "".join(letter))
    assert "\n" not in letter.subject


def test_a_value_of_a_megabyte() -> None:
    """It is cut: both parts stay small, no line of the text is longer than 72 columns, and nothing is made of the indicator."""
    letter = render(*everywhere("W" * 2**20))
    assert len(letter.text) + len(letter.html) < 32_000
    assert max(map(len, letter.text.splitlines())) <= WIDTH
    assert "[.]" not in letter.text


def test_an_indicator_is_shown_whole_or_not_at_all() -> None:
    """One that is too long, or that cleaning would change, is counted among those to ask for."""
    values = ("203.0.113.7", "evil.example/" + "a" * 400, "evil\u202e.example")
    links = tuple(
        Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind="url", value=value), weight=1, sites=(VALMOR, BREVANES))
        for value in values
    )
    story = Story()
    story.learn(incident(why=incident().why.model_copy(update={"links": links})))
    story.tick("02:10")
    plan = next(plan for plan in story.plans if plan.contact.email == "grades@region.fr")
    text = render(plan, REGION).text.replace("\u00a0", " ")
    assert "203[.]0[.]113[.]7\n" in text
    assert "2 de plus : demandez-les" in text
    assert not re.search("evil|aaa", text)
    assert len(values) < MAX_INDICATORS
