"""A replay, and the files that are read into it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.adapters.files import modified, read_whole
from ingest.framing import Framer, Record, batches
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import timestamp
from schemas.site import Site
from tocsin.replay import Replay
from tocsin.settings import Region
from tocsin.shipping import cut_letter
from tocsin.wiring.rules import Rules
from tocsin.wiring.stages import analysis, correlator, escalator


def replay(region: Region, rules: Rules) -> Replay:
    """The whole pipeline in memory, on event time."""
    return Replay(analysis(region, rules), correlator(region, rules, at_once=True), escalator(region))


def take_file(replay: Replay, site: str, source_type: str, path: Path, received: datetime) -> None:
    """A whole file into a replay; an unfinished last line is a record too, and a cut one is a dead letter besides."""
    framer, source = Framer(), f"{source_type}/{path.name}"
    for chunk in (*read_whole(path), b""):
        records = framer.feed(chunk) if chunk else framer.flush()
        for run in batches(records):
            replay.take(_batch(site, source, source_type, run, received))
        for record in records:
            if len(record.data) < record.length:
                replay.result.bury(cut_letter(site, source, str(path), record))


def _batch(site: str, source: str, source_type: str, run: Sequence[Record], received: datetime) -> RawBatch:
    return RawBatch(
        site=site,
        source=source,
        source_type=source_type,
        epoch="replay",
        positions=tuple(record.position for record in run),
        records=tuple(record.data for record in run),
        received=received,
    )


def received_by(recorded: Sequence[tuple[str, str, Path]], given: datetime | None) -> tuple[datetime, str]:
    """When recorded logs were received, and how that is known.

    Given, the latest instant that a log itself states, or the latest time a file was written; only the first two are a function of
    the input's content.
    """
    if given is not None:
        return given, "--received"
    stated = max((_last_stated(source_type, path) for _, source_type, path in recorded), default=None)
    if stated and stated > _NEVER:
        return stated, "the latest event"
    return max(modified(path) for _, _, path in recorded), "the files' modification time"


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


_FAR = datetime(9999, 1, 1, tzinfo=UTC)


DATED = frozenset({"windows_event", "ecs"})
"""Source types whose records state their year."""


def _last_stated(source_type: str, path: Path) -> datetime:
    """The latest instant in a file whose records state year and zone themselves."""
    last = _NEVER
    if source_type not in DATED:
        return last
    site, framer = Site(finess="000000000", name="any"), Framer()
    for chunk in (*read_whole(path), b""):
        for run in batches(framer.feed(chunk) if chunk else framer.flush()):
            for event in normalise(_batch(site.finess, "any", source_type, run, _FAR), site):
                instant = timestamp(event)
                last = instant if last < instant < _FAR else last
    return last
