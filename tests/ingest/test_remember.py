"""What is remembered is what was worked out, and its size is bounded."""

from ingest.remember import ENTRIES, LONGEST, SHAPES, remembered, remembered_shape


def counted(worked_out: list[object]):
    """A function that notes what it was asked."""

    def function(key):
        worked_out.append(key)
        return len(key)

    return function


def test_a_text_is_worked_out_once():
    """The second time the value is known, and it is the same."""
    asked: list[object] = []
    length = remembered(counted(asked))
    assert [length("abc"), length("abc"), length("ab")] == [3, 3, 2]
    assert asked == ["abc", "ab"]


def test_long_keys_are_not_kept():
    """A text or a shape of an attacker's size is worked out each time."""
    asked: list[object] = []
    length, names = remembered(counted(asked)), remembered_shape(counted(asked))
    text, shape = "x" * (LONGEST + 1), ("x" * LONGEST,) * 17
    assert [length(text), length(text), names(shape), names(shape)] == [LONGEST + 1] * 2 + [17] * 2
    assert asked == [text, text, shape, shape]


def test_the_number_of_entries_is_bounded():
    """When there are too many, what was first is forgotten: it is worked out again."""
    for remember, entries, first in ((remembered, ENTRIES, "0"), (remembered_shape, SHAPES, ("0",))):
        asked: list[object] = []
        length = remember(counted(asked))
        for number in range(entries + 1):
            length(str(number) if first == "0" else (str(number),))
        length(first)
        assert asked.count(first) == 2
