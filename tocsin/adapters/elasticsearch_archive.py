"""An ``Archive`` over Elasticsearch: searches for people, which may lag behind the pipeline by a second.

Severity is a word, so it cannot be sorted by; a constant score for each level can. No scripts, no joins: who has taken an incident is
asked first, and put into the query as ids.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from elasticsearch import ApiError, TransportError

from console.ports import Acknowledgement, Filter, Mail, Page, Source, Standing
from schemas.detection import Detection, Level
from schemas.event import Event
from schemas.incident import Incident, Membership
from schemas.lead import Lead
from schemas.noun import iso, parse_iso
from tocsin.adapters.documents_archive import cursor, mails, nouns, place
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.settings import ElasticsearchSettings

Query = dict[str, Any]

MAX_FOUND = 10_000
"""Documents in one answer: the server's own limit (``index.max_result_window``)."""
MAX_SITES, MAX_SOURCES = 1000, 100

_BY_SEVERITY: list[Query] = [
    {"constant_score": {"filter": {"term": {"severity": level}}, "boost": level.rank + 1}} for level in Level
]


class ElasticArchive:
    """See ``Archive``; the client is made on first use, inside the running loop."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        self._store = ElasticStore(settings)
        self._prefix = settings.prefix

    async def incidents(self, want: Filter, after: str | None, limit: int) -> Page[Incident]:
        """See ``Archive``."""
        start = place(after, (float, int, str))
        query: Query = {"bool": {**await self._wanted(want), "should": _BY_SEVERITY}}
        sort = [{"_score": "desc"}, _descending("opened"), _descending("id", "keyword")]
        return _page(Incident, await self._hits("incident", query, sort, limit + 1, start), limit)

    async def incident(self, name: str) -> Incident | None:
        """See ``Archive``."""
        found = await self._store.read("incident", name)
        return next(iter(nouns(Incident, [found.body] if found else [])), None)

    async def named(self, beginning: str, limit: int) -> Sequence[str]:
        """See ``Archive``."""
        sort = [{"id": {"order": "asc", "unmapped_type": "keyword"}}]
        return [hit["_id"] for hit in await self._hits("incident", {"prefix": {"id": beginning}}, sort, limit)]

    async def memberships(self, incidents: Sequence[str], after: str | None, limit: int) -> Page[Membership]:
        """See ``Archive``."""
        sort = [
            {"time": {"order": "asc", "unmapped_type": "date"}},
            {"detection_id": {"order": "asc", "unmapped_type": "keyword"}},
        ]
        start = place(after, (int, str))
        found = await self._hits("membership", {"terms": {"incident_id": list(incidents)}}, sort, limit + 1, start)
        return _page(Membership, found, limit)

    async def detections(self, ids: Sequence[str]) -> Mapping[str, Detection]:
        """See ``Archive``."""
        return {found.id: found for found in nouns(Detection, (await self._by_id("detection", ids)).values())}

    async def events(self, ids: Sequence[str]) -> Mapping[str, Event]:
        """See ``Archive``."""
        return await self._by_id("event", ids)

    async def acknowledgements(self, incidents: Sequence[str]) -> Mapping[str, Acknowledgement]:
        """See ``Archive``."""
        bodies = (await self._by_id("acknowledgement", incidents)).values()
        return {act.incident_id: act for act in nouns(Acknowledgement, bodies)}

    async def mails(self, incidents: Sequence[str]) -> Sequence[Mail]:
        """See ``Archive``."""
        query = {"terms": {"notice.incident_id": list(incidents)}}
        return mails(hit["_source"] for hit in await self._hits("notice", query, [], MAX_FOUND))

    async def leads(self, after: str | None, limit: int) -> Page[Lead]:
        """See ``Archive``."""
        start = place(after, (int, str))
        sort = [_descending("last_seen"), _descending("id", "keyword")]
        return _page(Lead, await self._hits("lead", {"match_all": {}}, sort, limit + 1, start), limit)

    async def sources(self, heard_since: datetime, counted_since: datetime) -> Sequence[Source]:
        """See ``Archive``."""
        latest = {"size": 1, "_source": False, "sort": [_descending("event.created"), _descending("@timestamp")]}
        latest["docvalue_fields"] = [{"field": name, "format": "strict_date_time"} for name in ("event.created", "@timestamp")]
        inner = {"counted": {"filter": _since(counted_since)}, "latest": {"top_hits": latest}}
        sources = {"source": {"terms": {"field": "event.dataset", "size": MAX_SOURCES}, "aggs": inner}}
        sites = {"site": {"terms": {"field": "organization.id", "size": MAX_SITES}, "aggs": sources}}
        async with self._errors_told():
            found = await self._store.client.search(
                index=self._indices("event"), query=_since(heard_since), aggs=sites, size=0, ignore_unavailable=True
            )
        buckets = found.get("aggregations", {}).get("site", {}).get("buckets", [])
        return sorted(_source(site["key"], bucket) for site in buckets for bucket in site["source"]["buckets"])

    async def close(self) -> None:
        """Let go of the server."""
        await self._store.close()

    async def _wanted(self, want: Filter) -> Query:
        filters: list[Query] = [
            {"term": {name: value}} for name, value in (("sites", want.site), ("severity", want.severity)) if value
        ]
        barred: list[Query] = [{"exists": {"field": "merged_into"}}]
        if want.standing:
            taken = await self._hits("acknowledgement", {"match_all": {}}, [_descending("at")], MAX_FOUND, source=False)
            ids = {"ids": {"values": [hit["_id"] for hit in taken]}}
            (filters if want.standing is Standing.ACKNOWLEDGED else barred).append(ids)
        return {"filter": filters, "must_not": barred}

    async def _by_id(self, kind: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        hits = await self._hits(kind, {"ids": {"values": list(ids)}}, [], MAX_FOUND) if ids else []
        return {hit["_id"]: hit["_source"] for hit in hits}

    async def _hits(
        self, kind: str, query: Query, sort: list[Query], size: int, after: list[Any] | None = None, *, source: bool = True
    ) -> list[Any]:
        async with self._errors_told():
            found = await self._store.client.search(
                index=self._indices(kind),
                query=query,
                sort=sort or None,
                size=size,
                search_after=after,
                source=source,
                ignore_unavailable=True,
                track_total_hits=False,
            )
        return list(found["hits"]["hits"])

    def _indices(self, kind: str) -> str:
        """Events and detections have an index a day, the others have one."""
        return f"{self._prefix}{kind}-*" if kind in {"event", "detection"} else f"{self._prefix}{kind}"

    @asynccontextmanager
    async def _errors_told(self) -> AsyncIterator[None]:
        try:
            yield
        except (ApiError, TransportError) as error:
            raise self._store._translated(error) from error  # noqa: SLF001 - the store's words for the same server


def _descending(field: str, kind: str = "date") -> Query:
    return {field: {"order": "desc", "unmapped_type": kind}}


def _since(instant: datetime) -> Query:
    return {"range": {"event.created": {"gte": iso(instant)}}}


def _page(model: Any, hits: Sequence[Any], limit: int) -> Page[Any]:
    """The first ``limit`` hits as nouns; the one beyond says that there are more."""
    shown = hits[:limit]
    return Page(nouns(model, (hit["_source"] for hit in shown)), cursor(shown[-1]["sort"]) if len(hits) > limit else None)


def _source(site: str, bucket: Mapping[str, Any]) -> Source:
    fields = bucket["latest"]["hits"]["hits"][0]["fields"]
    [received], [happened] = fields["event.created"], fields["@timestamp"]
    return Source(site, bucket["key"], parse_iso(received), parse_iso(happened), bucket["counted"]["doc_count"])
