"""Counts detections for all correlations inside trust domains: the records of the stage, and what is raised.

Records, each within its declared size: ``count/`` the state of one correlation and group, ``closing/`` which groups of a trust domain
have a window to be judged and when, ``groups/`` how many groups there are, ``reach/`` how far its logs have come, ``inner/`` the events of what an inner correlation raised,
``shortfall/`` what was not counted. The key of a group holds its trust domain: two hospitals' ``svc_backup`` are two accounts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from correlate import record
from correlate.counting import closing, entities, shortfall, sliding
from correlate.counting import watermark as marks
from correlate.counting.definition import BY_RULE, NUMBERS, Counting, Measure
from correlate.counting.group import Group, Groups, Memory, rule_of
from correlate.counting.match import MAX_VALUE, Match
from correlate.counting.number import is_number, number
from correlate.counting.raised import Place, events_counted, raised
from correlate.counting.shortfall import Shortfall
from schemas.detection import Detection, DetectionBatch, Kind
from schemas.detection import Group as Written
from schemas.ids import digest
from schemas.noun import Noun
from schemas.output import Document

LATENESS = timedelta(hours=24)
"""How much later than the rest of its trust domain's logs a match may come and still count, where a condition is met at once."""
FUTURE = timedelta(days=1)
"""How far ahead of the pipeline's clock a match may be; what lies further is quarantined and moves nothing."""
MAX_OPEN = 500
"""Groups of one trust domain with a window to be judged: about 110 bytes each."""
EXPIRING = ("count/", "closing/", "reach/", "inner/")
"""Beginnings of the records that are forgotten when nothing has used them for longer than the longest timespan."""

_LATENESS = LATENESS // timedelta(microseconds=1)


class Turn(NamedTuple):
    """What one step of the stage works on."""

    groups: Groups
    missed: Shortfall
    now: datetime

    @property
    def memory(self) -> Memory:
        """All that is remembered."""
        return self.groups.memory

    @classmethod
    def begin(cls, memory: Memory, now: datetime) -> "Turn":
        """Nothing was looked at yet."""
        return cls(Groups(memory), Shortfall(memory), now)

    def end(self) -> Iterator[Document]:
        """Write what changed, and tell what was not counted."""
        self.groups.close(self.now)
        yield from self.missed.close(self.now)


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

    def use(self, rules: Iterable[Counting]) -> None:
        """From the next message on, count for these."""
        self._rules = {rule.id: rule for rule in rules}

    def hear(self, memory: Memory, batch: DetectionBatch, now: datetime) -> None:
        """A batch of a source says how far the source has come; a time from the future says nothing."""
        if not self._rules:
            return
        times = [item.detection.time for item in batch.found]
        known = [time for time in (*times, *([batch.reached] if batch.reached else ())) if not _is_future(time, now)]
        if known:
            reached = record.microseconds(max(known))
            if _has_clock(now):
                reached = min(reached, record.microseconds(now))  # a forged time must not make the honest ones late
            key = f"reach/{self._domain(batch.site)}"
            reach = marks.Reach.load(record.unpack(memory.get(key)))
            after = marks.hear(reach, f"{batch.site}/{batch.source}", reached, record.microseconds(now))
            memory[key] = record.pack(now, after)

    def take(self, turn: Turn, detection: Detection) -> Iterator[Detection]:
        """Count one detection wherever it counts; give what its correlations raise."""
        for written in detection.groups:
            rule = self._rules.get(written.correlation)
            if rule is None or detection.rule_id not in rule.rules:
                continue
            group = Group(rule, self._domain(detection.site), tuple(map(_short, written.by)))
            match = _match(rule, detection, written)
            if reason := _why_not(turn, group, match, detection):
                turn.missed.add(rule.id, reason)
            elif rule.closes:
                _await(turn, group, match, detection)
            elif found := _slide(turn, group, match, detection):
                yield found

    def close(self, turn: Turn, message: Noun, settled: datetime) -> Iterator[Detection]:
        """Move the line of the trust domains that a message concerns, all of them for a tick; judge what has closed.

        ``settled`` is when the last batch arrived whose detections have all been counted.
        """
        for domain in self._concerned(message):
            data = record.unpack(turn.memory.get(f"reach/{domain}"))
            if data is None:
                continue
            before = marks.Reach.load(data)
            reach = marks.advance(before, record.microseconds(settled), record.microseconds(turn.now))
            closed = [key for end, key in _open(turn.memory, domain) if end < reach.line]
            if closed or reach.pending != before.pending:  # the clock alone moves nothing that anybody waits for
                turn.memory[f"reach/{domain}"] = record.pack(turn.now, reach)
            for key in closed:
                yield from self._judge(turn, domain, key, reach.line)

    def _concerned(self, message: Noun) -> Sequence[str]:
        if not self._rules:
            return ()
        return (self._domain(message.site),) if isinstance(message, DetectionBatch) else self._domains

    def _judge(self, turn: Turn, domain: str, key: str, line: int) -> Iterator[Detection]:
        rule = rule_of(key, self._rules)
        known = turn.groups.find(key, rule) if rule else None
        if rule is None or known is None or not isinstance(known.state, closing.Closing):
            _wait(turn, domain, key, None)  # the rule is gone, or was changed
            return
        group = Group(rule, domain, known.by)
        after, met = closing.judge(rule, known.state, line, group.width)
        turn.groups.put(group, known._replace(state=after))
        _wait(turn, domain, key, closing.due(rule, after, group.width))
        for one in met:
            yield _raise(turn, group, one, known.entities)

    def _domain(self, site: str) -> str:
        return self._domain_of.get(site, site)


def _why_not(turn: Turn, group: Group, match: Match, detection: Detection) -> str:
    """Why a match does not count; empty when it does."""
    if _is_future(detection.time, turn.now):
        return shortfall.FUTURE
    if group.rule.measure in NUMBERS and not _adds_up(group.rule, match.value):
        return shortfall.NOT_A_NUMBER
    line = marks.Reach.load(record.unpack(turn.memory.get(f"reach/{group.domain}"))).line
    reach = 0 if group.rule.closes else _LATENESS
    if match.time < line - reach:
        return shortfall.LATE
    return "" if turn.groups.may_open(group, turn.now) else shortfall.UNOPENED


def _slide(turn: Turn, group: Group, match: Match, detection: Detection) -> Detection | None:
    """Count a match whose correlation is met at once."""
    known = turn.groups.get(group)
    state = known.state
    if not isinstance(state, sliding.Sliding) or match.time <= state.floor:
        turn.missed.add(group.rule.id, shortfall.LATE)
        return None
    after, met = sliding.step(group.rule, state, match, width=group.width, reach=_LATENESS)
    turn.missed.add(group.rule.id, shortfall.LOST, after.dropped - state.dropped)
    seen = entities.note(known.entities, detection.entities, match.time)
    turn.groups.put(group, known._replace(state=after, entities=seen))
    return _raise(turn, group, met, seen, detection) if met else None


def _await(turn: Turn, group: Group, match: Match, detection: Detection) -> None:
    """Put a match where it is judged when its window closes."""
    known, waiting = turn.groups.get(group), _open(turn.memory, group.domain)
    state = known.state
    if not isinstance(state, closing.Closing) or (len(waiting) >= MAX_OPEN and not any(key == group.key for _, key in waiting)):
        turn.missed.add(group.rule.id, shortfall.UNOPENED)
        return
    after = closing.add(state, match)
    turn.missed.add(group.rule.id, shortfall.LOST, after.dropped - state.dropped)
    turn.groups.put(group, known._replace(state=after, entities=entities.note(known.entities, detection.entities, match.time)))
    _wait(turn, group.domain, group.key, closing.due(group.rule, after, group.width))


def _match(rule: Counting, detection: Detection, written: Written) -> Match:
    """Only what the measure asks for: the same event counts once, whichever of the rules found it."""
    one_event = detection.kind is not Kind.CORRELATION and len(detection.event_ids) == 1
    by_value = rule.measure in NUMBERS or rule.measure is Measure.VALUES
    return Match(
        record.microseconds(detection.time),
        detection.event_ids[0] if one_event else detection.id,
        rule.rules.index(detection.rule_id) if rule.measure in BY_RULE else 0,
        _short(written.value) if by_value else "",
        detection.site,
    )


def _short(value: str) -> str:
    """The value, or its digest when it is long: only whether two are equal matters."""
    return value if len(value.encode("utf-8", "surrogatepass")) <= MAX_VALUE else digest(value)


def _adds_up(rule: Counting, value: str) -> bool:
    """Whether it is a number, and for a sum none below 0: a sum that could fall again would have been told of too early."""
    return is_number(value) and (rule.measure is not Measure.SUM or number(value) >= 0)


def _is_future(time: datetime, now: datetime) -> bool:
    return _has_clock(now) and time > now + FUTURE


def _has_clock(now: datetime) -> bool:
    """Whether a tick has come: until then *now* is 1970."""
    return record.microseconds(now) > 0


def _open(memory: Memory, domain: str) -> list[list[Any]]:
    """End of the next window, and key, of each group of the trust domain that has one; earliest first."""
    return list(record.unpack(memory.get(f"closing/{domain}")) or ())


def _wait(turn: Turn, domain: str, key: str, end: int | None) -> None:
    """Note when the next window of a group closes; None when it has none."""
    before = _open(turn.memory, domain)
    rows = sorted([*(row for row in before if row[1] != key), *([[end, key]] if end is not None else [])])
    if rows != before:
        turn.memory[f"closing/{domain}"] = record.pack(turn.now, rows)


def _raise(turn: Turn, group: Group, met: sliding.Met, seen: entities.Known, last: Detection | None = None) -> Detection:
    found = raised(group.rule, met, Place(group.by, seen), _events(turn.memory, met), last)
    if group.rule.feeds:
        turn.memory[f"inner/{found.id}"] = record.pack(turn.now, list(found.event_ids))
    return found


def _events(memory: Memory, met: sliding.Met) -> list[str]:
    """Ids of the events; what an inner correlation raised stands for the events that it counted."""
    found: list[str] = []
    for name in events_counted(met):
        inner = record.unpack(memory.get(f"inner/{name}"))
        found += inner or [name]
    return found
