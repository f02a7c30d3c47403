"""A rule to begin with, and its cases: they load, and fail until both are filled in."""

import re

from schemas.errors import ConfigurationError

FILL_IN = "FILL IN"
"""Stands in a skeleton where its author must write."""
NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")

RULE = """\
title: FILL IN what happened, in five words
id: {rule_id}
name: {name}
status: experimental
description: |
    FILL IN what an attacker does that this finds, why it matters, and what to look at first.
tags:
    - attack.execution              # FILL IN: the tactic
    - attack.t1059                  # FILL IN: the technique
logsource:
    product: {product}              # FILL IN: what the log is of; add service or category
detection:
    selection:
        event.action: FILL IN
    condition: selection
falsepositives:
    - FILL IN what harmless thing looks the same
level: medium
"""

CASES = """\
# One record that the rule must match, and the harmless ones that look most like it. `source` is how the records are parsed;
# a `record` is a line as the log has it, an `event` is ECS fields as the parser leaves them.
source: {source}
cases:
  - name: FILL IN what happens
    match: true
    record: 'FILL IN a line of the log'
  - name: FILL IN what looks like it and is harmless
    match: false
    record: 'FILL IN a line of the log'
"""


def skeleton(name: str, *, rule_id: str, product: str, source: str) -> tuple[str, str]:
    """The text of the rule, and of its cases.

    Args:
        name: What correlations and the file will call it.
        rule_id: A fresh UUID: it is the rule's for ever.
        product: Of its log source.
        source: Source type of the records.

    Raises:
        ConfigurationError: the name is none that a file and a correlation can carry.
    """
    if not NAME.fullmatch(name):
        hint = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        meant = f"; did you mean {hint!r}?" if NAME.fullmatch(hint) else ""
        raise ConfigurationError(f"{name!r}: expected small letters, digits and underscores{meant}")
    return RULE.format(name=name, rule_id=rule_id, product=product), CASES.format(source=source)
