"""correlate.rules over SigmaHQ's rules and the events that SigmaHQ keeps for them."""

import csv
import gzip
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from correlate.entities import entities_of
from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.detection import State
from schemas.event import Event
from schemas.site import Site

pytestmark = pytest.mark.corpus

SITE = Site(finess="010000024", name="Centre hospitalier")
RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)

OTHER_TREES = ("rules-emerging-threats", "rules-threat-hunting")

NOT_FIRING = {
    "ef0ff092-a24a-4fbc-beea-06c08d53e085": "a Cisco line; no parser of this source type yet",
}
"""Regression rules that do not fire on their own events, each with the reason."""

MORE_THAN_STATED = {
    "0b9ad457-2554-44c1-82c2-d56a99c42377": 3,
    "8fbf3271-1ef6-4e94-8210-03c2317947f6": 3,
    "5bac7a56-da88-4c27-922e-c81e113b20cb": 2,
    "c7dcacd0-cc59-4004-b0a4-1d6cdebe6f3e": 2,
}
"""Rules whose upstream ``match_count`` is 1 while more of their events hold what the rule asks for; SigmaHQ's own runner accepts it."""


def rule_files(corpus: Path, tree: str) -> list[tuple[str, str]]:
    """The rule files of one tree of SigmaHQ, in the order of their paths."""
    with tarfile.open(corpus / "sigma" / f"{tree}.tar.gz") as archive:
        members = sorted((member for member in archive if member.name.endswith(".yml")), key=lambda member: member.name)
        return [(member.name, content.read().decode()) for member in members if (content := archive.extractfile(member))]


def events_of(path: Path, source_type: str = "windows_event") -> Iterator[list[Event]]:
    """The events of a file of one record a line, in batches."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    records = tuple(line for line in content.splitlines() if line.strip())
    for start in range(0, len(records), 500):
        part = records[start : start + 500]
        positions = tuple(range(start, start + len(part)))
        yield normalise(
            RawBatch(
                site=SITE.finess,
                source=path.name,
                source_type=source_type,
                epoch="1",
                positions=positions,
                records=part,
                received=RECEIVED,
            ),
            SITE,
        )


@pytest.fixture(scope="module")
def main_tree(corpus: Path) -> tuple[int, RuleBook]:
    """How many files SigmaHQ's main tree has, and what came of them."""
    files = rule_files(corpus, "rules")
    return len(files), load(files)


@pytest.fixture(scope="module")
def detector(corpus: Path) -> Detector:
    """All three trees."""
    files = [file for tree in ("rules", *OTHER_TREES) for file in rule_files(corpus, tree)]
    return Detector(load(files), entities_of=entities_of)


def test_every_rule_of_the_main_tree_loads(main_tree: tuple[int, RuleBook]) -> None:
    """All 3,141 rules of SigmaHQ's ``rules`` are evaluated; were one refused, its name and reason would stand here."""
    count, book = main_tree

    assert count == 3141
    assert book.refusals == ()
    assert len(book.rules) == count


@pytest.mark.parametrize("tree", [*OTHER_TREES, "rules-placeholder", "rules-compliance"])
def test_every_rule_loads_or_is_refused_with_a_reason(corpus: Path, tree: str) -> None:
    """Loaded and refused together are all files; the reason of each refusal is a placeholder that nobody resolves."""
    files = rule_files(corpus, tree)
    book = load(files)

    assert len(book.rules) + len(book.refusals) == len(files)
    assert {refusal.path for refusal in book.refusals}.isdisjoint(rule.path for rule in book.rules)
    assert all("placeholder" in refusal.reason and refusal.title and refusal.rule_id for refusal in book.refusals), book.refusals


def test_regression_rules_fire_on_their_own_events(corpus: Path, detector: Detector) -> None:
    """Each of the 99 rules matches as many of its events as SigmaHQ states; the exceptions are named with their reasons."""
    folder = corpus / "sigma" / "regression"
    wrong = {}
    for row in csv.DictReader((folder / "index.tsv").read_text().splitlines(), delimiter="\t"):
        rule_id = row["rule_id"]
        events = folder / rule_id / "events.jsonl"
        batches = list(events_of(events)) if events.exists() else []
        found = [detections for batch in batches for detections in detector.detect(batch)]
        matched = sum(any(detection.rule_id == rule_id for detection in detections) for detections in found)
        stated = row["match_count(upstream; empty=not stated)"]
        wanted = 0 if rule_id in NOT_FIRING else MORE_THAN_STATED.get(rule_id) or (int(stated) if stated else None)
        if matched != wanted and (wanted is not None or not matched):
            wrong[f"{rule_id} {row['title']}"] = f"{matched} matches of {len(found)} events, wanted {wanted or 'at least one'}"

    assert wrong == {}


def test_a_capture_gives_the_same_detections_twice(corpus: Path, main_tree: tuple[int, RuleBook]) -> None:
    """A real attack is seen, by rules that are on and rules in shadow, and seen alike by a second detector."""
    capture = corpus / "campaigns" / "empire_2020-09" / "empire_psexec_dcerpc_tcp_svcctl.jsonl.gz"
    batches = list(events_of(capture))
    first, second = (Detector(main_tree[1], entities_of=entities_of) for _ in range(2))

    found = [first.detect(batch) for batch in batches]

    assert [second.detect(batch) for batch in batches] == found
    states = {detection.state for batch in found for detections in batch for detection in detections}
    assert states == {State.ON, State.SHADOW}


def test_no_windows_rule_fires_on_ssh_lines(corpus: Path, main_tree: tuple[int, RuleBook]) -> None:
    """The log of a Linux host under brute force fires rules of Linux and of no other product."""
    detector = Detector(main_tree[1], entities_of=entities_of)
    products = {rule.id: rule.logsource.product for rule in main_tree[1].rules}

    fired = {
        products[detection.rule_id]
        for batch in events_of(corpus / "logs" / "linux_auth" / "elastic_examples_auth.log", "sshd")
        for detections in detector.detect(batch)
        for detection in detections
    }

    assert fired <= {"linux"}
