"""Stories of one correlation: rules A, B and C on events of hospitals, and what the whole stage raises."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from correlate.entities import entities_of
from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from correlate.stage import Correlator
from schemas.detection import DetectionBatch, Found
from schemas.event import Event
from schemas.noun import iso
from schemas.output import Document
from schemas.tick import Tick
from tests.builders import VIENNE, sites

START = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
ID = "00000000-0000-4000-8000-00000000c0de"


def rule(name: str, number: int, product: str = "demo") -> str:
    """A rule that matches events whose ``what`` has the letter; it has an id and a name."""
    return f"""
title: {name}
id: 00000000-0000-4000-8000-{number:012d}
name: {name}
status: test
level: high
logsource: {{product: {product}}}
detection:
    sel: {{what|contains: {name}}}
    condition: sel
"""


RULES = tuple(rule(name, number) for number, name in enumerate("abc", 1))


def correlation(
    kind: str, condition: str = "", *, rules: str = "[a]", by: str = "[user.name]", span: str = "10s", more: str = ""
) -> str:
    """A correlation over these rules."""
    return f"""
title: The correlation
id: {ID}
name: the_correlation
status: test
level: high
correlation:
    type: {kind}
    rules: {rules}
    group-by: {by}
    timespan: {span}
{f"    condition: {condition}" if condition else ""}
    {more}
"""


def book(*texts: str, rules: Iterable[str] = RULES) -> RuleBook:
    """The rule book; nothing in it is refused."""
    found = load((f"{number}.yml", text) for number, text in enumerate((*texts, *rules)))
    assert not found.refusals, found.refusals
    return found


def refusal(text: str) -> str:
    """Why a correlation is refused."""
    (found,) = load((f"{number}.yml", one) for number, one in enumerate((text, *RULES))).refusals
    return found.reason


@dataclass
class Region:
    """Detector and correlator, with what they have said."""

    book: RuleBook
    hold: timedelta = timedelta(0)
    ght: Mapping[str, str] = field(default_factory=dict)
    memory: dict[str, bytes] = field(default_factory=dict)
    raised: list[Mapping[str, Any]] = field(default_factory=list)
    shortfall: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    incidents: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    position: int = 0
    clock: float | None = None
    """Seconds after the start; None before the first tick."""

    def __post_init__(self) -> None:
        members = [site.model_copy(update={"trust_domain": self.ght.get(site.finess, site.finess)}) for site in sites()]
        self.detector = Detector(self.book, entities_of=entities_of)
        self.correlator = Correlator(members, self.book.sites_within, hold=self.hold, countings=self.book.countings)

    def event(self, seconds: float, what: str, *, site: str = VIENNE, user: Any = "bob", **fields: Any) -> Event:
        """An event; two underscores stand for a dot."""
        self.position += 1
        return {
            "@timestamp": iso(START + timedelta(seconds=seconds)),
            "event.id": f"e{self.position:05}",
            "event.kind": "event",
            "event.dataset": "demo.log",
            "ecs.version": "8.17.0",
            "organization.id": site,
            "what": what,
            "user.name": user,
        } | {name.replace("__", "."): value for name, value in fields.items()}

    def hear(self, event: Event, source: str = "s") -> "Region":
        """Take one event; a clock that runs is never behind it, unless it claims to be weeks ahead."""
        second = (datetime.fromisoformat(event["@timestamp"]) - START).total_seconds()
        if self.clock is not None and self.clock < second < self.clock + 10 * 86_400:
            self.tick(second)
        found = tuple(Found(position=self.position, detection=one) for one in self.detector.detect([event])[0])
        site = event["organization.id"]
        self.step(
            DetectionBatch(site=site, source=source, epoch="e", end=self.position, found=found, reached=event["@timestamp"])
        )
        return self

    def see(self, *moments: tuple[float, str], **fields: Any) -> "Region":
        """Events at these seconds, in the order given."""
        for seconds, what in moments:
            self.hear(self.event(seconds, what, **fields))
        return self

    def tick(self, seconds: float) -> "Region":
        """The clock is so many seconds after the start."""
        self.clock = seconds if self.clock is None else max(self.clock, seconds)
        self.step(Tick(now=START + timedelta(seconds=seconds)))
        return self

    def step(self, message: Any) -> None:
        """What the stage says to a message."""
        for output in list(self.correlator.step(self.memory, message)):
            if isinstance(output, Document) and output.kind == "detection":
                self.raised.append(output.body)
            elif isinstance(output, Document) and output.kind == "shortfall":
                self.shortfall[output.id] = output.body
            elif isinstance(output, Document) and output.kind == "incident":
                self.incidents[output.id] = output.body

    @property
    def ends(self) -> list[float]:
        """When each detection became true, in seconds after the start."""
        return [(datetime.fromisoformat(body["@timestamp"]) - START).total_seconds() for body in self.raised]


def region(*texts: str, **options: Any) -> Region:
    """A region with these correlations and the rules A, B, C."""
    return Region(book(*texts), **options)
