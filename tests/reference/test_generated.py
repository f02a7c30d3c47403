"""The engine and the reference agree on rules and events made by chance."""

import itertools
import os

import pytest

from correlate.rules.modifiers import KNOWN
from tests.reference.compare import generated
from tests.reference.generated_rules import rule

PAIRS = int(os.environ.get("TOCSIN_SIGMA_PAIRS", "10000"))
"""How many pairs of rule and event; `make proof` sets more."""


@pytest.mark.timeout(3600)
def test_engine_and_reference_agree_on_generated_rules_and_events() -> None:
    """Not one of at least 10,000 pairs is judged differently, filters included, and a good part of them match."""
    pairs = matches = refusals = 0
    for seed in itertools.count():
        found = generated(seed)
        assert found.differences == (), f"seed {seed}"
        pairs, matches, refusals = pairs + found.pairs, matches + found.matches, refusals + len(found.refusals)
        if pairs >= PAIRS:
            break
    print(f"{pairs} pairs, {matches} matches, {refusals} rules refused, 0 differences")

    assert matches > pairs / 10


def test_generated_rules_use_every_modifier() -> None:
    """What the language has, the generator writes; the long names of regular expressions' flags are pySigma's synonyms."""
    from random import Random

    text = str([rule(Random(seed), seed) for seed in range(2000)])

    assert {name for name in KNOWN if f"|{name}" not in text} == {"ignorecase", "multiline", "dotall"}
