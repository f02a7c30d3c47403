"""Tries a rule on its cases: what it says to each, and why that is not what the case expects."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import orjson

from correlate.entities import entities_of
from correlate.rules.load import RuleBook
from correlate.rules.match import Detector
from correlate.rules.route import concerns, source_of
from correlate.stage import Correlator
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.detection import DetectionBatch, Found, Kind
from schemas.event import ECS_VERSION, PARTIAL, RAW, Event, flatten, timestamp
from schemas.noun import iso
from schemas.output import Document, Output
from schemas.site import Site
from schemas.tick import Tick
from tocsin.rule_cases import Case, Cases, Given

BEGINNING = datetime(2026, 11, 20, 6, tzinfo=UTC)
"""When a story begins, and when the records were received; a Friday."""
HERE = "990000001"
AFTERWARDS = timedelta(hours=1)
"""How long after the last event and a timespan a story is over."""


class Failure(NamedTuple):
    """A case that did not go as it says."""

    number: int
    """Its place in the file, from 0."""
    case: str
    reason: str


class Unproven(Exception):
    """The case proves nothing: its record is not understood, or its file has no rule of that kind."""


def failures(cases: Cases, book: RuleBook, path: str) -> Iterator[Failure]:
    """The cases that fail for the rules (or, where a case has ``events``, the correlations) of the file ``path``."""
    for number, case in enumerate(cases.cases):
        try:
            reason = _story(case, cases, book, path) if case.events else _record(case, cases, book, path)
        except Unproven as unproven:
            reason = str(unproven)
        if reason:
            yield Failure(number, case.name, reason)


def _record(case: Case, cases: Cases, book: RuleBook, path: str) -> str:
    rules = tuple(rule for rule in book.rules if rule.path == path)
    if not rules:
        raise Unproven("the file has no rule for one event; a correlation needs 'events'")
    event = _event(case, cases, HERE)
    found = Detector(RuleBook(rules, (), ()), entities_of=entities_of).detect([event])[0]
    matched = any(detection.kind is Kind.SIGMA for detection in found)
    if matched == case.match:
        return ""
    if matched:
        return "expected no match, and it matched"
    source = source_of(event)
    if not any(concerns(rule.logsource, source) for rule in rules):
        return f"expected a match, and the rule was not asked: it is about {_told(rules[0].logsource)}; the event is of {_known(source)}"
    return "expected a match, and it did not match"


def _told(logsource: object) -> str:
    names = ("product", "service", "category")
    return ", ".join(f"{name} {value}" for name in names if (value := getattr(logsource, name)))


def _known(source: tuple[Collection[str] | None, ...]) -> str:
    names = ("product", "service", "category")
    return ", ".join(
        f"{name} {' or '.join(sorted(known)) or 'none'}" for name, known in zip(names, source, strict=True) if known is not None
    )


def _story(case: Case, cases: Cases, book: RuleBook, path: str) -> str:
    correlations = tuple(rule for rule in book.sites_within if rule.path == path)
    tried = {rule.id for rule in book.correlations if rule.path == path}
    if not tried:
        raise Unproven("the file has no correlation; a rule needs one 'record' or 'event'")
    sites = _sites(case)
    detector = Detector(RuleBook(book.rules, correlations, (), book.countings), entities_of=entities_of)
    correlator = Correlator(tuple(sites.values()), correlations, hold=timedelta(0), countings=book.countings)
    memory: dict[str, bytes] = {}
    outputs: list[Output] = []
    counted, now = 0, BEGINNING
    for number, item in enumerate(sorted(case.events, key=lambda item: item.after)):
        now = BEGINNING + item.after
        event = {**_event(item, cases, sites[item.site].finess), "event.id": str(number), "@timestamp": iso(now)}
        found = tuple(Found(position=number, detection=each) for each in detector.detect([event])[0] if each.groups)
        counted += bool(found)
        batch = DetectionBatch(site=sites[item.site].finess, source="test", epoch="test", end=number, found=found)
        outputs += [*correlator.step(memory, Tick(now=now)), *correlator.step(memory, batch)]
    for window in sorted(
        {timedelta(0), *(rule.window for rule in book.countings)}
    ):  # until each has closed: an absence is found late
        outputs += correlator.step(memory, Tick(now=now + window + AFTERWARDS))
    fired = any(_is_of(output, tried) for output in outputs)
    if fired == case.match:
        return ""
    expected = "to fire, and it did not" if case.match else "silence, and it fired"
    return f"expected the correlation {expected}; {counted} of {len(case.events)} events count for it"


def _sites(case: Case) -> Mapping[str, Site]:
    names = dict.fromkeys(item.site for item in case.events)
    shared = {name: {"trust_domain": "shared"} for name in case.trust_domain}
    return {
        name: Site.model_validate({"finess": f"99{number:07}", "name": name, **shared.get(name, {})})
        for number, name in enumerate(names, 1)
    }


def _is_of(output: Output, rules: Collection[str]) -> bool:
    return isinstance(output, Document) and output.kind == "detection" and output.body["rule.id"] in rules


def _event(given: Given, cases: Cases, finess: str) -> Event:
    if given.event is not None:
        return completed(flatten({**cases.common, **given.event}), finess)
    record = given.record
    text = orjson.dumps({**cases.common, **record}).decode() if isinstance(record, dict) else str(record)
    return parsed(text, given.source or cases.source or "", finess)


def parsed(text: str, source_type: str, finess: str = HERE) -> Event:
    """The event that a record becomes.

    Raises:
        Unproven: its parser did not understand it, or not all of it.
    """
    batch = RawBatch(
        site=finess,
        source="test",
        source_type=source_type,
        epoch="test",
        positions=(0,),
        records=(text.encode(),),
        received=BEGINNING,
    )
    (event,) = normalise(batch, Site(finess=finess, name="test"))
    if {RAW, PARTIAL} & set(event.get("tags", ())):
        raise Unproven(
            f"the parser {source_type} did not understand the record: {event.get('error.message', 'only a part of it')}"
        )
    return event


def completed(event: Event, finess: str = HERE) -> Event:
    """A flat event with all that every event has.

    Raises:
        Unproven: its time is none.
    """
    module = str(event.get("event.module", "ecs"))
    needed = {
        "@timestamp": iso(BEGINNING),
        "event.id": "0",
        "event.kind": "event",
        "event.dataset": module,
        "ecs.version": ECS_VERSION,
    }
    whole = {**needed, **event, "organization.id": finess}
    try:
        timestamp(whole)
    except ValueError as error:
        raise Unproven(f"the event has no time: {error}") from error
    return whole
