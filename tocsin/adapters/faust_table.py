"""A ``State`` over a Faust table: plain bytes, no windows, no schema (both lose state after a restart).

A table writes one changelog record for each key, so a crash could keep some keys of a put and lose the rest. A put of several keys
therefore writes all of them under one *intent* first; whoever recovers the table carries an intent out before anything else. An
intent is as many records as it needs, because Kafka takes about a megabyte each; the last one makes it count.
"""

from collections.abc import Iterator, Mapping, MutableMapping

import msgpack

from schemas.errors import Refused

INTENT = "\x00intent"
PART = 500_000
"""Bytes of an intent in one record."""
MAX_RECORD = 1_000_000
"""Bytes; Faust would drop a record that Kafka does not take, and forget it at the next restart."""


class FaustState:
    """A ``State``; used only inside the agent that owns the table.

    Raises:
        Refused: a record is too large to be kept.
    """

    def __init__(self, table: MutableMapping[str, bytes]) -> None:
        self._table = table
        self._recovered = False

    def reassigned(self) -> None:
        """The table was recovered from its changelog: look for an intent before the next use."""
        self._recovered = False

    def get(self, key: str) -> bytes | None:
        """See ``State``."""
        self._carry_out()
        return self._table[key] if key in self._table else None  # noqa: SIM401 - a table's get makes defaults

    def put(self, changes: Mapping[str, bytes | None]) -> None:
        """See ``State``."""
        self._carry_out()
        for key, data in changes.items():
            if data is not None and len(data) > MAX_RECORD:
                raise Refused(f"a state record of {len(data)} bytes, {key!r}, is more than the {MAX_RECORD} that can be kept")
        intent = self._announce(changes) if len(changes) > 1 else []
        self._apply(changes)
        self._apply(dict.fromkeys(intent))

    def keys(self) -> Iterator[str]:
        """See ``State``."""
        self._carry_out()
        yield from [key for key in self._table if not key.startswith(INTENT)]

    def _announce(self, changes: Mapping[str, bytes | None]) -> list[str]:
        """Write the intent; gives its keys, the one that makes it count first: they are deleted in that order."""
        packed = bytes(msgpack.packb(dict(changes)))
        *more, last = [packed[start : start + PART] for start in range(0, len(packed), PART)]
        parts = {f"{INTENT}/{number}": part for number, part in enumerate(more)}
        self._apply(parts)
        self._table[INTENT] = bytes(msgpack.packb([len(more), last]))
        return [INTENT, *parts]

    def _carry_out(self) -> None:
        if self._recovered:
            return
        self._recovered = True
        if INTENT in self._table:
            count, last = msgpack.unpackb(self._table[INTENT])
            more = [self._table[f"{INTENT}/{number}"] for number in range(count)]
            self._apply(msgpack.unpackb(b"".join([*more, last])))
        self._apply(dict.fromkeys(sorted(key for key in self._table if key.startswith(INTENT))))

    def _apply(self, changes: Mapping[str, bytes | None]) -> None:
        for key, data in changes.items():
            if data is not None:
                self._table[key] = data
            elif key in self._table:
                del self._table[key]
