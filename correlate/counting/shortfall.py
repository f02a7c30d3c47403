"""What each correlation did not count, and why: never dropped in silence. One small document for each correlation, whole at all times."""

from collections import Counter
from collections.abc import Iterator, MutableMapping
from datetime import datetime

from correlate import record
from schemas.output import Document

LATE = "late"
"""Matches that came after what they belong to was judged, or longer after than matches are remembered."""
FUTURE = "future"
"""Matches whose time lies more than a day ahead of the pipeline's clock."""
LOST = "lost"
"""Matches that had to go because their group had too many: a count of it may be too low."""
UNOPENED = "unopened"
"""Matches of groups that could not be opened because their trust domain has too many groups, or too many open windows."""
NOT_A_NUMBER = "not_a_number"
"""Matches whose field is no number that can be added up."""
REASONS = (LATE, FUTURE, LOST, UNOPENED, NOT_A_NUMBER)


class Shortfall:
    """The additions of one step; ``close`` puts them with what was known and tells the sums."""

    def __init__(self, memory: MutableMapping[str, bytes]) -> None:
        self._memory = memory
        self._added: Counter[tuple[str, str]] = Counter()

    def add(self, correlation: str, reason: str, count: int = 1) -> None:
        """Some matches were not counted."""
        if count:
            self._added[correlation, reason] += count

    def close(self, now: datetime) -> Iterator[Document]:
        """One document for each correlation that has lost something in this step; its version is the sum, which only grows."""
        for correlation in sorted({name for name, _ in self._added}):
            key = f"shortfall/{correlation}"
            known = dict(zip(REASONS, record.unpack(self._memory.get(key)) or (0,) * len(REASONS), strict=True))
            sums = {reason: known[reason] + self._added[correlation, reason] for reason in REASONS}
            self._memory[key] = record.pack(now, list(sums.values()))
            yield Document("shortfall", correlation, {"id": correlation, **sums}, version=sum(sums.values()))
        self._added.clear()
