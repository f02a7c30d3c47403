"""The pages in a real headless Chromium: nothing of an attacker runs, and everybody can use them."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from schemas.output import Document
from tests.console import hostile
from tests.console.conftest import application
from tests.console.night import documents as night_of
from tests.console.records import name
from tests.services.browser import DESK, PHONE, browser, served, window
from tocsin.adapters.sqlite import Database, SqliteStore

INCIDENT = f"/incidents/{name('i')}"
PAGES = ("/", INCIDENT, "/sites", "/leads", "/nothing", "/?severity=low", "/?severity=x")
SIZES = (DESK, PHONE, (320, 600))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browser() as opened:
        yield opened


def filled(folder: Path, documents: Sequence[Document]) -> Iterator[str]:
    """The address of a console that shows these."""

    async def store() -> None:
        database = Database(folder / "region.db")
        await SqliteStore(database).upsert(documents)
        database.close()

    with ThreadPoolExecutor() as aside:  # this thread has the browser's event loop
        aside.submit(asyncio.run, store()).result()
    with served(application(folder / "region.db")[0]) as address:
        yield address


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console on an ordinary night."""
    yield from filled(tmp_path_factory.mktemp("night"), list(night_of()))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console whose every value is hostile."""
    yield from filled(tmp_path_factory.mktemp("attacked"), list(hostile.documents()))


def unfolded(page: Page) -> None:
    """Open everything that can be unfolded, as a reader would."""
    for summary in page.locator("summary").all():
        summary.click()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_an_attacker_runs(chromium: Browser, attacked: str, path: str) -> None:
    """No dialog, no request elsewhere, no refused script of ours, the title is ours, the page is seen."""
    page = window(chromium)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(attacked + path)
    unfolded(page)
    page.wait_for_timeout(100)
    assert page.title().endswith("· Tocsin")
    assert page.locator("h1").is_visible()
    assert [text for text in said if "Failed to load resource" not in text] == []  # an error page is loaded with its status
    assert [url for url in asked if not url.startswith(attacked)] == []
    page.context.close()


def test_the_policy_stops_what_would_get_past_the_escaping(chromium: Browser, attacked: str) -> None:
    """Markup put into the page by force runs nothing: neither a script, nor a handler, nor a style, nor a form to elsewhere."""
    page = window(chromium)
    page.goto(attacked + "/")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.evaluate(
        """() => {
          const div = document.createElement("div");
          div.innerHTML = "<img src=x onerror=\\"document.title='owned'\\"><p id=styled style='color: rgb(1, 2, 3)'>x</p>";
          document.body.append(div);
          const script = document.createElement("script");
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
          const far = document.createElement("script");
          far.src = "https://attacker.example/x.js";
          document.body.append(far);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.title().endswith("· Tocsin")
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"
    assert len([text for text in refused if "Content Security Policy" in text]) >= 4
    page.context.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_its_window(chromium: Browser, attacked: str, night: str, path: str, size: tuple[int, int]) -> None:
    """Not even with words of a megabyte, on the smallest telephone, with everything unfolded: only tables scroll, inside themselves."""
    for address in (attacked, night):
        page = window(chromium, size)
        page.goto(address + path)
        unfolded(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault(chromium: Browser, night: str, path: str, dark: bool) -> None:  # noqa: FBT001 - a table column
    """Contrast, names, roles, order and language, on a screen and on a telephone, with everything unfolded (axe-core)."""
    for size in (DESK, PHONE):
        page = window(chromium, size, dark=dark)
        page.goto(night + path)
        unfolded(page)
        found = Axe().run(page).response["violations"]
        faults = [
            (fault["id"], [node["target"] for node in fault["nodes"]])
            for fault in found
            if fault["impact"] in {"serious", "critical"}
        ]
        assert faults == []
        page.context.close()


def test_the_queue_is_used_by_keyboard(chromium: Browser, night: str) -> None:
    """The first key leads past the header; the next ones reach filters and incidents, each seen to be in focus; Enter opens one."""
    page = window(chromium)
    page.goto(night + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.locator(".skip").is_visible()
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if page.evaluate("document.activeElement.getAttribute('href')") == INCIDENT:
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{INCIDENT}")
    page.context.close()


def test_everything_works_without_scripts(chromium: Browser, night: str) -> None:
    """Filter, open, unfold, change the language and look a code up in a browser that runs none."""
    page = window(chromium, scripts=False)
    page.goto(night + "/")
    page.select_option("#severity", "critical")
    page.click(".filters button")
    page.click(f"a[href='{INCIDENT}']")
    page.locator("#timeline summary").first.click()
    assert page.locator("#timeline pre").first.is_visible()
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.fill("#code", f"INC-{name('taken')[:8]}")
    page.press("#code", "Enter")
    page.wait_for_url(f"**/incidents/{name('taken')}")
    assert "Taken by A. Martin" in page.locator("main").inner_text()
    page.context.close()


def test_the_dark_is_dark(chromium: Browser, night: str) -> None:
    """The system's choice is followed."""
    colours = []
    for dark in (False, True):
        page = window(chromium, dark=dark)
        page.goto(night + "/")
        colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.context.close()
    light, dark_ = (sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) for colour in colours)
    assert light > 600
    assert dark_ < 200
