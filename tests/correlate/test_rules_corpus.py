"""correlate.rules over SigmaHQ's rules and the events that SigmaHQ keeps for them."""

import csv
import gzip
import json
import tarfile
from collections import defaultdict
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
from schemas.event import RAW, Event
from schemas.site import Site

pytestmark = pytest.mark.corpus

SITE = Site(finess="010000024", name="Centre hospitalier")
RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)

OTHER_TREES = ("rules-emerging-threats", "rules-threat-hunting")

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
def three_trees(corpus: Path) -> RuleBook:
    """The rules of all three trees."""
    return load([file for tree in ("rules", *OTHER_TREES) for file in rule_files(corpus, tree)])


@pytest.fixture(scope="module")
def detector(three_trees: RuleBook) -> Detector:
    """What evaluates them."""
    return Detector(three_trees, entities_of=entities_of)


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
    """Each of the 99 rules matches as many of its events as SigmaHQ states: 98 of Windows, and a raw line of a Cisco switch."""
    folder = corpus / "sigma" / "regression"
    rows = list(csv.DictReader((folder / "index.tsv").read_text().splitlines(), delimiter="\t"))
    wrong = {}
    for row in rows:
        rule_id = row["rule_id"]
        events, raw = folder / rule_id / "events.jsonl", folder / rule_id / f"{rule_id}.raw"
        batches = list(events_of(events)) if events.exists() else list(events_of(raw, "auto"))
        found = [detections for batch in batches for detections in detector.detect(batch)]
        matched = sum(any(detection.rule_id == rule_id for detection in detections) for detections in found)
        stated = row["match_count(upstream; empty=not stated)"]
        wanted = MORE_THAN_STATED.get(rule_id) or (int(stated) if stated else None)
        if matched != wanted and (wanted is not None or not matched):
            wrong[f"{rule_id} {row['title']}"] = f"{matched} matches of {len(found)} events, wanted {wanted or 'at least one'}"

    assert wrong == {}
    assert len(rows) == 99


def test_every_sample_of_windows_events_is_read_and_judged(corpus: Path, detector: Detector) -> None:
    """All 4,971 events of the 138 samples are understood and run through every rule; most samples fire some."""
    fired: defaultdict[str, int] = defaultdict(int)
    events = 0
    for path in sorted((corpus / "logs" / "windows_evtx").glob("*.jsonl*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        samples = [json.loads(line)["sample"] for line in content.splitlines() if line.strip()]
        batches = list(events_of(path))
        assert not [event for batch in batches for event in batch if RAW in event.get("tags", ())]
        found = [detections for batch in batches for detections in detector.detect(batch)]
        for sample, detections in zip(samples, found, strict=True):
            fired[sample] += len(detections)
            events += 1

    assert (len(fired), events) == (138, 4971)
    assert sum(count > 0 for count in fired.values()) > len(fired) / 2


def test_a_capture_gives_the_same_detections_twice(corpus: Path, main_tree: tuple[int, RuleBook]) -> None:
    """A real attack is seen, by rules that are on and rules in shadow, and seen alike by a second detector."""
    capture = corpus / "campaigns" / "empire_2020-09" / "empire_psexec_dcerpc_tcp_svcctl.jsonl.gz"
    batches = list(events_of(capture))
    first, second = (Detector(main_tree[1], entities_of=entities_of) for _ in range(2))

    found = [first.detect(batch) for batch in batches]

    assert [second.detect(batch) for batch in batches] == found
    states = {detection.state for batch in found for detections in batch for detection in detections}
    assert states == {State.ON, State.SHADOW}


OF_NO_WINDOWS_HOST = {
    "linux": (("linux_auth", "logs/linux_auth/*.log"), ("auto", "logs/crowdsec_hub/syslog/*"), ("auto", "logs/postfix/*")),
    "web": (("web_access", "logs/apache/*"), ("web_access", "logs/crowdsec_hub/nginx/*"), ("auto", "logs/crowdsec_hub/iis/*")),
    "firewall": (
        ("fortigate", "logs/syslog_devices/fortinet_ngfw*"),
        ("auto", "logs/syslog_devices/*.log"),
        ("auto", "logs/logstash_specs/firewalls.log"),
        ("suricata_eve", "logs/suricata/*"),
    ),
}


@pytest.mark.parametrize("kind", OF_NO_WINDOWS_HOST)
def test_no_windows_rule_fires_on_the_logs_of_others(corpus: Path, three_trees: RuleBook, detector: Detector, kind: str) -> None:
    """Linux, web and firewall logs fire no rule of Windows, not even where nobody knows what wrote the line."""
    windows = {rule.id for rule in three_trees.rules if rule.logsource.product == "windows"}
    lines = 0
    fired = set()
    for source_type, pattern in OF_NO_WINDOWS_HOST[kind]:
        for path in (path for path in sorted(corpus.glob(pattern)) if path.is_file()):
            for batch in events_of(path, source_type):
                lines += len(batch)
                fired |= {detection.rule_id for detections in detector.detect(batch) for detection in detections} & windows

    assert fired == set()
    assert lines > 100
