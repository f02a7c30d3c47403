"""The rules that Tocsin ships, on the records of ``tests/own_rules``: one file a rule, a JSON object a line.

``says`` what the record is, ``type`` is its source type, ``record`` the line as the source writes it, ``matches`` whether the rule of
the file's name must match. No other rule may.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from correlate.entities import entities_of
from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from correlate.rules.select import default_state
from correlate.stage import Correlator
from ingest.normalise import normalise
from ingest.parsers import PARSERS
from schemas.batch import RawBatch
from schemas.detection import Detection, DetectionBatch, Found, Kind, Level, State
from schemas.event import PARTIAL, RAW, Event
from schemas.output import Document
from schemas.site import Site
from schemas.tick import Tick

RECORDS = Path(__file__).parents[1] / "own_rules"
RECEIVED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HERE = Site(finess="990000001", name="CHU de Valmont")
THERE = Site(finess="990000019", name="CH de Brèves")
RECOVERY = "windows_recovery_destroyed"
AT_TWO_SITES = "region_recovery_destroyed_at_two_sites"


def shipped() -> RuleBook:
    """Every rule of the package."""
    found = (item for item in files("rules").iterdir() if item.name.endswith(".yml"))
    return load(
        (item.name.removesuffix(".yml"), item.read_text(encoding="utf-8")) for item in sorted(found, key=lambda item: item.name)
    )


BOOK = shipped()
FILE_OF = {rule.id: rule.path for rule in (*BOOK.rules, *BOOK.sites_within)}
DETECTOR = Detector(BOOK, entities_of=entities_of)


def records(rule: str) -> list[Mapping[str, Any]]:
    """The lines of one rule's file."""
    lines = (RECORDS / f"{rule}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def event_of(item: Mapping[str, Any], site: Site = HERE) -> Event:
    """The record as the pipeline reads it; one that the parser does not understand would prove nothing."""
    record = item["record"]
    text = record if isinstance(record, str) else json.dumps(record)
    batch = RawBatch(
        site=site.finess,
        source="test",
        source_type=item["type"],
        epoch="test",
        positions=(0,),
        records=(text.encode(),),
        received=RECEIVED,
    )
    assert item["type"] in PARSERS
    (event,) = normalise(batch, site)
    assert not {RAW, PARTIAL} & set(event.get("tags", ()))
    return event


def detected(*events: Event) -> list[Detection]:
    """What the shipped rules find."""
    return [found for per_event in DETECTOR.detect(events) for found in per_event]


def every_record() -> Iterator[Any]:
    """One case for each line of each file, named by both."""
    for path in sorted(RECORDS.glob("*.jsonl")):
        for item in records(path.stem):
            yield pytest.param(path.stem, item, id=f"{path.stem}: {item['says']}")


@pytest.mark.parametrize(("rule", "item"), list(every_record()))
def test_a_record_is_matched_by_its_rule_alone(rule: str, item: Mapping[str, Any]) -> None:
    """What should match is matched by the one rule it was written for, what should not by none at all."""
    assert [FILE_OF[found.rule_id] for found in detected(event_of(item))] == ([rule] if item["matches"] else [])


def test_every_rule_has_records_of_both_kinds() -> None:
    """A rule without an example of what it finds and of what it leaves alone is not proven."""
    kinds = {path.stem: {item["matches"] for item in records(path.stem)} for path in RECORDS.glob("*.jsonl")}
    assert kinds == {rule.path: {True, False} for rule in BOOK.rules}


def test_all_rules_load_and_are_on() -> None:
    """No shipped file is refused, and every rule may open an incident without being switched on."""
    assert BOOK.refusals == ()
    assert {rule.path: default_state(rule) for rule in BOOK.rules} == dict.fromkeys((rule.path for rule in BOOK.rules), State.ON)


def test_every_rule_names_its_techniques() -> None:
    """Whoever is woken at night reads what the attacker does, in ATT&CK's words."""
    assert {rule.path for rule in (*BOOK.rules, *BOOK.sites_within) if not rule.techniques} == set()


def test_two_sites_count_distinct_establishments() -> None:
    """The correlation counts establishments over a day, and the rule it counts alerts for one of them as well."""
    (found,) = BOOK.sites_within
    assert (found.path, found.field, found.threshold, found.window) == (
        AT_TWO_SITES,
        ("organization.id",),
        2,
        timedelta(hours=24),
    )
    assert [FILE_OF[rule] for rule in found.rules] == [RECOVERY]
    assert (found.level, found.generate) == (Level.CRITICAL, True)


def raised(*deeds: tuple[Site, timedelta]) -> list[str]:
    """The correlations that these destructions of recovery raise: where, and how long after the first."""
    correlator = Correlator((HERE, THERE), BOOK.sites_within, hold=timedelta(0))
    memory: dict[str, bytes] = {}
    item = next(item for item in records(RECOVERY) if item["matches"])
    outputs = []
    for number, (site, later) in enumerate(deeds):
        (detection,) = detected({**event_of(item, site), "event.id": str(number)})
        moved = detection.model_copy(update={"time": detection.time + later})
        batch = DetectionBatch(
            site=site.finess, source="test", epoch="test", end=number, found=(Found(position=number, detection=moved),)
        )
        outputs += [*correlator.step(memory, Tick(now=RECEIVED + later)), *correlator.step(memory, batch)]
    bodies = (output.body for output in outputs if isinstance(output, Document) and output.kind == "detection")
    return [FILE_OF[body["rule.id"]] for body in bodies if body["kind"] == Kind.CORRELATION]


def test_the_second_establishment_of_a_day_raises_the_correlation() -> None:
    """Recovery destroyed at two hospitals, 23 hours apart, is one finding of the region."""
    assert raised((HERE, timedelta(0)), (THERE, timedelta(hours=23))) == [AT_TWO_SITES]


@pytest.mark.parametrize(
    "deeds",
    [
        pytest.param(((HERE, timedelta(0)), (HERE, timedelta(hours=1))), id="one establishment twice"),
        pytest.param(((HERE, timedelta(0)), (THERE, timedelta(hours=25))), id="more than a day apart"),
    ],
)
def test_the_correlation_stays_silent(deeds: tuple[tuple[Site, timedelta], ...]) -> None:
    """Neither one hospital twice nor two hospitals on different days raise it."""
    assert raised(*deeds) == []
