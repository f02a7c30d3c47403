"""The engine and the reference agree on SigmaHQ's rules over the corpus' events."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from correlate.rules.load import load
from correlate.rules.match import Detector
from correlate.rules.route import concerns, source_of
from tests.reference.event import Event
from tests.reference.forms import Placeholders
from tests.reference.rule import rule_holds
from tests.reference.sigmahq import LANES, documents, events, names_for, of_its_log, placeholders, rule_files

pytestmark = pytest.mark.corpus

EVERY = int(os.environ.get("TOCSIN_SIGMA_EVERY", "0"))
"""One record of how many is compared; 1 is the whole corpus, as `make proof` has it; unset, those of ``SAMPLE``, one of 20 elsewhere."""
SAMPLE = {
    "logs/windows_evtx/*.jsonl*": 100,
    "sigma/regression/*/events.jsonl": 4,
    "campaigns/[ce]*/*.jsonl.gz": 1000,
    "logs/linux_auth/*.log": 200,
    "logs/apache/*": 200,
    "logs/crowdsec_hub/*/*.log": 100,
    "logs/syslog_devices/*.log": 60,
    "logs/zeek_json/*": 400,
}


@pytest.fixture(scope="module")
def sigmahq(corpus: Path) -> tuple[Detector, list[Any], dict[str, dict[str, Any]], Placeholders]:
    """What evaluates every rule, the rules, their YAML, and what their placeholders stand for."""
    files = rule_files(corpus)
    given = placeholders(files)
    book = load(files, given)
    assert book.refusals == ()
    return Detector(book, entities_of=lambda _: ()), list(book.rules), documents(files), given


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lane", LANES, ids=[pattern for _, pattern in LANES])
def test_engine_and_reference_agree_on_the_corpus(corpus: Path, sigmahq: Any, lane: tuple[str, str]) -> None:
    """Every rule that concerns an event is judged alike by both, and the engine reports no other."""
    detector, rules, written, given = sigmahq
    differences, counted = [], Counter[str]()
    concerned: dict[Any, list[Any]] = {}
    for batch in events(corpus, lane, EVERY or SAMPLE.get(lane[1], 20)):
        for event, detections in zip(batch, detector.detect(batch), strict=True):
            source = source_of(event)
            if source not in concerned:
                concerned[source] = [rule for rule in rules if concerns(rule.logsource, source)]
            engine = {detection.rule_id for detection in detections if detection.kind == "sigma"}
            reference = {rule.id for rule in concerned[source] if reference_holds(written[rule.path], event, given)}
            differences += [f"{each} on {event}" for each in engine ^ reference]
            counted.update(events=1, pairs=len(concerned[source]), matches=len(reference))
    print(f"{lane[1]}: {dict(counted)}, {len(differences)} differences")

    assert differences == []
    assert counted["events"]


def reference_holds(rule: dict[str, Any], event: Event, given: Placeholders) -> bool:
    """The reference's judgement of a rule of SigmaHQ."""
    return of_its_log(rule, event) and rule_holds(rule, event, names_for(rule), given)
