"""What is usual at a site: the rules that matched there on several of the days before.

A rule that a site shows every other night says nothing when it matches again, whatever its level. Only closed days count, those before the
day of the event: what happens now never makes itself usual, and a replay of the same days finds the same.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from correlate import record
from correlate.memory import Memory
from schemas.detection import Detection

LOOKBACK = 14
"""Days before the event's own."""
USUAL = 3
"""Days of them on which the rule matched at the site."""
MAX_NAMED = 3
NONE = "none: no day before this one is known, so rarity was not weighed"

_SINCE = "usual-since"


def note(memory: Memory, detection: Detection) -> None:
    """Remember that the rule matched at the site on that day."""
    day = detection.time.date().toordinal()
    since = record.unpack(memory.get(_SINCE))
    if since is None or day < since:
        memory[_SINCE] = record.pack(detection.time, day)
    days = _days(memory, detection.rule_id)
    known = days.get(detection.site, [])
    if day not in known:
        latest = max((day, *known))
        days[detection.site] = sorted(kept for kept in (*known, day) if latest - kept <= LOOKBACK)
        memory[_key(detection.rule_id)] = record.pack(detection.time, days)


def is_usual(memory: Memory, detection: Detection) -> bool:
    """Whether the rule matched at this site on several days before."""
    day = detection.time.date().toordinal()
    return _before(_days(memory, detection.rule_id).get(detection.site, ()), day) >= USUAL


def told(memory: Memory, detections: Iterable[Detection], sites: int) -> str:
    """The snapshot that was used, in words: at how many of the sites able to see it each rule was usual."""
    found = sorted(detections, key=lambda item: (item.time, item.id))
    first = found[0].time.date()
    since = record.unpack(memory.get(_SINCE))
    if since is None or since >= first.toordinal():
        return NONE
    days = f"{date.fromordinal(max(since, first.toordinal() - LOOKBACK))} to {first - timedelta(days=1)}"
    rules = list(dict.fromkeys((item.rule_id, item.rule_name) for item in found))[:MAX_NAMED]
    return f"{days}: " + "; ".join(
        f"{name!r} was usual at {_usual_at(memory, rule, first.toordinal())} of {sites} sites" for rule, name in rules
    )


def _usual_at(memory: Memory, rule: str, day: int) -> int:
    return sum(_before(days, day) >= USUAL for days in _days(memory, rule).values())


def _before(days: Iterable[int], day: int) -> int:
    return sum(day - LOOKBACK <= kept < day for kept in days)


def _days(memory: Memory, rule: str) -> dict[str, list[int]]:
    return dict(record.unpack(memory.get(_key(rule))) or {})


def _key(rule: str) -> str:
    return f"usual/{rule}"
