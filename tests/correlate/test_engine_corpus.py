"""correlate.rules.engine over SigmaHQ's rules and real events, against a scan of every rule on every event."""

from pathlib import Path

import pytest

from correlate.rules.engine.engine import Engine
from correlate.rules.load import load
from correlate.rules.rule import Rule
from tests.correlate.engine_cases import matched, scanned
from tests.correlate.test_rules_corpus import events_of, rule_files

pytestmark = pytest.mark.corpus

TREES = ("rules", "rules-emerging-threats", "rules-threat-hunting")
LOGS = (
    ("logs/linux_auth/elastic_examples_auth.log", "sshd"),
    ("logs/suricata/wrccdc-2018_eve_alerts.jsonl", "suricata_eve"),
    ("logs/apache/elastic_examples_access_combined.log.gz", "web_access"),
)
STEP = 97
"""Of long files every 97th batch of 25 is held against the scan: it takes 3 ms an event."""


@pytest.fixture(scope="module")
def rules(corpus: Path) -> list[Rule]:
    """All that load of three trees."""
    return sorted(load([file for tree in TREES for file in rule_files(corpus, tree)]).rules, key=lambda rule: rule.id)


def test_on_the_regression_events(corpus: Path, rules: list[Rule]) -> None:
    """Every event that SigmaHQ keeps for its rules, all in one batch: the same matches, and many of them."""
    paths = sorted((corpus / "sigma" / "regression").glob("*/events.jsonl"))
    events = [event for path in paths for batch in events_of(path) for event in batch]

    found = matched(Engine(rules), events)

    assert found == scanned(rules, events)
    assert len({rule_id for ids in found for rule_id in ids}) > 100


@pytest.mark.parametrize("folder", ["empire_2020-09", "covenant_2020-08"])
def test_on_captures_through_calibration(corpus: Path, rules: list[Rule], folder: str) -> None:
    """Whole captures through one engine, so that plans change on the way; a part is held against the scan."""
    engine = Engine(rules)
    compared = 0
    for path in sorted((corpus / "campaigns" / folder).glob("*.gz"))[:3]:
        for number, batch in enumerate(events_of(path)):
            found = matched(engine, batch)
            if number % 5 == 0:
                assert found[:25] == scanned(rules, batch[:25])
                compared += len(batch[:25])

    assert compared >= 100


@pytest.mark.parametrize(("path", "source_type"), LOGS)
def test_on_other_logs(corpus: Path, rules: list[Rule], path: str, source_type: str) -> None:
    """Sources that no Windows rule concerns, and sources of which little is known."""
    if not (corpus / path).exists():
        pytest.fail(f"the corpus has no {path}")
    engine = Engine(rules)
    for number, batch in enumerate(events_of(corpus / path, source_type)):
        found = matched(engine, batch)
        if number % 4 == 0:
            assert found[:25] == scanned(rules, batch[:25])
