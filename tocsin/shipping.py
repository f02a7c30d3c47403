"""Files to RawBatches on a log: read, frame, append, await the acknowledgement, then remember how far.

A record is forgotten only once the log has it. After a crash the records since the last remembered place are sent again, with the
same positions and so the same event ids; the stream epoch is drawn once, when the shipper's memory is created.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ingest.framing import MAX_RECORD, Framer, Record, batches
from schemas import codec, topics
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from tocsin.drivers.perform import patiently
from tocsin.ports import Log, State


class Growing(Protocol):
    """A source of bytes that remembers how far it was read (``ingest.adapters.files.Followed``)."""

    @property
    def place(self) -> tuple[int, int, int]:
        """Inode, offset of the next byte, and what earlier files of the name came to."""

    def read(self) -> bytes:
        """The next bytes, or none."""


@dataclass(frozen=True)
class Declared:
    """One source as declared: whose it is, what it is called, how its records are parsed."""

    site: str
    name: str
    type: str
    path: Path


class Shipper:
    """Follows the sources of one or several sites.

    Args:
        declared: The sources.
        follow: Opens one at the place that was remembered; None is the beginning.
        log: Where batches go.
        state: Remembers the epoch and the places.
        clock: Gives now.
        epoch: Used when the state has none yet: random, drawn by the caller.
        prefix: Put before every topic.
    """

    def __init__(
        self,
        declared: Sequence[Declared],
        follow: Callable[[Path, Sequence[int] | None], Growing],
        log: Log,
        state: State,
        clock: Callable[[], datetime],
        epoch: str,
        prefix: str = "",
    ) -> None:
        self._log = log
        self._state = state
        self._clock = clock
        self._prefix = prefix
        self._epoch = self._kept_epoch(epoch)
        self._open = [(source, follow(source.path, self._place(source))) for source in declared]
        self._framers = {source: self._framer(file) for source, file in self._open}

    def _kept_epoch(self, fresh: str) -> str:
        kept = self._state.get("epoch")
        if kept is None:
            self._state.put({"epoch": fresh.encode()})
            return fresh
        return kept.decode()

    def _place(self, source: Declared) -> Sequence[int] | None:
        kept = self._state.get(f"place/{source.site}/{source.name}")
        return tuple(json.loads(kept)) if kept else None

    @staticmethod
    def _framer(file: Growing) -> Framer:
        _, offset, base = file.place
        return Framer(position=base + offset)

    async def round(self, *, last: bool = False) -> bool:
        """Ship what is new in every source; answers whether there was anything.

        Args:
            last: Also ship an unfinished last line: nothing will be added to it.
        """
        return any([await self._ship(source, file, last=last) for source, file in self._open])

    async def _ship(self, source: Declared, file: Growing, *, last: bool) -> bool:
        before = file.place
        chunk = file.read()
        if file.place[0] != before[0] or file.place[2] != before[2]:
            await self._begin(source, file.place, len(chunk))
        framer = self._framers[source]
        records = framer.feed(chunk)
        if last and not chunk:
            records += framer.flush()
        await self._send(source, records)
        if records:
            inode, _, base = file.place
            self._remember(source, (inode, records[-1].position + records[-1].length - base, base))
        return bool(chunk or records)

    async def _begin(self, source: Declared, place: tuple[int, int, int], read: int) -> None:
        """The name went to another file, or it was cut short: what was unfinished stays so, and the start is a place to remember."""
        inode, offset, base = place
        await self._send(source, self._framers[source].flush())
        self._framers[source] = Framer(position=base + offset - read)
        self._remember(source, (inode, offset - read, base))

    async def _send(self, source: Declared, records: Sequence[Record]) -> None:
        topic = self._prefix + topics.raw(source.site)
        for run in batches(records):
            batch = RawBatch(
                site=source.site,
                source=source.name,
                source_type=source.type,
                epoch=self._epoch,
                positions=tuple(record.position for record in run),
                records=tuple(record.data for record in run),
                received=self._clock(),
            )
            data = codec.encode(batch)
            await patiently(lambda data=data: self._log.append(topic, source.name, data))  # type: ignore[misc]
        for record in records:
            if len(record.data) < record.length:
                await self._report_cut(source, record)

    async def _report_cut(self, source: Declared, record: Record) -> None:
        letter = cut_letter(source.site, source.name, str(source.path), record)
        await patiently(lambda: self._log.append(self._prefix + topics.DEAD, letter.id, codec.encode(letter)))

    def _remember(self, source: Declared, place: tuple[int, int, int]) -> None:
        """The place after the last record: an unfinished line behind it is read again after a restart."""
        self._state.put({f"place/{source.site}/{source.name}": json.dumps(place).encode()})


def cut_letter(site: str, source: str, path: str, record: Record) -> DeadLetter:
    """Says that a record was too long, how much of it is here and where the rest is."""
    return DeadLetter(
        topic=f"source/{site}",
        key=source,
        data=record.data,
        reason=f"record of {record.length} bytes at position {record.position} of {path}; the first {MAX_RECORD} are kept",
        site=site,
        source=source,
    )
