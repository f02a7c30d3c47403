"""A refusal says the line where it can be told."""

import pytest

from correlate.rules.load import load

TEXT = """
title: First
logsource: {product: demo}
detection:
    selection: {f: x}
    condition: selection
---
title: Second
logsource: {product: demo}
detection:
    selection:
        - f: x
        - g|contains: y
          h|startwith: z
    condition: selection
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("h|startwith", "h|startwith", "line 14: detection 'selection', 'h|startwith': Unknown modifier"),
        ("h|startwith: z\n    condition: selection", "h: z\n    condition: select", "line 15: Detection 'select' is not defined"),
        ("h|startwith: z", "h: z\n    timeframe: 5m", "line 15: timeframe"),
    ],
)
def test_the_line_of_a_mistake_is_named(old: str, new: str, line: str) -> None:
    """Of a key in a list of maps, of a condition, of a key that has no place here, in the second document of a file."""
    book = load([("two.yml", TEXT.replace(old, new))])

    assert [rule.name for rule in book.rules] == ["First"]
    assert book.refusals[0].reason.startswith(line)


def test_without_a_title_of_its_own_no_line_is_guessed() -> None:
    """Two documents of one title: the reason says where, without a line."""
    book = load([("two.yml", TEXT.replace("First", "Second"))])

    assert book.refusals[0].reason.startswith("detection 'selection'")
