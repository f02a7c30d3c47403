"""Conditions that more matches can only help: they are met the moment they hold, and stay met.

The window slides: it is asked at each match, over the timespan that ends there, both ends counted. The moments at which it holds make an
*episode* as long as none is further than a timespan from the next; an episode is told of once, and again each time it has doubled. Late
matches may begin one, extend one backwards, or show that two are one. Which episodes there are does not depend on the order of arrival.
"""

from typing import Any, NamedTuple

from correlate.counting.definition import Counting
from correlate.counting.gauge import holding, holds_at_last
from correlate.counting.match import Match, between, insert, load
from schemas.ids import digest

MAX_EPISODES = 32
"""Episodes that can still grow, the latest; what would make an older one grow is too late."""
_AGAIN = 2
"""An episode is told of again when it has this many times the matches."""


class Episode(NamedTuple):
    """A stretch of event time in which the condition held. ``id`` is a function of the first match of what began it, and stays."""

    id: str
    first: int
    """The first moment at which the condition held, in microseconds; what it held of began up to a timespan earlier."""
    last: int
    told: int
    """How many matches it had when it was last told of."""
    times: int
    """How often it was told of."""
    gone: int = 0
    """Its matches that are no longer kept."""


class Sliding(NamedTuple):
    """The state of one correlation and group."""

    matches: tuple[Match, ...] = ()
    episodes: tuple[Episode, ...] = ()
    """Earliest first."""
    lost: int = -1
    """The latest event time of a match that had to go while it could still matter; below 0 when there was none."""
    dropped: int = 0
    """How many had to."""
    floor: int = -1
    """Up to here the past is told: a match there is too late, or it would begin anew what was already told of."""

    @classmethod
    def load(cls, plain: Any) -> "Sliding":
        """From the plain values of a record; None is an empty state."""
        if plain is None:
            return cls()
        matches, episodes, *rest = plain
        return cls(load(matches), tuple(Episode(*row) for row in episodes), *rest)


class Met(NamedTuple):
    """The condition is met: an episode begins, or has doubled."""

    name: str
    """The same for the same episode and how often it was told of."""
    matches: tuple[Match, ...]
    """What it was last met of."""
    begin: int
    end: int
    """When it became true, in microseconds of event time."""
    counted: int
    """All matches of the episode so far."""
    is_short: bool
    """Whether matches that could have counted had to go."""


def step(rule: Counting, state: Sliding, new: Match, *, width: int, reach: int) -> tuple[Sliding, Met | None]:
    """Add one match.

    Args:
        rule: What is asked.
        state: State so far; a match already in it changes nothing.
        new: The match.
        width: The timespan in microseconds.
        reach: How long a match is kept beyond the timespan, for those that come late.
    """
    if new.time <= state.floor:
        return state, None
    oldest = max(max((new, *state.matches[-1:])).time - width - reach, state.floor + 1)
    kept = insert(state.matches, new, oldest)
    if not kept.is_new:
        return state, None
    gone = [match.time for match in kept.gone if match.time >= oldest]
    episodes = tuple(_without(episode, kept.gone, width) for episode in state.episodes)
    state = Sliding(kept.matches, episodes, max([state.lost, *gone]), state.dropped + len(gone), state.floor)
    moments = _moments(rule, kept.matches, new, width)
    return _at(rule, state, moments, width) if moments else (state, None)


def _moments(rule: Counting, matches: tuple[Match, ...], new: Match, width: int) -> list[int]:
    """Of the windows that the new match is in, the ends of those of which the condition holds."""
    if matches and matches[-1].time == new.time:
        return [new.time] if holds_at_last(rule, matches, width) else []
    near = between(matches, new.time - width, new.time + width)
    return [time for time in holding(rule, near, width) if time >= new.time]


def _at(rule: Counting, state: Sliding, moments: list[int], width: int) -> tuple[Sliding, Met | None]:
    """The condition holds at these moments, no two of which are further than a timespan from one another."""
    running = [item for item in state.episodes if item.first - width <= moments[-1] and moments[0] <= item.last + width]
    window = between(state.matches, moments[0] - width, moments[0])
    grown = _grown(running, moments) if running else _begun(rule, window, moments)
    counted = grown.gone + len(between(state.matches, grown.first - width, grown.last))
    met = None
    if not grown.times or counted >= _AGAIN * grown.told:
        name = digest("episode", grown.id, grown.times)
        met = Met(name, window, moments[0] - width, moments[0], counted, state.lost >= grown.first - width)
        grown = grown._replace(told=counted, times=grown.times + 1)
    episodes = sorted((*(item for item in state.episodes if item not in running), grown), key=lambda item: item.first)
    forgotten = [item.last + width for item in episodes[:-MAX_EPISODES]]
    return state._replace(episodes=tuple(episodes[-MAX_EPISODES:]), floor=max([state.floor, *forgotten])), met


def _begun(rule: Counting, window: tuple[Match, ...], moments: list[int]) -> Episode:
    name = digest("begun", rule.id, window[0].event, window[0].rule, window[0].value)
    return Episode(name, moments[0], moments[-1], told=0, times=0)


def _grown(running: list[Episode], moments: list[int]) -> Episode:
    """One of all that the new moments join; the earliest gives its name."""
    return running[0]._replace(
        first=min(running[0].first, moments[0]),
        last=max(*(item.last for item in running), moments[-1]),
        told=sum(item.told for item in running),
        gone=sum(item.gone for item in running),
    )


def _without(episode: Episode, gone: tuple[Match, ...], width: int) -> Episode:
    """Matches that are no longer kept still count."""
    inside = sum(episode.first - width <= match.time <= episode.last for match in gone)
    return episode._replace(gone=episode.gone + inside) if inside else episode
