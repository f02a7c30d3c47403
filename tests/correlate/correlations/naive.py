"""The reference: what the correlations mean, by brute force over all events, sharing nothing with the engine."""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple


class Seen(NamedTuple):
    """One match: seconds, event, place of its rule, and what the field says."""

    time: int
    event: str
    rule: int = 0
    value: str = ""


def measured(kind: str, window: Sequence[Seen], steps: int = 0) -> int:
    """What a window measures; for an ordered one, 1 when the steps are in it in their order."""
    if kind == "event_count":
        return len({seen.event for seen in window})
    if kind == "value_count":
        return len({seen.value for seen in window})
    if kind == "value_sum":
        return sum(int(seen.value) for seen in window)
    if kind == "temporal":
        return len({seen.rule for seen in window})
    return int(any(_in_order(chain) for chain in product(*([s for s in window if s.rule == step] for step in range(steps)))))


def _in_order(chain: Sequence[Seen]) -> bool:
    return all(a.time <= b.time and a.event != b.event for a, b in pairwise(chain))


def episodes(kind: str, seen: Sequence[Seen], width: int, least: int, steps: int = 0) -> list[tuple[int, int, int]]:
    """First and last moment at which the window that ends there meets the bound, and the matches that belong, for each stretch."""
    moments = sorted(
        {
            end.time
            for end in seen
            if (kind != "temporal_ordered" or end.rule == steps - 1)
            and measured(kind, [one for one in seen if end.time - width <= one.time <= end.time], steps) >= least
        }
    )
    stretches: list[list[int]] = []
    for moment in moments:
        if stretches and moment - stretches[-1][-1] <= width:
            stretches[-1].append(moment)
        else:
            stretches.append([moment])
    return [(run[0], run[-1], len({one for one in seen if run[0] - width <= one.time <= run[-1]})) for run in stretches]


def silences(seen: Sequence[Seen], width: int, most: int) -> list[int]:
    """The ends of the windows just after a match with at most so many events, where no such window overlaps it from before."""
    told: list[int] = []
    last = -1
    for anchor in sorted({one.time for one in seen}):
        inside = {one.event for one in seen if anchor < one.time <= anchor + width}
        if len(inside) <= most:
            if anchor + 1 > last:
                told.append(anchor + width)
            last = anchor + width
    return told
