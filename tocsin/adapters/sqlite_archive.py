"""An ``Archive`` over the SQLite file that ``tocsin run`` writes, through a connection that can only read.

The file is opened when it is first asked for something: until the region has run, the store is away. Incidents are read severity by
severity, so that each page is a walk along an index. The indexes are named, because SQLite does not guess them right.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from console.ports import Acknowledgement, Filter, Mail, Page, Source, Standing
from schemas.detection import Detection, Level
from schemas.errors import Unavailable
from schemas.event import Event
from schemas.incident import Incident, Membership
from schemas.lead import Lead
from schemas.noun import iso, parse_iso
from tocsin.adapters.documents_archive import cursor, mails, nouns, place

_SEVERITY, _OPENED = "json_extract(body, '$.severity')", "json_extract(body, '$.opened')"
_OF, _TIME = "json_extract(body, '$.incident_id')", "json_extract(body, '$.time')"
_LAST_SEEN = "json_extract(body, '$.last_seen')"
_NOTICE_OF = "json_extract(body, '$.notice.incident_id')"
_SITE, _DATASET = """json_extract(body, '$."organization.id"')""", """json_extract(body, '$."event.dataset"')"""
_RECEIVED, _HAPPENED = """json_extract(body, '$."event.created"')""", """json_extract(body, '$."@timestamp"')"""

_TAKEN = "EXISTS (SELECT 1 FROM document AS taken WHERE taken.kind='acknowledgement' AND taken.id=document.id)"
_STANDING = {None: "1", Standing.ACKNOWLEDGED: _TAKEN, Standing.WAITING: f"NOT {_TAKEN}"}

_QUEUE = f"""
SELECT body, {_OPENED}, id FROM document INDEXED BY incident_by_opened
WHERE kind='incident' AND {_SEVERITY}=:severity AND json_extract(body, '$.merged_into') IS NULL AND {{standing}}
AND (:site IS NULL OR EXISTS (SELECT 1 FROM json_each(body, '$.sites') WHERE value=:site))
AND (:opened IS NULL OR {_OPENED}<:opened OR ({_OPENED}=:opened AND id<:id))
ORDER BY {_OPENED} DESC, id DESC LIMIT :limit
"""  # noqa: S608 - our own expressions; values are parameters
_MEMBERS = f"""
SELECT body, {_TIME}, id FROM document INDEXED BY membership_by_time
WHERE kind='membership' AND {_OF} IN (SELECT value FROM json_each(:incidents))
AND (:time IS NULL OR {_TIME}>:time OR ({_TIME}=:time AND id>:id)) ORDER BY {_TIME}, id LIMIT :limit
"""  # noqa: S608 - as above
_LEADS = f"""
SELECT body, {_LAST_SEEN}, id FROM document INDEXED BY lead_by_time
WHERE kind='lead' AND (:seen IS NULL OR {_LAST_SEEN}<:seen OR ({_LAST_SEEN}=:seen AND id<:id))
ORDER BY {_LAST_SEEN} DESC, id DESC LIMIT :limit
"""  # noqa: S608 - as above
_NOTICES = f"""
SELECT body FROM document INDEXED BY notice_by_incident
WHERE kind='notice' AND {_NOTICE_OF} IN (SELECT value FROM json_each(:incidents))
"""  # noqa: S608 - as above
_BY_ID = "SELECT id, body FROM document WHERE kind=:kind AND id IN (SELECT value FROM json_each(:ids))"
_NAMED = "SELECT id FROM document WHERE kind='incident' AND id>=:beginning AND id<:beginning || 'g' ORDER BY id LIMIT :limit"

_EVENTS = f"FROM document INDEXED BY event_by_source WHERE kind='event' AND {_SITE}"
_NEXT_SITE = f"SELECT {_SITE}, {_DATASET} {_EVENTS}>:site ORDER BY {_SITE}, {_DATASET} LIMIT 1"
_NEXT_SOURCE = f"SELECT {_SITE}, {_DATASET} {_EVENTS}=:site AND {_DATASET}>:dataset ORDER BY {_DATASET} LIMIT 1"
_LATEST = (
    f"SELECT {_RECEIVED}, {_HAPPENED} {_EVENTS}=:site AND {_DATASET}=:dataset ORDER BY {_RECEIVED} DESC, {_HAPPENED} DESC LIMIT 1"
)
_COUNTED = f"SELECT count(*) {_EVENTS}=:site AND {_DATASET}=:dataset AND {_RECEIVED}>=:since"


class SqliteArchive:
    """See ``Archive``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made: sqlite3.Connection | None = None

    async def incidents(self, want: Filter, after: str | None, limit: int) -> Page[Incident]:
        """See ``Archive``."""
        rank, *here = place(after, (int, str, str)) or (len(Level), None, None)
        rows: list[Any] = []
        for severity in sorted(Level, key=lambda level: -level.rank):
            if want.severity in {None, severity} and severity.rank <= rank:
                opened, name = here if severity.rank == rank else (None, None)
                values = {"severity": severity, "site": want.site, "opened": opened, "id": name, "limit": limit + 1 - len(rows)}
                found = self._rows(_QUEUE.format(standing=_STANDING[want.standing]), values)
                rows += [(body, (severity.rank, *sort)) for body, *sort in found]
        return _page(Incident, rows, limit)

    async def incident(self, name: str) -> Incident | None:
        """See ``Archive``."""
        return next(iter(nouns(Incident, self._by_id("incident", [name]).values())), None)

    async def named(self, beginning: str, limit: int) -> Sequence[str]:
        """See ``Archive``."""
        return [row[0] for row in self._rows(_NAMED, {"beginning": beginning, "limit": limit})]

    async def memberships(self, incidents: Sequence[str], after: str | None, limit: int) -> Page[Membership]:
        """See ``Archive``."""
        time, name = place(after, (str, str)) or (None, None)
        values = {"incidents": _list(incidents), "time": time, "id": name, "limit": limit + 1}
        return _page(Membership, [(body, sort) for body, *sort in self._rows(_MEMBERS, values)], limit)

    async def detections(self, ids: Sequence[str]) -> Mapping[str, Detection]:
        """See ``Archive``."""
        return {found.id: found for found in nouns(Detection, self._by_id("detection", ids).values())}

    async def events(self, ids: Sequence[str]) -> Mapping[str, Event]:
        """See ``Archive``."""
        return self._by_id("event", ids)

    async def acknowledgements(self, incidents: Sequence[str]) -> Mapping[str, Acknowledgement]:
        """See ``Archive``."""
        return {act.incident_id: act for act in nouns(Acknowledgement, self._by_id("acknowledgement", incidents).values())}

    async def mails(self, incidents: Sequence[str]) -> Sequence[Mail]:
        """See ``Archive``."""
        return mails(orjson.loads(row[0]) for row in self._rows(_NOTICES, {"incidents": _list(incidents)}))

    async def leads(self, after: str | None, limit: int) -> Page[Lead]:
        """See ``Archive``."""
        seen, name = place(after, (str, str)) or (None, None)
        rows = self._rows(_LEADS, {"seen": seen, "id": name, "limit": limit + 1})
        return _page(Lead, [(body, sort) for body, *sort in rows], limit)

    async def sources(self, heard_since: datetime, counted_since: datetime) -> Sequence[Source]:
        """See ``Archive``."""
        found = []
        for site, dataset in self._pairs():
            source = {"site": site, "dataset": dataset}
            [(received, happened)] = self._rows(_LATEST, source)
            if received >= iso(heard_since):
                [(count,)] = self._rows(_COUNTED, {**source, "since": iso(counted_since)})
                found.append(Source(site, dataset, parse_iso(received), parse_iso(happened), count))
        return found

    async def close(self) -> None:
        """Close the file."""
        if self._made is not None:
            self._made.close()

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Each site with each of its sources: a few steps along the index, however many events there are."""
        pair = next(iter(self._rows(_NEXT_SITE, {"site": ""})), None)
        while pair:
            yield pair
            step = {"site": pair[0], "dataset": pair[1]}
            pair = next(iter(self._rows(_NEXT_SOURCE, step) or self._rows(_NEXT_SITE, {"site": pair[0]})), None)

    def _by_id(self, kind: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {row[0]: orjson.loads(row[1]) for row in self._rows(_BY_ID, {"kind": kind, "ids": _list(ids)})}

    def _rows(self, query: str, values: Mapping[str, Any]) -> list[Any]:
        try:
            if self._made is None:
                self._made = sqlite3.connect(
                    f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=2
                )
            return self._made.execute(query, dict(values)).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"the database {self._path} cannot be read: {error}") from error


def _page(model: Any, rows: Sequence[Any], limit: int) -> Page[Any]:
    """The first ``limit`` rows as nouns; the one beyond says that there are more."""
    shown = rows[:limit]
    return Page(nouns(model, (orjson.loads(row[0]) for row in shown)), cursor(shown[-1][1]) if len(rows) > limit else None)


def _list(texts: Sequence[str]) -> str:
    return orjson.dumps(list(texts)).decode()
