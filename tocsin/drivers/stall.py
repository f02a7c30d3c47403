"""Knows a worker that has stopped working from one that waits for work: committed lag, and how long it has not moved.

Faust can stop fetching or committing without an error (after broker trouble, or with a gap in its acknowledged offsets), so the judge
is what the broker says was committed. A worker that can still judge begins anew; one that cannot stops saying that it is well, and
whoever watches from outside restarts it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

PATIENCE = timedelta(seconds=60)
"""Longer than a rebalance and the recovery of a table. The slowest batch does not count: then a message is in hand."""

Offsets = Mapping[tuple[str, int], int]
"""By topic and partition."""


class Watch(NamedTuple):
    """What was last seen, and since when it has not moved."""

    committed: Offsets
    since: datetime

    @classmethod
    def begin(cls, now: datetime) -> "Watch":
        """Nothing seen yet."""
        return cls({}, now)

    def look(self, committed: Offsets, ends: Offsets, now: datetime) -> "Watch":
        """The next watch: time runs only while there is lag and no commit moves."""
        lag = any(end > committed.get(place, 0) for place, end in ends.items())
        still = lag and dict(committed) == dict(self.committed)
        return Watch(committed, self.since if still else now)

    def stalled(self, now: datetime) -> bool:
        """Whether somebody should restart the worker."""
        return now - self.since > PATIENCE
