"""A ``Store`` over Elasticsearch 9 (or 8, see ``compatible_with``).

Events and detections are created only, in an index of their event day; everything else is replaced by higher external versions, in
one index a kind, so that it can be read by id. Nothing is ever decided from a search.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import groupby
from typing import Any

import orjson
from elastic_transport import AiohttpHttpNode, HttpHeaders
from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    AuthenticationException,
    AuthorizationException,
    NotFoundError,
    TransportError,
)

from schemas.errors import ConfigurationError, RightsError, TocsinError, Unavailable
from schemas.output import Document
from tocsin.adapters.indices import TEMPLATES, index_of
from tocsin.ports import KNOWN, STORED, Answer
from tocsin.settings import ElasticsearchSettings

CONFLICT = 409
TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
KEEP_ALIVE = "1m"
"""Of a listing, between two pages."""
MAX_BULK = 8 * 1024 * 1024
"""Bytes in one bulk request; the server refuses more than 100 MB and works best on 5 to 15."""


class _CompatibleWith8(AiohttpHttpNode):
    """Lets the 9.x client talk to an 8.x server, which refuses its media type (elasticsearch-py issues 2923, 2932)."""

    async def perform_request(  # type: ignore[override]  # async like its parent, whose base is declared sync
        self, method: str, target: str, body: Any = None, headers: Any = None, request_timeout: Any = None
    ) -> Any:
        """As the parent, with ``compatible-with=9`` replaced in every header."""
        old = HttpHeaders(
            {name: value.replace("compatible-with=9", "compatible-with=8") for name, value in (headers or {}).items()}
        )
        return await super().perform_request(method, target, body=body, headers=old, request_timeout=request_timeout)


class ElasticStore:
    """A ``Store``; the client is made on first use, inside the running loop."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        self._settings = settings
        self.prefix = settings.prefix
        self._made: AsyncElasticsearch | None = None

    @property
    def client(self) -> AsyncElasticsearch:
        """The client, for provisioning."""
        if self._made is None:
            self._made = _client(self._settings)
        return self._made

    async def upsert(self, documents: Sequence[Document]) -> Sequence[Answer]:
        """See ``Store``."""
        answers: list[Answer | None] = [None] * len(documents)
        sized: list[tuple[int, list[bytes], int]] = []
        for place, document in enumerate(documents):
            try:
                lines = self._lines(document)
            except (TypeError, ValueError) as error:
                answers[place] = Answer("refused", f"{document.kind} {document.id} is no JSON: {error}")
            else:
                sized.append((place, lines, sum(map(len, lines))))
        for chunk in _chunks(sized):
            results = await self._bulk([line for _, lines, _ in chunk for line in lines])
            for (place, _, _), result in zip(chunk, results, strict=True):
                answers[place] = result
        return [answer or Answer("refused", "no answer") for answer in answers]

    async def read(self, kind: str, id: str) -> Document | None:  # noqa: A002 - as the port
        """See ``Store``."""
        try:
            found = await self.client.get(index=index_of(self._settings.prefix, kind, None), id=id)
        except NotFoundError:
            return None
        except (ApiError, TransportError) as error:
            raise self._translated(error) from error
        return Document(kind, id, found["_source"], version=found["_version"])

    async def recent(self, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """See ``Store``."""
        bodies: list[Mapping[str, Any]] = []
        try:
            async with self._snapshot(f"{self._settings.prefix}{kind}*") as snapshot:
                after: list[Any] | None = None
                while len(bodies) < limit:
                    page = await self.client.search(
                        pit={"id": snapshot, "keep_alive": KEEP_ALIVE},
                        size=min(1000, limit - len(bodies)),
                        sort=[{SORT[kind]: {"order": "desc", "unmapped_type": "date"}}],
                        search_after=after,
                    )
                    hits = page["hits"]["hits"]
                    if not hits:
                        break
                    bodies += [hit["_source"] for hit in hits]
                    after = hits[-1]["sort"]
        except (ApiError, TransportError) as error:
            raise self._translated(error) from error
        return bodies

    @asynccontextmanager
    async def _snapshot(self, pattern: str) -> AsyncIterator[str]:
        """A point in time: without one, pages over several shards skip what has the same sort value as the end of a page."""
        opened = await self.client.open_point_in_time(
            index=pattern, keep_alive=KEEP_ALIVE, ignore_unavailable=True, expand_wildcards="open"
        )
        try:
            yield opened["id"]
        finally:
            with suppress(ApiError, TransportError):  # it ends by itself
                await self.client.close_point_in_time(id=opened["id"])

    async def refresh(self) -> None:
        """Make all that was upserted visible to ``recent``."""
        await self.client.indices.refresh(index=f"{self._settings.prefix}*", ignore_unavailable=True, allow_no_indices=True)

    async def provision(self) -> list[str]:
        """Put the index templates, create the indices that are read by id; answers what it did. Idempotent."""
        done = []
        try:
            for kind, template in TEMPLATES.items():
                name = f"{self._settings.prefix}{kind}"
                await self.client.indices.put_index_template(name=name, **template(self._settings))
                done.append(f"index template {name}")
        except (ApiError, TransportError) as error:
            raise self._translated(error) from error
        return done

    async def close(self) -> None:
        """Let go of the server."""
        if self._made is not None:
            await self._made.close()

    def _lines(self, document: Document) -> list[bytes]:
        where: dict[str, Any] = {"_index": index_of(self._settings.prefix, document.kind, document.day), "_id": document.id}
        if document.version is None:
            action = {"create": where}
        else:
            action = {"index": {**where, "version": document.version, "version_type": "external"}}
        return [orjson.dumps(action), orjson.dumps(document.body)]

    async def _bulk(self, operations: Any) -> list[Answer]:
        try:
            reply = await self.client.bulk(operations=operations)
        except (ApiError, TransportError) as error:
            raise self._translated(error) from error
        results = [next(iter(item.values())) for item in reply["items"]]
        away = next((item for item in results if item["status"] in TRANSIENT), None)
        if away:
            raise Unavailable(f"Elasticsearch at {self._settings.url}: {away['error'].get('reason', away['status'])}")
        return [self._answer(item) for item in results]

    def _answer(self, item: Mapping[str, Any]) -> Answer:
        status = item["status"]
        if status == CONFLICT:
            return KNOWN
        if "error" not in item:
            return STORED
        error = item["error"]
        if error.get("type") == "security_exception":
            raise RightsError(f"Elasticsearch at {self._settings.url}: {error.get('reason')}")
        cause = error.get("caused_by", {}).get("reason", "")
        return Answer("refused", f"{error.get('type')}: {error.get('reason')} {cause}".strip())

    def _translated(self, error: Exception) -> TocsinError:
        where = f"Elasticsearch at {self._settings.url}"
        if isinstance(error, AuthenticationException):
            return RightsError(f"{where}: user {self._settings.username!r} or its password is refused")
        if isinstance(error, AuthorizationException):
            return RightsError(f"{where}: user {self._settings.username!r} lacks a right: {error.message}")
        if isinstance(error, ApiError) and error.status_code not in TRANSIENT:
            return ConfigurationError(f"{where}: {error}")
        return Unavailable(f"{where}: {error}")


def _client(settings: ElasticsearchSettings) -> AsyncElasticsearch:
    secret = settings.secret()
    options: dict[str, Any] = {"basic_auth": (settings.username, secret)} if settings.username and secret else {}
    if settings.ca:
        options["ca_certs"] = str(settings.ca)
    node: dict[str, Any] = {"node_class": _CompatibleWith8} if settings.compatible_with == 8 else {}  # noqa: PLR2004 - a version
    return AsyncElasticsearch(settings.url, request_timeout=30, max_retries=0, **options, **node)


def _chunks(sized: Sequence[tuple[int, list[bytes], int]]) -> list[list[tuple[int, list[bytes], int]]]:
    """Runs of at most ``MAX_BULK`` bytes, at least one document each."""
    number, room = 0, MAX_BULK
    numbered = []
    for item in sized:
        room -= item[2]
        if room < 0:
            number, room = number + 1, MAX_BULK - item[2]
        numbered.append((number, item))
    return [[item for _, item in run] for _, run in groupby(numbered, key=lambda pair: pair[0])]


SORT = {
    "event": "@timestamp",
    "detection": "@timestamp",
    "incident": "last_seen",
    "notice": "updated",
    "dead": "reason",
    "membership": "time",
    "lead": "last_seen",
    "acknowledgement": "at",
    "shortfall": "id",
}
"""What each kind is listed by, latest first."""
