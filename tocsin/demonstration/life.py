"""The simulated region as it lives: its log lines, in the order of time over all hospitals, on a clock that jumps from batch to batch."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from schemas import codec, topics
from schemas.batch import RawBatch
from tocsin.ports import Log
from tocsin.simulation.formats.sources import file_name
from tocsin.simulation.places import Place
from tocsin.simulation.region import Line, Simulated

STEP = timedelta(minutes=5)
"""How far the region's clock goes in one round."""
BATCH = 500
"""Records in one batch at most, as a shipper sends them."""


class Life:
    """Feeds an embedded pipeline.

    Args:
        simulated: The region.
    """

    def __init__(self, simulated: Simulated) -> None:
        self.now = simulated.start
        self.end = simulated.start + timedelta(days=simulated.days)
        self.lines = 0
        """How many were sent."""
        self._sites = [_Site(place, simulated.lines(place)) for place in simulated.places]

    def clock(self) -> datetime:
        """Now, in the region."""
        return self.now

    async def feed(self, log: Log) -> bool:
        """A step further: all that was written until then goes to the log, from every site; answers whether the day goes on."""
        if self.now >= self.end:
            return False
        self.now = min(self.now + STEP, self.end)
        for site in self._sites:
            for batch in site.until(self.now):
                self.lines += len(batch.records)
                await log.append(topics.raw(batch.site), batch.source, codec.encode(batch))
        return True


class _Site:
    """One hospital's lines, read as far as the clock is."""

    def __init__(self, place: Place, lines: Iterator[Line]) -> None:
        self._place = place
        self._lines = lines
        self._next = next(lines, None)
        self._positions: defaultdict[str, int] = defaultdict(int)

    def until(self, now: datetime) -> Iterator[RawBatch]:
        written: defaultdict[str, list[bytes]] = defaultdict(list)
        while self._next is not None and self._next.time <= now:
            written[self._next.source_type].append(self._next.text)
            self._next = next(self._lines, None)
        for kind, texts in written.items():
            for start in range(0, len(texts), BATCH):
                yield self._batch(kind, texts[start : start + BATCH], now)

    def _batch(self, kind: str, texts: Sequence[bytes], now: datetime) -> RawBatch:
        positions = []
        for text in texts:
            positions.append(self._positions[kind])
            self._positions[kind] += len(text) + 1
        return RawBatch(
            site=self._place.finess,
            source=f"{kind}/{file_name(self._place, kind)}",
            source_type=kind,
            epoch="demonstration",
            positions=tuple(positions),
            records=tuple(texts),
            received=now,
        )
