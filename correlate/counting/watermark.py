"""How far a trust domain's logs have come in event time: behind the line nothing more is awaited.

Each source tells how far it has come. The line follows the slowest source that still speaks, ``PATIENCE`` behind it; a source that has
said nothing for ``SILENCE`` is not waited for, and when none speaks at all the clock takes over, ``SILENCE`` behind: an absence is also
found at a site that has fallen silent. The line never goes back.
"""

from datetime import timedelta
from typing import Any, NamedTuple

PATIENCE = timedelta(minutes=5)
"""How far the records of one source may be out of order, and an upper bound still be exact."""
SILENCE = timedelta(minutes=30)
"""How long a source may say nothing and still be waited for."""
MAX_SOURCES = 200
"""Sources remembered of one trust domain, those last heard: about 150 bytes each."""
MAX_PENDING = 200
"""Batches whose detections still wait to be counted."""

_MICROSECOND = timedelta(microseconds=1)
_PATIENCE, _SILENCE = PATIENCE // _MICROSECOND, SILENCE // _MICROSECOND


class Reach(NamedTuple):
    """The state of one trust domain; all times in microseconds."""

    line: int = 0
    """Event time that every source has left behind."""
    sources: tuple[tuple[str, int, int], ...] = ()
    """Source, how far it has come in event time, when it was last heard on the pipeline's clock."""
    pending: tuple[tuple[int, str, int], ...] = ()
    """When it arrived, source and how far: counts once the detections that came with it were counted."""

    @classmethod
    def load(cls, plain: Any) -> "Reach":
        """From the plain values of a record; None is a trust domain never heard."""
        if plain is None:
            return cls()
        line, sources, pending = plain
        return cls(line, tuple((name, far, at) for name, far, at in sources), tuple((at, name, far) for at, name, far in pending))


def hear(reach: Reach, source: str, reached: int, now: int) -> Reach:
    """A batch of a source has arrived. Of too many pending, the first of each source stays: the line only follows later."""
    pending = (*reach.pending, (now, source, reached))
    if len(pending) > MAX_PENDING:
        pending = tuple({item[1]: item for item in reversed(pending)}.values())[::-1]
    return reach._replace(pending=pending)


def advance(reach: Reach, settled: int, now: int) -> Reach:
    """Take note of the batches that arrived at ``settled`` or before, whose detections are counted, and move the line."""
    sources = {name: (far, at) for name, far, at in reach.sources}
    for at, name, far in reach.pending:
        if at <= settled:
            sources[name] = (max(far, sources.get(name, (far, 0))[0]), at)
    latest = sorted(sources.items(), key=lambda item: (item[1][1], item[0]))[-MAX_SOURCES:]
    pending = tuple(item for item in reach.pending if item[0] > settled)
    speaking = [far for _, (far, at) in latest if at >= now - _SILENCE]
    if speaking:
        line = min(speaking) - _PATIENCE
    elif pending or not latest:
        line = reach.line
    else:
        line = now - _SILENCE
    return Reach(max(reach.line, line), tuple((name, far, at) for name, (far, at) in latest), pending)
