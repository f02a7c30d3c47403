"""Counts detections for all correlations inside trust domains: the records of the stage, and what is raised.

Records, each within its declared size: ``count/`` the state of one correlation and group, ``closing/`` which groups of a trust domain
have a window to be judged and when, ``reach/`` how far its logs have come, ``inner/`` the events of what an inner correlation raised,
``shortfall/`` what was not counted. The key of a group holds its trust domain: two hospitals' ``svc_backup`` are two accounts.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from correlate import record
from correlate.counting import closing, entities, shortfall, sliding
from correlate.counting import watermark as marks
from correlate.counting.definition import BY_RULE, NUMBERS, Counting, Measure
from correlate.counting.match import MAX_VALUE, Match
from correlate.counting.number import is_number, number
from correlate.counting.raised import Place, events_counted, raised
from correlate.counting.shortfall import Shortfall
from schemas.detection import Detection, DetectionBatch, Group, Kind
from schemas.ids import digest
from schemas.noun import Noun

Memory = MutableMapping[str, bytes]

LATENESS = timedelta(hours=24)
"""How much later than the rest of its trust domain's logs a match may come and still count, where a condition is met at once."""
FUTURE = timedelta(days=1)
"""How far ahead of the pipeline's clock a match may be; what lies further is quarantined and moves nothing."""
MAX_OPEN = 500
"""Groups of one trust domain with a window to be judged: about 110 bytes each."""
EXPIRING = ("count/", "closing/", "reach/", "inner/")
"""Beginnings of the records that are forgotten when nothing has used them for longer than the longest timespan."""

_MICROSECOND = timedelta(microseconds=1)
_LATENESS = LATENESS // _MICROSECOND


class _Group(NamedTuple):
    """Where one group's state is."""

    rule: Counting
    domain: str
    by: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"count/{self.rule.id}/{digest(self.domain, *self.by)}"

    @property
    def width(self) -> int:
        return self.rule.window // _MICROSECOND

    def put(self, memory: Memory, state: sliding.Sliding | closing.Closing, known: entities.Known, now: datetime) -> None:
        memory[self.key] = record.pack(now, [state, known, self.by])


class Counters:
    """Pure: ``memory`` holds all that is remembered.

    Args:
        rules: The correlations.
        domain_of: Trust domain of each site.
    """

    def __init__(self, rules: Iterable[Counting], domain_of: Mapping[str, str]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._domain_of = domain_of
        self._domains = sorted(set(domain_of.values()))

    def hear(self, memory: Memory, batch: DetectionBatch, now: datetime) -> None:
        """A batch of a source says how far the source has come; a time from the future says nothing."""
        if not self._rules:
            return
        times = [item.detection.time for item in batch.found]
        known = [time for time in (*times, *([batch.reached] if batch.reached else ())) if not _is_future(time, now)]
        if known:
            key = f"reach/{self._domain(batch.site)}"
            reach = marks.Reach.load(record.unpack(memory.get(key)))
            after = marks.hear(reach, f"{batch.site}/{batch.source}", record.microseconds(max(known)), record.microseconds(now))
            memory[key] = record.pack(now, after)

    def take(self, memory: Memory, detection: Detection, missed: Shortfall, now: datetime) -> Iterator[Detection]:
        """Count one detection wherever it counts; give what its correlations raise."""
        for group in detection.groups:
            rule = self._rules.get(group.correlation)
            if rule is None or detection.rule_id not in rule.rules:
                continue
            found = _Group(rule, self._domain(detection.site), tuple(map(_short, group.by)))
            match = _match(rule, detection, group)
            if reason := self._why_not(memory, found, match, detection, now):
                missed.add(rule.id, reason)
            elif rule.closes:
                self._await(memory, found, match, detection, missed, now)
            else:
                yield from self._slide(memory, found, match, detection, missed, now)

    def close(self, memory: Memory, message: Noun, settled: datetime, now: datetime) -> Iterator[Detection]:
        """Move the line of the trust domains that a message concerns, all of them for a tick; judge what has closed.

        ``settled`` is when the last batch arrived whose detections have all been counted.
        """
        for domain in self._concerned(message):
            data = record.unpack(memory.get(f"reach/{domain}"))
            if data is None:
                continue
            before = marks.Reach.load(data)
            reach = marks.advance(before, record.microseconds(settled), record.microseconds(now))
            closed = [row for row in _open(memory, domain) if row[0] < reach.line]
            if closed or reach.pending != before.pending:  # the clock alone moves nothing that anybody waits for
                memory[f"reach/{domain}"] = record.pack(now, reach)
            for _, key in closed:
                yield from self._judge(memory, domain, key, reach.line, now)

    def _concerned(self, message: Noun) -> Sequence[str]:
        if not self._rules:
            return ()
        return (self._domain(message.site),) if isinstance(message, DetectionBatch) else self._domains

    def _why_not(self, memory: Memory, group: _Group, match: Match, detection: Detection, now: datetime) -> str:
        """Why a match does not count; empty when it does."""
        if _is_future(detection.time, now):
            return shortfall.FUTURE
        if group.rule.measure in NUMBERS and not _adds_up(group.rule, match.value):
            return shortfall.NOT_A_NUMBER
        line = marks.Reach.load(record.unpack(memory.get(f"reach/{group.domain}"))).line
        reach = 0 if group.rule.closes else _LATENESS
        return shortfall.LATE if match.time < line - reach else ""

    def _slide(
        self, memory: Memory, group: _Group, match: Match, detection: Detection, missed: Shortfall, now: datetime
    ) -> Iterator[Detection]:
        plain, known = _load(memory, group.key)
        state = sliding.Sliding.load(plain)
        if match.time <= state.floor:
            missed.add(group.rule.id, shortfall.LATE)
            return
        known = entities.note(known, detection.entities, match.time)
        after, met = sliding.step(group.rule, state, match, width=group.width, reach=_LATENESS)
        missed.add(group.rule.id, shortfall.LOST, after.dropped - state.dropped)
        group.put(memory, after, known, now)
        if met:
            yield _raise(memory, group, met, known, now, detection)

    def _await(self, memory: Memory, group: _Group, match: Match, detection: Detection, missed: Shortfall, now: datetime) -> None:
        """Put a match where it is judged when its window closes."""
        waiting = _open(memory, group.domain)
        if len(waiting) >= MAX_OPEN and not any(key == group.key for _, key in waiting):
            missed.add(group.rule.id, shortfall.UNOPENED)
            return
        plain, known = _load(memory, group.key)
        state = closing.Closing.load(plain)
        after = closing.add(state, match)
        missed.add(group.rule.id, shortfall.LOST, after.dropped - state.dropped)
        group.put(memory, after, entities.note(known, detection.entities, match.time), now)
        _wait(memory, group.domain, group.key, closing.due(group.rule, after, group.width), now)

    def _judge(self, memory: Memory, domain: str, key: str, line: int, now: datetime) -> Iterator[Detection]:
        group = self._group(memory, domain, key)
        if group is None:
            _wait(memory, domain, key, None, now)
            return
        plain, known = _load(memory, key)
        after, met = closing.judge(group.rule, closing.Closing.load(plain), line, group.width)
        group.put(memory, after, known, now)
        _wait(memory, domain, key, closing.due(group.rule, after, group.width), now)
        for one in met:
            yield _raise(memory, group, one, known, now)

    def _group(self, memory: Memory, domain: str, key: str) -> _Group | None:
        """The group of a record; None when its rule is gone, or was changed to one that does not wait."""
        data = record.unpack(memory.get(key))
        rule = self._rules.get(key.split("/")[1])
        return _Group(rule, domain, tuple(data[2])) if data and rule and rule.closes else None

    def _domain(self, site: str) -> str:
        return self._domain_of.get(site, site)


def _match(rule: Counting, detection: Detection, group: Group) -> Match:
    """Only what the measure asks for: the same event counts once, whichever of the rules found it."""
    one_event = detection.kind is not Kind.CORRELATION and len(detection.event_ids) == 1
    by_value = rule.measure in NUMBERS or rule.measure is Measure.VALUES
    return Match(
        record.microseconds(detection.time),
        detection.event_ids[0] if one_event else detection.id,
        rule.rules.index(detection.rule_id) if rule.measure in BY_RULE else 0,
        _short(group.value) if by_value else "",
        detection.site,
    )


def _short(value: str) -> str:
    """The value, or its digest when it is long: only whether two are equal matters."""
    return value if len(value.encode("utf-8", "surrogatepass")) <= MAX_VALUE else digest(value)


def _adds_up(rule: Counting, value: str) -> bool:
    """Whether it is a number, and for a sum none below 0: a sum that could fall again would have been told of too early."""
    return is_number(value) and (rule.measure is not Measure.SUM or number(value) >= 0)


def _is_future(time: datetime, now: datetime) -> bool:
    return record.microseconds(now) > 0 and time > now + FUTURE


def _load(memory: Memory, key: str) -> tuple[Any, entities.Known]:
    """The plain state of a group and what it speaks of."""
    data = record.unpack(memory.get(key))
    return (data[0], entities.load(data[1])) if data else (None, ())


def _open(memory: Memory, domain: str) -> list[list[Any]]:
    """End of the next window, and key, of each group of the trust domain that has one; earliest first."""
    return list(record.unpack(memory.get(f"closing/{domain}")) or ())


def _wait(memory: Memory, domain: str, key: str, end: int | None, now: datetime) -> None:
    """Note when the next window of a group closes; None when it has none."""
    rows = [row for row in _open(memory, domain) if row[1] != key]
    memory[f"closing/{domain}"] = record.pack(now, sorted([*rows, *([[end, key]] if end is not None else [])]))


def _raise(
    memory: Memory, group: _Group, met: sliding.Met, known: entities.Known, now: datetime, last: Detection | None = None
) -> Detection:
    found = raised(group.rule, met, Place(group.by, known), _events(memory, met), last)
    if group.rule.feeds:
        memory[f"inner/{found.id}"] = record.pack(now, list(found.event_ids))
    return found


def _events(memory: Memory, met: sliding.Met) -> list[str]:
    """Ids of the events; what an inner correlation raised stands for the events that it counted."""
    found: list[str] = []
    for name in events_counted(met):
        inner = record.unpack(memory.get(f"inner/{name}"))
        found += inner or [name]
    return found
