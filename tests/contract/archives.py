"""Each archive over its own store, opened for the contract tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from console.ports import Archive
from schemas.output import Document
from tests.contract.adapters import STORES, elasticsearch_settings
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.elasticsearch_archive import ElasticArchive
from tocsin.adapters.sqlite_archive import SqliteArchive
from tocsin.ports import Store


@dataclass
class Stored:
    """An archive, and the store behind it."""

    archive: Archive
    store: Store

    async def put(self, *documents: Document) -> None:
        """Store documents so that they can be seen."""
        answers = await self.store.upsert(documents)
        assert [answer for answer in answers if answer.status != "stored"] == []
        if isinstance(self.store, ElasticStore):
            await self.store.refresh()


async def opened(request: pytest.FixtureRequest, kind: str) -> AsyncIterator[Stored]:
    """An archive of this kind over an empty store."""
    async with STORES[kind](request) as store:
        archive: Any = (
            SqliteArchive(request.getfixturevalue("tmp_path") / "store.db")
            if kind == "sqlite"
            else ElasticArchive(elasticsearch_settings(request.getfixturevalue("services"), request.getfixturevalue("prefix")))
        )
        yield Stored(archive, store)
        await archive.close()
