"""What guards every answer."""

import re
from pathlib import Path

import pytest

import console
from tests.console.conftest import Console
from tests.console.records import incident, name, stored

HERE = Path(console.__file__).parent
STYLE = "/static/tocsin.css"
EVERYTHING = [
    "/",
    f"/incidents/{name('i')}",
    "/sites",
    "/leads",
    "/healthz",
    "/nothing",
    "/?severity=x",
    STYLE,
    "/static/nothing",
    "/static/../app.py",
]


@pytest.mark.parametrize("path", EVERYTHING)
async def test_every_answer_bears_the_headers(site: Console, path: str) -> None:
    """Pages, errors and files alike: nothing runs, nothing is framed, nothing is sniffed, nothing says where it came from."""
    await site.put(stored(incident()))
    headers = (await site.get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


async def test_pages_are_not_kept_and_files_are(site: Console) -> None:
    """Incidents stay in no cache; the style sheet does, under an address that changes with it."""
    assert (await site.get("/")).headers["cache-control"] == "no-store"
    assert "immutable" in (await site.get(STYLE)).headers["cache-control"]
    assert (await site.get("/static/nothing")).headers["cache-control"] == "no-store"
    assert re.search(r'href="/static/tocsin\.css\?[0-9a-f]{12}"', await site.text("/"))


@pytest.mark.parametrize("host", ["127.0.0.1:8710", "localhost", "LOCALHOST:1", "[::1]:8710"])
async def test_its_own_names_are_answered(site: Console, host: str) -> None:
    """This machine, whatever the port."""
    assert (await site.get("/", host=host)).status_code == 200


@pytest.mark.parametrize(
    "host", ["attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example:8710", "10.0.0.1", "", "0.0.0.0"]
)
async def test_another_name_learns_nothing(site: Console, host: str) -> None:
    """A page of elsewhere that made its own name point here (DNS rebinding) gets no incident."""
    await site.put(stored(incident()))
    for path in ("/", "/healthz", f"/incidents/{name('i')}"):
        answer = await site.get(path, host=host)
        assert answer.status_code == 400
        assert "INC-" not in answer.text
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_sent(site: Console, method: str) -> None:
    """The console reads only."""
    answer = await site.client.request(method, "/")
    assert answer.status_code == 405
    assert "La console est en lecture seule." in answer.text


@pytest.mark.parametrize("path", ["/", "/incidents/none", "/sites", "/leads", "/healthz"])
async def test_who_asks_only_for_the_head_gets_it(site: Console, path: str) -> None:
    """HEAD answers with the status of GET, and without a body."""
    whole, head = await site.get(path), await site.client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/static/", "/static/%2e%2e/app.py", "/.git/config"])
async def test_nothing_else_is_served(site: Console, path: str) -> None:
    """Neither the framework's own pages nor files beside the static ones."""
    assert (await site.get(path)).status_code == 404


def test_no_template_has_script_or_style_of_its_own() -> None:
    """The policy would refuse them, so a page must not need them."""
    texts = {path.name: path.read_text("utf-8") for path in (HERE / "templates").iterdir()}
    assert len(texts) > 8
    assert [name for name, text in texts.items() if re.search(r"<script|<style|\sstyle=|\son\w+=|\|\s*safe|https?:", text)] == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    """The style sheet and the pictures name no other host."""
    for path in (HERE / "static").iterdir():
        text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?:|url\(|@import", text), path
