"""The queue: what is there, in which order, and how to get at the rest."""

import pytest

from schemas.detection import Level
from schemas.notice import Status
from tests.builders import ANNECY, BOURGOIN, VIENNE
from tests.console.conftest import Console
from tests.console.reading import Page
from tests.console.records import acknowledgement, incident, mail, name, stored


def codes(html: str) -> list[str]:
    """The incidents of a page, in order."""
    return [link.removeprefix("/incidents/") for link in Page(html).links("/incidents/")]


async def test_an_empty_queue_says_so(site: Console) -> None:
    """A region without incidents reads a sentence, not a blank page."""
    assert "Aucun incident régional." in await site.text("/")
    assert "No regional incident." in await site.text("/", language="en")


async def test_the_worst_come_first_then_the_latest(site: Console) -> None:
    """The order of triage; aliases are not shown."""
    await site.put(
        stored(incident("early", "02:00")),
        stored(incident("late", "04:00")),
        stored(incident("worst", "01:00", severity=Level.CRITICAL)),
        stored(incident("alias", "05:00", merged_into=name("late"))),
    )
    assert codes(await site.text("/")) == [name("worst"), name("late"), name("early")]


async def test_a_row_says_what_decides(site: Console) -> None:
    """Priority, code, sites, what links them, stage, ages and who was told, in plain words."""
    await site.put(stored(incident("i", "10:00")), mail(incident("i")))
    text = Page(await site.text("/")).text
    for words in (
        "P2 élevée",
        f"INC-{name('i')[:8]}",
        "CH de Vienne et CH de Bourgoin",
        "Liés par l'adresse IP 203.0.113.66",
        "accès initial → impact",
        "ouvert il y a 2 h",
        "Sans réponse depuis 9 h 1 personne prévenue",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        ([], "Personne n'a été prévenu"),
        ([mail(incident("i"), status=Status.DEFERRED)], "Courriels en attente d'envoi"),
        ([mail(incident("i"), status=Status.REFUSED)], "Courriels refusés : personne n'est prévenu"),
        (
            [mail(incident("i"), status=Status.REFUSED), mail(incident("i"), "b@example.org")],
            "Sans réponse depuis 9 h 1 personne prévenue, 1 courriel refusé",
        ),
        ([mail(incident("i")), acknowledgement(incident("i"), by="A. Martin")], "Pris en charge par A. Martin"),
    ],
)
async def test_a_row_says_who_has_it(site: Console, documents: list[object], words: str) -> None:
    """Sent is not read, refused is not told: each state has its own words."""
    await site.put(stored(incident("i")), *documents)  # type: ignore[arg-type]  # documents
    assert words in Page(await site.text("/")).text


async def test_mails_of_an_alias_count(site: Console) -> None:
    """Who was told about an incident that was merged into this one has been told."""
    alias = incident("alias", merged_into=name("i"))
    await site.put(stored(incident("i", aliases=(alias.id,))), stored(alias), mail(alias))
    assert "Sans réponse depuis 9 h" in Page(await site.text("/")).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"site={ANNECY}&severity=&state=", ["b"]),
        ("severity=critical", ["a"]),
        ("state=acknowledged", ["b"]),
        (f"site={VIENNE}&state=waiting", ["a", "c"]),
        ("severity=low", []),
    ],
)
async def test_the_form_filters(site: Console, query: str, expected: list[str]) -> None:
    """By site, severity and standing; an empty field filters nothing, and no result offers the way back."""
    taken = incident("b", "03:00", sites=(BOURGOIN, ANNECY))
    await site.put(
        stored(incident("a", severity=Level.CRITICAL)), stored(taken), stored(incident("c", "02:30")), acknowledgement(taken)
    )
    html = await site.text(f"/?{query}")
    assert codes(html) == [name(text) for text in expected]
    assert bool(expected) or "Aucun incident ne répond à ce filtre." in html


async def test_the_form_remembers_what_was_asked(site: Console) -> None:
    """The chosen values are selected again."""
    chosen = [
        attributes["value"]
        for tag, attributes in Page(await site.text(f"/?site={ANNECY}&severity=high")).tags
        if "selected" in attributes
    ]
    assert chosen == [ANNECY, "high"]


async def test_every_incident_is_reached_page_by_page(site: Console) -> None:
    """Sixty incidents of a filter are all there, once each, and the filter stays."""
    await site.put(*(stored(incident(f"i{number}", f"0{number % 9}:{number:02}")) for number in range(60)))
    await site.put(*(stored(incident(f"x{number}", severity=Level.CRITICAL)) for number in range(3)))
    path, found = "/?severity=high", []
    for _ in range(3):
        page = Page(await site.text(path))
        found += page.links("/incidents/")
        [*_, path] = [link for link in page.links("/?") if "after=" in link and "lang=" not in link] or [""]
    assert path == ""
    assert len(found) == len(set(found)) == 60


@pytest.mark.parametrize("query", ["severity=worst", "state=x", "after=x", "after=%00", "severity=critical&after=W10="])
async def test_what_cannot_be_asked_is_refused(site: Console, query: str) -> None:
    """A page that says so, without an echo of what was typed."""
    assert "Cette adresse ne se lit pas." in await site.text(f"/?{query}", status=400)


async def test_an_unknown_site_is_an_empty_queue(site: Console) -> None:
    """A FINESS number that nobody has filters everything away."""
    await site.put(stored(incident()))
    assert "Aucun incident ne répond à ce filtre." in await site.text("/?site=nobody")
