"""The console over a SQLite file that a test fills."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from console.app import console
from schemas.output import Document
from tests.builders import at, sites
from tocsin.adapters.sqlite import Database, SqliteStore
from tocsin.adapters.sqlite_archive import SqliteArchive

ORIGIN = "http://127.0.0.1:8710"
NOW = at("12:00")


@dataclass
class Console:
    """A console, what fills its archive, and a browser without scripts."""

    client: httpx.AsyncClient
    database: Database

    async def put(self, *documents: Document) -> None:
        """Store what the pages shall show."""
        await SqliteStore(self.database).upsert(documents)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """One request; headers are named with ``_`` for ``-``."""
        return await self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def text(self, path: str, status: int = 200, language: str = "fr") -> str:
        """The page, which must answer with this status."""
        answer = await self.get(path, accept_language=language)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text}"
        return answer.text


def application(path: Path, clock: Callable[[], datetime] = lambda: NOW) -> tuple[object, SqliteArchive]:
    """The console over the file at this path, and its archive, to be closed."""
    archive = SqliteArchive(path)
    region = {site.finess: site for site in sites()}
    return console(archive, region, region="Région témoin", zone=ZoneInfo("Europe/Paris"), clock=clock), archive


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Console]:
    """Empty, until the test puts something there."""
    database = Database(tmp_path / "region.db")
    app, archive = application(tmp_path / "region.db")
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # an ASGI application
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield Console(client, database)
    await archive.close()
    database.close()
