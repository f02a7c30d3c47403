"""What is particular to one archive, and that both give the same pages."""

from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from console.app import console
from console.ports import Filter, Page, Standing
from schemas.errors import RightsError, Unavailable
from schemas.noun import iso
from tests.builders import NIGHT, VIENNE, sites
from tests.console.conftest import NOW, ORIGIN
from tests.console.night import documents
from tests.console.records import event, name
from tests.contract.adapters import elasticsearch_settings
from tests.contract.archives import opened
from tests.services.addresses import Services
from tocsin.adapters.elasticsearch_archive import ElasticArchive
from tocsin.adapters.sqlite import Database, SqliteStore
from tocsin.adapters.sqlite_archive import SqliteArchive
from tocsin.settings import ElasticsearchSettings

ALL = Filter()
PATHS = ("/", "/?state=waiting", f"/?site={VIENNE}&severity=high", f"/incidents/{name('i')}", "/sites", "/leads", "/nothing")


async def test_both_archives_give_the_same_pages(request: pytest.FixtureRequest, services: Services) -> None:
    """Filled alike, SQLite and Elasticsearch show the same, byte for byte."""
    async with AsyncExitStack() as stack:
        shown = []
        for kind in ("sqlite", "elasticsearch"):
            stored = await stack.enter_async_context(asynccontextmanager(opened)(request, kind))
            await stored.put(*documents())
            region = {site.finess: site for site in sites()}
            app = console(stored.archive, region, region="Region", zone=ZoneInfo("Europe/Paris"), clock=lambda: NOW)
            transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # an ASGI application
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                shown.append([(await client.get(path)).text for path in PATHS])
    for path, ours, theirs in zip(PATHS, *shown, strict=True):
        assert ours == theirs, path
    assert f"INC-{name('i')[:8]}" in shown[0][0]


async def test_a_file_that_is_not_there_yet_is_an_absence(tmp_path: Any) -> None:
    """Before the region has run its store is away; as soon as it has, the same archive reads it."""
    archive = SqliteArchive(tmp_path / "region.db")
    with pytest.raises(Unavailable, match=r"region\.db"):
        await archive.incidents(ALL, None, 10)
    Database(tmp_path / "region.db").close()
    assert await archive.incidents(ALL, None, 10) == Page([])
    await archive.close()


async def test_the_file_cannot_be_written_through_the_archive(tmp_path: Any) -> None:
    """The connection itself can only read."""
    Database(tmp_path / "region.db").close()
    archive = SqliteArchive(tmp_path / "region.db")
    with pytest.raises(Unavailable, match="readonly"):
        archive._rows("DELETE FROM document", {})
    await archive.close()


async def test_every_read_of_the_file_uses_an_index(tmp_path: Any) -> None:
    """No page scans the documents, however many there are: the expressions are those of the indexes."""
    database = Database(tmp_path / "region.db")
    archive, asked = SqliteArchive(tmp_path / "region.db"), []
    await SqliteStore(database).upsert([event("e", iso(NIGHT))])
    original = archive._rows

    def explained(query: str, values: Any) -> Any:
        asked.append([row[3] for row in original(f"EXPLAIN QUERY PLAN {query}", values)])
        return original(query, values)

    archive._rows = explained  # type: ignore[method-assign]  # each query is explained before it is asked
    for standing in (None, *Standing):
        await archive.incidents(Filter(VIENNE, None, standing), None, 10)
    await archive.incident("i")
    await archive.named("i", 2)
    await archive.memberships(["i"], None, 10)
    await archive.mails(["i"])
    await archive.leads(None, 10)
    assert len(await archive.sources(NIGHT, NIGHT)) == 1
    plans = [step for plan in asked for step in plan if "document" in step]
    assert len(plans) > 20
    assert [step for step in plans if "INDEX" not in step or "document_by_age" in step] == []
    await archive.close()
    database.close()


async def test_an_elasticsearch_that_is_away_is_an_absence() -> None:
    """Nobody listens there."""
    archive = ElasticArchive(ElasticsearchSettings(url="http://127.0.0.1:9"))
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        await archive.incidents(ALL, None, 10)
    await archive.close()


async def test_a_wrong_password_is_a_matter_of_rights(services: Services, prefix: str) -> None:
    """The operator is told whose credential it is."""
    archive = ElasticArchive(elasticsearch_settings(services, prefix, username="nobody", password="wrong"))
    with pytest.raises(RightsError, match="nobody"):
        await archive.incidents(ALL, None, 10)
    await archive.close()
