"""The other pages: hospitals, leads, health and errors."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.ports import Page as Some
from schemas.noun import iso
from tests.builders import ANNECY, BOURGOIN, VALENCE, VIENNE, at
from tests.console.conftest import NOW, ORIGIN, Console, application
from tests.console.reading import Page
from tests.console.records import event, incident, lead, name, stored
from tocsin.adapters.sqlite_archive import SqliteArchive


async def test_a_silent_hospital_is_said_to_be_silent(site: Console) -> None:
    """Never heard, silent, partly silent and well, the worst first; each source with both times and its lines of a day."""
    busy = [
        event(f"c{number}", iso(at("07:00")), received="07:01", site=BOURGOIN, dataset="windows.security")
        for number in range(200)
    ]
    await site.put(
        event("a", iso(at("11:00")), received="11:58", site=VIENNE),
        event("rare", iso(at("07:00")), received="07:01", site=VIENNE, dataset="stormshield.auth"),
        event("b", iso(at("11:30")), received="11:59", site=BOURGOIN),
        *busy,
        event("d", iso(at("10:50")), received="10:50", site=VALENCE),
        event("e", iso(at("-2 08:00")), received="-2 08:01", site=ANNECY),
    )
    page = Page(await site.text("/sites"))
    order = ["CH de Roanne", "CH d'Annecy", "CH de Valence", "CH de Bourgoin", "CH de Vienne"]
    assert sorted(order, key=page.text.index) == order
    assert page.text.count("jamais entendu") == 1
    for words in (
        "CH d'Annecy FINESS 740781133 muet · il y a 2 jours 0 ligne en 24 h",
        "CH de Valence FINESS 260000021 muet · il y a 70 min",
        "CH de Bourgoin FINESS 380780049 en partie muet · il y a 1 min 201 lignes en 24 h",
        "windows.security muette 31 janv. 08:01 31 janv. 08:00 200",
        "CH de Vienne FINESS 380781435 entendu · il y a 2 min",
        "stormshield.auth 31 janv. 08:01 31 janv. 08:00 1",
    ):
        assert words in page.text


async def test_a_hospital_leads_to_its_incidents(site: Console) -> None:
    """The link filters the queue."""
    await site.put(stored(incident(sites=(VIENNE, ANNECY))))
    assert f"/?site={ANNECY}" in Page(await site.text("/sites")).links()
    assert name("i") in await site.text(f"/?site={ANNECY}")


async def test_leads_are_shown_when_there_are_any(site: Console) -> None:
    """The latest first, with where the value acted and where else it is known; without leads a sentence."""
    assert "Aucune piste." in await site.text("/leads")
    await site.put(lead("old", "01:00", "domain:old.example"), lead("new", "03:00", "domain:new.example"))
    text = Page(await site.text("/leads")).text
    assert text.index("new.example") < text.index("old.example")
    assert "A agi CH de Vienne Vue aussi CH de Bourgoin" in text


async def test_every_lead_is_reached_page_by_page(site: Console) -> None:
    """A hundred and twenty leads, once each."""
    await site.put(
        *(lead(f"l{number}", f"0{number % 9}:{number % 60:02}", f"domain:l{number:03}.example") for number in range(120))
    )
    path, text = "/leads", ""
    while path:
        page = Page(await site.text(path))
        text += page.text
        path = next((link for link in page.links("/leads?") if "after=" in link and "lang=" not in link), "")
    assert [number for number in range(120) if text.count(f"l{number:03}.example") != 1] == []


async def test_health_is_told_to_machines(site: Console, tmp_path: Path) -> None:
    """200 while the store answers, 503 when it does not."""
    assert (await site.get("/healthz")).json() == {"status": "ok"}
    app, archive = application(tmp_path / "nothing.db")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:  # type: ignore[arg-type]  # ASGI
        assert (await client.get("/healthz")).status_code == 503
    await archive.close()


async def test_a_page_that_is_not_there_says_so(site: Console) -> None:
    """In the reader's language, with a way back."""
    for path in ("/nothing", "/incidents/nothing", "/incidents/"):
        assert "Cette page n'existe pas." in Page(await site.text(path, status=404)).text
    assert "There is no such page." in await site.text("/nothing", status=404, language="en")
    assert "/" in Page(await site.text("/nothing", status=404)).links()


@pytest.mark.parametrize("path", ["/", "/sites", "/leads", "/incidents/x", "/incidents?code=abcdef12"])
async def test_a_store_that_is_away_is_said_to_be_away(tmp_path: Path, path: str) -> None:
    """503 and what it means; the text of the error, which names files and hosts, stays in the log."""
    app, archive = application(tmp_path / "nothing.db")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:  # type: ignore[arg-type]  # ASGI
        answer = await client.get(path)
    assert answer.status_code == 503
    assert "Les données sont hors d'atteinte." in Page(answer.text).text
    assert "nothing.db" not in answer.text
    await archive.close()


async def test_a_fault_of_ours_shows_no_more_than_that(site: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """500, guarded like every page, without the exception's text."""

    async def broken(*_: Any) -> Some[Any]:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(SqliteArchive, "leads", broken)
    answer = await site.get("/leads")
    assert answer.status_code == 500
    assert "La console a rencontré une erreur." in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_language_is_the_readers(site: Console) -> None:
    """The browser's, unless the reader chose one; the choice is kept, and the links to choose stay on the page."""
    assert '<html lang="en">' in await site.text("/", language="de, en;q=0.5")
    assert '<html lang="fr">' in await site.text("/", language="de")
    answer = await site.get("/?lang=en&severity=high", accept_language="fr")
    assert '<html lang="en">' in answer.text
    assert "/?severity=high&lang=fr" in Page(answer.text).links()
    cookie = answer.headers["set-cookie"]
    assert "language=en" in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert '<html lang="en">' in await site.text("/sites", language="fr")
    assert "set-cookie" not in (await site.get("/?lang=xx")).headers


async def test_every_page_names_its_parts_for_those_who_do_not_see(site: Console) -> None:
    """One title of the first rank, a link past the header, the page one is on."""
    await site.put(stored(incident()))
    for path in ("/", "/sites", "/leads", f"/incidents/{name('i')}", "/nothing"):
        page = Page((await site.get(path)).text)
        assert sum(tag == "h1" for tag, _ in page.tags) == 1
        assert page.links()[0] == "#main"
        assert ("main", {"id": "main", "tabindex": "-1"}) in page.tags
    current = [given["href"] for tag, given in Page(await site.text("/sites")).tags if given.get("aria-current") == "page"]
    assert current == ["/sites"]


def test_the_clock_of_these_tests_is_fixed() -> None:
    """Ages on pages are told from it."""
    assert NOW - at("10:00") == timedelta(hours=2)
