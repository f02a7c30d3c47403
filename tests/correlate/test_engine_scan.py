"""correlate.rules.engine.scan: every scanner finds every end of every literal, with or without a shelf."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate.rules.engine import scan
from correlate.rules.engine.engine import Engine
from correlate.rules.engine.ports import NoShelf
from tests.correlate.engine_cases import matched, scanned
from tests.correlate.test_engine_match import RULES, VALUES


class DictShelf:
    """Remembers while the test runs."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """See ``Shelf``."""
        return self.kept.get(name)

    def put(self, name: str, content: bytes) -> None:
        """See ``Shelf``."""
        self.kept[name] = content


SCANNERS = {"hyperscan": lambda literals: scan.HyperscanScanner(literals, NoShelf()), "find": scan.FindScanner}


@pytest.mark.parametrize("kind", SCANNERS)
@given(literals=st.lists(st.binary(min_size=1, max_size=3), min_size=1, max_size=8, unique=True), text=st.binary(max_size=40))
def test_every_end_of_every_literal_is_found(kind: str, literals: Sequence[bytes], text: bytes) -> None:
    """Overlapping ones, bytes that are no text, line breaks; only NUL is kept from scanners."""
    literals = [literal for literal in literals if b"\0" not in literal] or [b"a"]
    wanted = {
        (number, end)
        for number, literal in enumerate(literals)
        for end in range(len(literal), len(text) + 1)
        if text[end - len(literal) : end] == literal
    }

    assert set(SCANNERS[kind](literals).scan(text)) == wanted


def test_the_engine_without_hyperscan_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no wheel, the search one by one gives the same matches."""
    monkeypatch.setattr(scan, "HYPERSCAN", False)
    events = [{"f": value, "g": "abc"} for value in VALUES]

    assert matched(Engine(RULES), events) == scanned(RULES, events)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-7], lambda _: b"", lambda content: content[:99] + b"x" + content[100:]]
)
def test_a_damaged_form_is_made_again(damage: object) -> None:
    """Cut, empty or changed on the shelf: the database is compiled anew, put back, and finds the same."""
    shelf = DictShelf()
    literals = [b"abc", b"b"]
    whole = scan.HyperscanScanner(literals, shelf)
    ((name, content),) = shelf.kept.items()
    shelf.kept[name] = damage(content)  # type: ignore[operator]

    again = scan.HyperscanScanner(literals, shelf)

    assert again.scan(b"xabc") == whole.scan(b"xabc") == [(1, 3), (0, 4)]
    assert shelf.kept[name] == content


def test_a_kept_form_is_used() -> None:
    """The second start compiles nothing: what it finds comes from the shelf."""
    shelf = DictShelf()
    scan.HyperscanScanner([b"abc"], shelf)
    (name,) = shelf.kept
    other = DictShelf()
    scan.HyperscanScanner([b"xyz"], other)
    shelf.kept[name] = next(iter(other.kept.values()))

    assert scan.HyperscanScanner([b"abc"], shelf).scan(b"abc xyz") == [(0, 7)]
