"""[rules.placeholders] of a configuration reaches the rules that ask for it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from correlate.rules.reading import Reading
from tocsin.settings import RulesSection
from tocsin.wiring.rules import rulebook_of

RULE = """
title: An administrator
logsource: {product: demo}
detection:
    selection: {user.name|expand: '%Administrators%'}
    condition: selection
"""


def test_a_placeholder_stands_for_what_the_configuration_says(tmp_path: Path) -> None:
    """With values the rule matches them, wildcards and all; without, it is refused."""
    (tmp_path / "rule.yml").write_text(RULE)

    found = rulebook_of(RulesSection(folders=(tmp_path,), placeholders={"Administrators": ("adm-*", "root")})).book
    without = rulebook_of(RulesSection(folders=(tmp_path,))).book

    assert [found.rules[0].predicate(Reading({"user.name": name})) for name in ("ADM-bob", "root", "bob")] == [True, True, False]
    assert "%Administrators% is not resolved" in without.refusals[0].reason


def test_a_placeholder_without_values_is_a_mistake() -> None:
    """An empty list would silence the rules that use it."""
    with pytest.raises(ValidationError):
        RulesSection(placeholders={"Administrators": ()})
