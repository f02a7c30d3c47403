"""The course of an incident: what machines saw, whom we told and what people did, on one axis, each with when it came in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from console.ports import Acknowledgement, Mail
from schemas.detection import Detection, Phase
from schemas.event import Event
from schemas.noun import parse_iso

MAX_EVENTS = 3
"""Shown of one detection; the rest are counted."""
PAUSE = timedelta(minutes=15)
"""After which the next detection is a step of its own."""

TOGETHER = timedelta(minutes=2)
"""Mails that leave within are one sending."""

FIELDS = (
    "host.name", "user.name", "source.ip", "destination.ip", "destination.port", "url.full", "dns.question.name", "process.executable",
    "process.command_line", "process.parent.executable", "file.path", "service.name", "event.action", "event.outcome",
)  # fmt: skip
"""Of an event, shown before the record itself, in this order."""


class Seen(NamedTuple):
    """A detection with its exact events."""

    detection: Detection
    events: tuple[Event, ...]
    received: datetime | None
    """When the last of its events was received; None when none is stored any more."""
    hidden: int
    """Events that are not shown."""


class Step(NamedTuple):
    """What was found at one site, of one level, without a pause."""

    seen: tuple[Seen, ...]

    @property
    def time(self) -> datetime:
        """When it began."""
        return self.seen[0].detection.time

    @property
    def until(self) -> datetime:
        """When it ended."""
        return self.seen[-1].detection.time

    @property
    def rules(self) -> list[tuple[str, int]]:
        """The names of the rules, the first to match first, and how often each did."""
        return list(Counter(item.detection.rule_name for item in self.seen).items())

    @property
    def tried(self) -> bool:
        """Whether nothing of it shows that it succeeded."""
        return all(item.detection.phase is Phase.ATTEMPT for item in self.seen)


class Told(NamedTuple):
    """Mails for one reason, in a row."""

    time: datetime
    mails: tuple[Mail, ...]

    @property
    def until(self) -> datetime:
        """When the last one was handed over."""
        return self.mails[-1].updated


class Taken(NamedTuple):
    """A person took the incident, or one that was merged into it."""

    time: datetime
    act: Acknowledgement


Moment = Step | Told | Taken


class Span(NamedTuple):
    """What one page of the timeline covers: from ``since`` on and before ``until``; None is open."""

    since: datetime | None
    until: datetime | None

    def holds(self, instant: datetime) -> bool:
        """Whether the instant belongs to the page."""
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)


def seen(detection: Detection, events: Mapping[str, Event]) -> Seen:
    """The detection with those of its events that are there."""
    known = tuple(events[name] for name in shown_of(detection) if name in events)
    received = max((parse_iso(event["event.created"]) for event in known if "event.created" in event), default=None)
    return Seen(detection, known, received, len(detection.event_ids) - len(known))


def shown_of(detection: Detection) -> tuple[str, ...]:
    """Ids of the events that are shown: the first ones, and the last, which made the detection true."""
    ids = detection.event_ids
    return ids if len(ids) <= MAX_EVENTS else (*ids[: MAX_EVENTS - 1], ids[-1])


def course(found: Sequence[Seen], others: Sequence[Mail | Acknowledgement], together: timedelta = timedelta.max) -> list[Moment]:
    """Everything in the order of time.

    Detections in a row of one site and level, each soon after the one before, are one step. So are mails in a row for one reason,
    unless more than ``together`` lies between them.
    """
    told: list[Moment] = [Told(when(one), (one,)) if isinstance(one, Mail) else Taken(when(one), one) for one in others]
    line: list[Moment] = []
    for item in sorted([*(Step((one,)) for one in found), *told], key=lambda moment: moment.time):
        joined = _joined(line[-1], item, together) if line else None
        line[-1:] = [joined] if joined else [*line[-1:], item]
    return line


def sendings(mails: Sequence[Mail]) -> list[Told]:
    """The mails in the order of time, those for one reason together."""
    return [item for item in course((), mails, TOGETHER) if isinstance(item, Told)]


def _joined(last: Moment, item: Moment, together: timedelta) -> Moment | None:
    """Both as one, when they belong together."""
    if isinstance(last, Step) and isinstance(item, Step) and _goes_on(last.seen[-1].detection, item.seen[0].detection):
        return Step((*last.seen, *item.seen))
    if isinstance(last, Told) and isinstance(item, Told) and _same_reason(last.mails[-1], item.mails[0], together):
        return Told(last.time, (*last.mails, *item.mails))
    return None


def _same_reason(before: Mail, after: Mail, together: timedelta) -> bool:
    same = (before.notice.cause, before.status) == (after.notice.cause, after.status)
    return same and after.updated - before.updated <= together


def when(one: Mail | Acknowledgement) -> datetime:
    """The moment of what is no detection."""
    return one.updated if isinstance(one, Mail) else one.at


def _goes_on(before: Detection, after: Detection) -> bool:
    return (before.site, before.level) == (after.site, after.level) and after.time - before.time <= PAUSE


def fields_of(event: Event) -> list[tuple[str, object]]:
    """The fields of an event that say the most."""
    return [(name, event[name]) for name in FIELDS if event.get(name) not in (None, "", [])]
