"""Stages of an attack."""

import re
import tarfile
from collections import Counter
from pathlib import Path

from console.attack import TACTICS, stages_of, tactics_of
from console.words import words_in
from tests.console.records import detection


def test_a_technique_of_several_stages_counts_at_the_first() -> None:
    """*Valid accounts* is initial access before it is anything else; sub-techniques count as their technique."""
    assert tactics_of(["T1490", "T1021.002", "T1078"]) == ("initial-access", "lateral-movement", "impact")
    assert tactics_of(["T0000", "", "x"]) == ()


def test_without_techniques_the_rule_itself_says_it() -> None:
    """Known tactics in the order of an attack; words that are none are left out."""
    assert stages_of(detection(techniques=(), tactics=("impact", "nonsense", "discovery"))) == ("discovery", "impact")
    assert stages_of(detection(techniques=("T1490",), tactics=("discovery",))) == ("impact",)


def test_every_stage_has_a_name() -> None:
    """In both languages."""
    for language in ("fr", "en"):
        assert [tactic for tactic in TACTICS if f"stage.{tactic}" not in words_in(language)] == []


def test_the_rules_of_others_agree(corpus: Path) -> None:
    """Of SigmaHQ's rules that name a technique, more than nine in ten name the stage that it counts at here."""
    agreed: Counter[bool] = Counter()
    with tarfile.open(corpus / "sigma" / "rules.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".yml") and (file := archive.extractfile(member)):
                tags = re.findall(r"-\s*attack\.([\w.-]+)", file.read().decode().lower())
                told = {tag.replace("_", "-") for tag in tags}
                agreed.update(stage in told for tag in tags if re.match(r"t\d{4}", tag) for stage in tactics_of([tag.upper()]))
    assert agreed.total() > 3000
    assert agreed[True] / agreed.total() > 0.9
