"""Bytes to records and records to batches, whatever the cuts in the stream of bytes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_RECORD = 262_144
"""Bytes kept of one record."""
BATCH_RECORDS = 500
"""Records in one batch at most."""
BATCH_BYTES = 512 * 1024
"""Bytes of records in one batch at most, unless one record alone is longer."""


class Record(NamedTuple):
    """One line without its end; it was cut when ``len(data) < length``.

    ``position`` is the offset of its first byte in the source, ``length`` how many bytes it really had.
    """

    position: int
    data: bytes
    length: int


class Framer:
    """Cuts a stream of bytes into lines ended by LF or CRLF; empty lines are skipped.

    Holds at most ``max_record`` bytes between two calls: what a longer line has beyond is counted, not kept.
    """

    def __init__(self, position: int = 0, max_record: int = MAX_RECORD) -> None:
        self._start = position
        self._max = max_record
        self._kept = bytearray()
        self._length = 0
        self._ends_with_cr = False

    def feed(self, chunk: bytes) -> list[Record]:
        """The records that this chunk completes."""
        records: list[Record] = []
        begin = 0
        while (end := chunk.find(b"\n", begin)) >= 0:
            self._take(chunk, begin, end)
            self._close(records, terminator=1)
            begin = end + 1
        self._take(chunk, begin, len(chunk))
        return records

    def flush(self) -> list[Record]:
        """The last line when nothing ended it: at most one record. The framer then stands after it."""
        records: list[Record] = []
        self._close(records, terminator=0)
        return records

    def _take(self, chunk: bytes, begin: int, end: int) -> None:
        if begin == end:
            return
        room = self._max + 1 - len(self._kept)  # one more than the limit: it may be the CR of the line's end
        self._kept += chunk[begin : min(end, begin + room)]
        self._length += end - begin
        self._ends_with_cr = chunk[end - 1] == ord("\r")

    def _close(self, records: list[Record], terminator: int) -> None:
        length = self._length - self._ends_with_cr
        if length:
            records.append(Record(self._start, bytes(self._kept[: min(length, self._max)]), length))
        self._start += self._length + terminator
        self._kept.clear()
        self._length = 0
        self._ends_with_cr = False


def batches(records: Iterable[Record], max_records: int = BATCH_RECORDS, max_bytes: int = BATCH_BYTES) -> Iterator[list[Record]]:
    """Group records, in order, into runs that fit one RawBatch; no run is empty."""
    run: list[Record] = []
    size = 0
    for record in records:
        if run and (len(run) == max_records or size + len(record.data) > max_bytes):
            yield run
            run, size = [], 0
        run.append(record)
        size += len(record.data)
    if run:
        yield run
