"""Counts the trust domains at which a rule matched, in a sliding window of event time: "k sites within w".

A Sigma ``value_count`` correlation over ``organization.id`` (Sigma correlation rules specification 2.1). Both ends of the window
count. Sites of one trust domain count once. An *episode* starts when the condition first holds and lasts while new evidence falls
within one window of the last; it reports when it starts and each time another trust domain joins, never for repetition.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from schemas.ids import digest

MAX_PER_SITE = 16
"""Evidence kept of one site: one noisy site must not push the others out."""
MAX_EVIDENCE = 400
"""Evidence kept in all: about 130 bytes each, so that a window stays below ``record.MAX_STATE``."""


class Evidence(NamedTuple):
    """One match that counts."""

    time: int
    """Event time in microseconds."""
    detection_id: str
    site: str
    trust_domain: str
    event_ids: tuple[str, ...]
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """The state of one correlation and group."""

    evidence: tuple[Evidence, ...] = ()
    episode: str | None = None
    reported: tuple[str, ...] = field(default=())
    """Trust domains that the running episode has reported."""
    last: int = 0
    """Latest evidence of the running episode."""

    def dump(self) -> Any:
        """Plain values for ``record.pack``."""
        return [list(self.evidence), self.episode, list(self.reported), self.last]

    @classmethod
    def load(cls, plain: Any) -> "Window":
        """The inverse of ``dump``; None is an empty window."""
        if plain is None:
            return cls()
        rows, episode, reported, last = plain
        evidence = tuple(
            Evidence(time, found, site, domain, tuple(events), tuple(hosts)) for time, found, site, domain, events, hosts in rows
        )
        return cls(evidence, episode, tuple(reported), last)


class Met(NamedTuple):
    """The condition holds, and more trust domains than last reported are part of it."""

    episode: str
    evidence: tuple[Evidence, ...]


def step(window: Window, new: Evidence, *, width: timedelta, threshold: int) -> tuple[Window, Met | None]:
    """Add one match.

    Args:
        window: State so far; evidence already in it changes nothing.
        new: The match.
        width: Length of the sliding window.
        threshold: Distinct trust domains that make the condition hold.
    """
    if any(kept.detection_id == new.detection_id for kept in window.evidence):
        return window, None
    reach = width // timedelta(microseconds=1)
    evidence = _bounded(sorted((*window.evidence, new)), reach)
    best = _widest(evidence, new, reach)
    domains = tuple(sorted({item.trust_domain for item in best}))
    running = window.episode is not None and abs(new.time - window.last) <= reach
    reported = window.reported if running else ()
    if len(domains) < threshold and not running:
        return Window(evidence), None
    episode = window.episode if running and window.episode else digest("episode", best[0].detection_id)
    last = max(window.last if running else 0, new.time)
    joined = tuple(sorted({*reported, *domains}))
    after = Window(evidence, episode, joined, last)
    return after, Met(episode, best) if joined != reported else None


def _widest(evidence: tuple[Evidence, ...], new: Evidence, reach: int) -> tuple[Evidence, ...]:
    """Of all windows that contain the new match, the evidence of the one with most trust domains (the earliest of equals)."""
    starts = [item.time for item in evidence if new.time - reach <= item.time <= new.time]
    windows = [tuple(item for item in evidence if start <= item.time <= start + reach) for start in starts]
    return max(windows, key=lambda items: len({item.trust_domain for item in items}))


def _bounded(evidence: list[Evidence], reach: int) -> tuple[Evidence, ...]:
    """Drop what no later match can meet, then the middle of each noisy site."""
    newest = evidence[-1].time
    alive = [item for item in evidence if item.time >= newest - 2 * reach]
    by_site: dict[str, list[Evidence]] = {}
    for item in alive:
        by_site.setdefault(item.site, []).append(item)
    half = MAX_PER_SITE // 2
    kept = [
        item for items in by_site.values() for item in (items if len(items) <= MAX_PER_SITE else items[:half] + items[-half:])
    ]
    return tuple(sorted(kept)[-MAX_EVIDENCE:])
