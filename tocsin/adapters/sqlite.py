"""Log, State and Store in one SQLite file, so that one transaction holds a whole turn of a stage.

WAL with ``synchronous=FULL``: what is committed survives a power cut. One process owns the file (``EXCLUSIVE`` would keep
``tocsin dead`` and ``tocsin doctor`` out, so the owner holds a lock file instead, see ``tocsin.wiring``).
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from schemas.errors import ConfigurationError, Unavailable
from schemas.output import Document
from tocsin.ports import KNOWN, STORED, Answer, Message

_TABLES = """
CREATE TABLE IF NOT EXISTS log (
  offset INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS log_by_topic ON log (topic, offset);
CREATE TABLE IF NOT EXISTS progress (reader TEXT, topic TEXT, offset INTEGER NOT NULL, PRIMARY KEY (reader, topic)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (stage TEXT, key TEXT, data BLOB NOT NULL, PRIMARY KEY (stage, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS document (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER, day TEXT, body BLOB NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS document_by_age ON document (kind, number);
CREATE INDEX IF NOT EXISTS incident_by_opened ON document (
  json_extract(body, '$.severity'), json_extract(body, '$.opened'), id) WHERE kind='incident';
CREATE INDEX IF NOT EXISTS membership_by_time ON document (
  json_extract(body, '$.incident_id'), json_extract(body, '$.time'), id) WHERE kind='membership';
CREATE INDEX IF NOT EXISTS notice_by_incident ON document (json_extract(body, '$.notice.incident_id')) WHERE kind='notice';
CREATE INDEX IF NOT EXISTS lead_by_time ON document (json_extract(body, '$.last_seen'), id) WHERE kind='lead';
CREATE INDEX IF NOT EXISTS event_by_source ON document (
  json_extract(body, '$."organization.id"'), json_extract(body, '$."event.dataset"'), json_extract(body, '$."event.created"'),
  json_extract(body, '$."@timestamp"')) WHERE kind='event';
"""
"""The indexes over contents are for ``sqlite_archive``, which repeats their expressions word for word."""


class Database:
    """The file. Outside ``transaction`` every statement commits by itself.

    Args:
        path: The file.
        durable: Whether what is committed survives a power cut; a killed process loses nothing either way.

    Raises:
        ConfigurationError: the path is no database, or its folder cannot be written.
    """

    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        try:
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            synchronous = "FULL" if durable else "OFF"
            self.connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};{_TABLES}")
        except sqlite3.Error as error:
            raise ConfigurationError(f"cannot open the database {path}: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside are committed together, or none."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # a full disk has ended it already
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def progress(self, reader: str, topic: str) -> int:
        """The offset up to which the reader has finished the topic; 0 at first."""
        row = self.connection.execute("SELECT offset FROM progress WHERE reader=? AND topic=?", (reader, topic)).fetchone()
        return int(row[0]) if row else 0

    def advance(self, reader: str, topic: str, offset: int) -> None:
        """Note that the reader has finished this message."""
        self.connection.execute("INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", (reader, topic, offset))

    def topics(self) -> list[str]:
        """Topics with messages."""
        return [row[0] for row in self.connection.execute("SELECT DISTINCT topic FROM log")]

    def trim(self, topic: str, offset: int) -> None:
        """Forget messages up to the offset: their one reader has finished them."""
        self.connection.execute("DELETE FROM log WHERE topic=? AND offset<=?", (topic, offset))

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


@contextmanager
def _waiting(connection: sqlite3.Connection) -> Iterator[None]:
    """Outside a transaction, a locked file or a full disk is a matter of time; inside, the whole transaction has failed."""
    alone = not connection.in_transaction
    try:
        yield
    except sqlite3.OperationalError as error:
        if alone:
            raise Unavailable(f"the database cannot be written: {error}") from error
        raise


class SqliteLog:
    """A ``Log``; every topic has one partition, 0, and offsets grow over all topics together."""

    def __init__(self, database: Database) -> None:
        self._connection = database.connection

    async def append(self, topic: str, key: str, data: bytes) -> None:
        """See ``Log``; durable when the surrounding transaction is."""
        with _waiting(self._connection):
            self._connection.execute("INSERT INTO log (topic, key, data) VALUES (?, ?, ?)", (topic, key, data))

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Message]:
        """See ``Log``."""
        query = "SELECT offset, key, data FROM log WHERE topic=? AND offset>=? ORDER BY offset LIMIT ?"
        rows = self._connection.execute(query, (topic, offset, limit if partition == 0 else 0))
        return [Message(topic, 0, place, key, data) for place, key, data in rows]


class SqliteState:
    """A ``State`` for one stage."""

    def __init__(self, database: Database, stage: str) -> None:
        self._database = database
        self._connection = database.connection
        self._stage = stage

    def get(self, key: str) -> bytes | None:
        """See ``State``."""
        row = self._connection.execute("SELECT data FROM state WHERE stage=? AND key=?", (self._stage, key)).fetchone()
        return bytes(row[0]) if row else None

    def put(self, changes: Mapping[str, bytes | None]) -> None:
        """See ``State``."""
        if self._connection.in_transaction:
            self._put(changes)
        else:
            with self._database.transaction():
                self._put(changes)

    def _put(self, changes: Mapping[str, bytes | None]) -> None:
        kept = [(self._stage, key, data) for key, data in changes.items() if data is not None]
        gone = [(self._stage, key) for key, data in changes.items() if data is None]
        self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", kept)
        self._connection.executemany("DELETE FROM state WHERE stage=? AND key=?", gone)

    def keys(self) -> Iterator[str]:
        """See ``State``."""
        yield from [row[0] for row in self._connection.execute("SELECT key FROM state WHERE stage=?", (self._stage,))]


_UPSERT = """
INSERT INTO document (kind, id, version, day, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET version=excluded.version, day=excluded.day, body=excluded.body
WHERE excluded.version > document.version
"""


class SqliteStore:
    """A ``Store``."""

    def __init__(self, database: Database) -> None:
        self._connection = database.connection

    async def upsert(self, documents: Sequence[Document]) -> Sequence[Answer]:
        """See ``Store``."""
        return [self._upsert_one(document) for document in documents]

    def _upsert_one(self, document: Document) -> Answer:
        try:
            body = orjson.dumps(document.body)
        except (TypeError, ValueError) as error:
            return Answer("refused", f"{document.kind} {document.id} is no JSON: {error}")
        with _waiting(self._connection):
            cursor = self._connection.execute(_UPSERT, (document.kind, document.id, document.version, document.day, body))
        return STORED if cursor.rowcount == 1 else KNOWN

    async def read(self, kind: str, id: str) -> Document | None:  # noqa: A002 - as the port
        """See ``Store``."""
        query = "SELECT body, version, day FROM document WHERE kind=? AND id=?"
        row = self._connection.execute(query, (kind, id)).fetchone()
        return Document(kind, id, orjson.loads(row[0]), version=row[1], day=row[2]) if row else None

    async def recent(self, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """See ``Store``."""
        rows = self._connection.execute("SELECT body FROM document WHERE kind=? ORDER BY number DESC LIMIT ?", (kind, limit))
        return [orjson.loads(row[0]) for row in rows]

    def counts(self) -> Mapping[str, int]:
        """How many documents there are of each kind."""
        return dict(self._connection.execute("SELECT kind, count(*) FROM document GROUP BY kind"))
