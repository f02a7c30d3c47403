"""A ``State`` over a Faust table: plain bytes, no windows, no schema (both lose state after a restart).

A table writes one changelog record for each key, so a crash could keep some keys of a put and lose the rest. A put of several keys
therefore writes all of them under one *intent* key first; whoever recovers the table carries an intent out before anything else.
"""

from collections.abc import Iterator, Mapping, MutableMapping

import msgpack

INTENT = "\x00intent"


class FaustState:
    """A ``State``; used only inside the agent that owns the table."""

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
        if len(changes) > 1:
            self._table[INTENT] = bytes(msgpack.packb(dict(changes)))
        self._apply(changes)
        if len(changes) > 1:
            del self._table[INTENT]

    def keys(self) -> Iterator[str]:
        """See ``State``."""
        self._carry_out()
        yield from [key for key in self._table if key != INTENT]

    def _carry_out(self) -> None:
        if self._recovered:
            return
        self._recovered = True
        if INTENT in self._table:
            self._apply(msgpack.unpackb(self._table[INTENT]))
            del self._table[INTENT]

    def _apply(self, changes: Mapping[str, bytes | None]) -> None:
        for key, data in changes.items():
            if data is not None:
                self._table[key] = data
            elif key in self._table:
                del self._table[key]
