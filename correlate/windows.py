"""Counts the trust domains at which a rule matched, in a sliding window of event time: "k sites within w".

A Sigma ``value_count`` correlation over ``organization.id`` (Sigma correlation rules specification 2.1). Both ends of the window
count. Sites of one trust domain count once. An *episode* starts when the condition first holds and lasts while evidence falls within
one window of it; it reports when it starts and each time another site joins. Late evidence may extend an episode backwards, tie two
together, or start one that lies before those already known.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from schemas.ids import digest

REACH = timedelta(days=7)
"""How late evidence may be and still count: a hospital cut off for three days loses nothing."""
MAX_PER_SITE = 16
"""Evidence kept of one site: one noisy site must not push the others out."""
MAX_EVIDENCE = 300
"""Evidence kept in all: about 130 bytes each, so that a window stays below ``record.MAX_STATE`` in a region of 500 sites."""
MAX_EPISODES = 4
"""Episodes that can still grow, the latest."""

_MICROSECOND = timedelta(microseconds=1)


class Evidence(NamedTuple):
    """One match that counts."""

    time: int
    """Event time in microseconds."""
    detection_id: str
    site: str
    event_ids: tuple[str, ...]
    hosts: tuple[str, ...] = ()


class Episode(NamedTuple):
    """A stretch of event time in which the condition held, and the sites it has reported."""

    id: str
    first: int
    last: int
    sites: tuple[str, ...]


class Window(NamedTuple):
    """The state of one correlation and group."""

    evidence: tuple[Evidence, ...] = ()
    episodes: tuple[Episode, ...] = ()
    """Earliest first."""

    @classmethod
    def load(cls, plain: Any) -> "Window":
        """From the plain values of a record; None is an empty window."""
        if plain is None:
            return cls()
        evidence, episodes = plain
        return cls(
            tuple(Evidence(time, found, site, tuple(events), tuple(hosts)) for time, found, site, events, hosts in evidence),
            tuple(Episode(name, first, last, tuple(sites)) for name, first, last, sites in episodes),
        )


class Met(NamedTuple):
    """An episode starts, a site is in it for the first time, or it turns out to be one with others."""

    episodes: tuple[str, ...]
    """Earliest first."""
    evidence: tuple[Evidence, ...]
    """What was counted with the new match."""


def step(
    window: Window, new: Evidence, *, width: timedelta, threshold: int, domain: Callable[[str], str]
) -> tuple[Window, Met | None]:
    """Add one match.

    Args:
        window: State so far; evidence already in it changes nothing.
        new: The match.
        width: Length of the sliding window.
        threshold: Distinct trust domains that make the condition hold.
        domain: The trust domain of a site.
    """
    if any(kept.detection_id == new.detection_id for kept in window.evidence):
        return window, None
    reach = width // _MICROSECOND
    evidence = tuple(sorted((*window.evidence, new)))
    best = _widest(evidence, new, reach, domain)
    kept = _bounded(evidence, new, reach)
    running = [item for item in window.episodes if item.first - reach <= new.time <= item.last + reach]
    if not running and len({domain(item.site) for item in best}) < threshold:
        return Window(kept, window.episodes), None
    sites = {item.site for item in best}
    grown = _grown(running, new, sites) if running else _started(best, new, sites)
    episodes = sorted((*(item for item in window.episodes if item not in running), grown), key=lambda item: item.first)
    after = Window(kept, tuple(episodes[-MAX_EPISODES:]))
    if [grown.sites] == [item.sites for item in running]:
        return after, None
    return after, Met(tuple(item.id for item in running) or (grown.id,), best)


def _started(best: tuple[Evidence, ...], new: Evidence, sites: set[str]) -> Episode:
    """Named after its first match: correlations that begin with the same one tell of the same thing."""
    return Episode(digest("episode", best[0].detection_id), best[0].time, new.time, tuple(sorted(sites)))


def _grown(running: list[Episode], new: Evidence, sites: set[str]) -> Episode:
    first, last = min(running[0].first, new.time), max((*(item.last for item in running), new.time))
    return Episode(running[0].id, first, last, tuple(sorted(sites.union(*(item.sites for item in running)))))


def _widest(evidence: tuple[Evidence, ...], new: Evidence, reach: int, domain: Callable[[str], str]) -> tuple[Evidence, ...]:
    """Of all windows that contain the new match, the evidence of the one with most trust domains (the earliest of equals)."""
    near = [item for item in evidence if abs(item.time - new.time) <= reach]
    inside: Counter[str] = Counter()
    end, most, best = 0, 0, (0, 0)
    for start, first in enumerate(near):
        while end < len(near) and near[end].time <= first.time + reach:
            inside[domain(near[end].site)] += 1
            end += 1
        if first.time <= new.time and len(inside) > most:
            most, best = len(inside), (start, end)
        inside[domain(first.site)] -= 1
        if not inside[domain(first.site)]:
            del inside[domain(first.site)]
    return tuple(near[slice(*best)])


def _bounded(evidence: tuple[Evidence, ...], new: Evidence, reach: int) -> tuple[Evidence, ...]:
    """Without what no later match can meet, and, when full, without one match of a noisy site."""
    oldest = evidence[-1].time - reach - REACH // _MICROSECOND
    alive = [item for item in evidence if item.time >= oldest]
    counts = Counter(item.site for item in alive)
    if counts[new.site] > MAX_PER_SITE:
        alive.remove(_least_missed([item for item in alive if item.site == new.site], reach))
    elif len(alive) > MAX_EVIDENCE:
        noisiest = max(counts, key=lambda site: counts[site])
        alive.remove(_least_missed([item for item in alive if item.site == noisiest], reach))
    return tuple(alive)


def _least_missed(items: list[Evidence], reach: int) -> Evidence:
    """The one whose neighbours stand in for it best: the older, the wider the gap that may be left. First and last stay."""
    latest = items[-1].time
    gaps = [
        ((after.time - before.time) / (reach + latest - item.time), item)
        for before, item, after in zip(items, items[1:], items[2:], strict=False)
    ]
    return min(gaps)[1] if gaps else items[0]
