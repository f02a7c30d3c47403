"""Strings: case, wildcards, escapes, shapes, the empty text."""

from typing import Any

import pytest

from tests.correlate.semantics.asking import ABSENT, holds


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f", "WhoAmI", "wHOaMi", True),
        ("f|contains", "WHO", "I am whoami", True),
        ("f|startswith", "C:\\WIN", "c:\\windows", True),
        ("f|endswith", ".EXE", "a.exe", True),
        ("f", "ÉTÉ", "été", True),
        ("f|contains", "ŒUVRE", "manœuvre", True),
        ("f|contains", "strasse", "Hauptstraße 1", True),
        ("f", "str*SSE", "Straße", True),
        ("f|contains", "ΟΔΟΣ", "ΟΔΟΣΑ", True),
        ("f", "A*Z", "aXz", True),
        ("f", "who", "whoami", False),
        ("f|contains", "x", "who", False),
        ("f|startswith", "who", "a who", False),
        ("f|endswith", "who", "whoami", False),
        ("f", ["a", "b"], "b", True),
        ("f", ["a", "b"], "c", False),
    ],
)
def test_text_ignores_case(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """Equality, contains, startswith and endswith fold case, beyond ASCII too, and equality is of the whole value."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|cased", "WhoAmI", "whoami", False),
        ("f|cased", "WhoAmI", "WhoAmI", True),
        ("f|contains|cased", "Who", "x whoami", False),
        ("f|cased|contains", "Who", "x Whoami", True),
        ("f|cased", "A*Z", "aXz", False),
        ("f|cased|windash|contains", " -X", "a /X", True),
        ("f|cased|windash|contains", " -X", "a /x", False),
        ("f|cased|base64", "ping", "cGluZw==", True),
        ("f|cased|base64", "ping", "CGLUZW==", False),
    ],
)
def test_cased_does_not_ignore_case(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """``cased`` turns the folding off wherever it stands among the modifiers."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(
    ("value", "actual", "expected"),
    [
        ("a*z", "a\nb\nz", True),
        ("a?z", "a\nz", True),
        ("a?z", "aéz", True),
        ("a?z", "a😀z", True),
        ("a?z", "az", False),
        ("a?z", "abbz", False),
        ("*b*", "abc", True),
        ("a*b*c", "a1b2b3c", True),
        ("a*b*c", "a1c2b", False),
        ("a*", "a", True),
        ("*", "", True),
        ("*", ABSENT, False),
        ("*", None, False),
        ("*", [], False),
        ("?", "", False),
        ("stra?e", "straße", False),
    ],
)
def test_wildcards_match_any_run_and_any_one_character(value: str, actual: Any, *, expected: bool) -> None:
    """``*`` and ``?`` match line breaks; ``?`` is exactly one character of the folded text, in which ß is two."""
    assert holds("f", value, actual) is expected


@pytest.mark.parametrize(
    ("value", "actual", "expected"),
    [
        (r"a\*z", "a*z", True),
        (r"a\*z", "abz", False),
        (r"a\?z", "a?z", True),
        (r"a\?z", "abz", False),
        (r"a\\*z", "a\\bz", True),
        (r"a\\\*z", "a\\*z", True),
        (r"a\\\*z", "a\\bz", False),
        (r"a\z", "a\\z", True),
        (r"a\\z", "a\\z", True),
        (r"a\\\z", "a\\\\z", True),
        (r"a\\\\z", "a\\\\z", True),
        ("C:\\Windows\\x.exe", "c:\\windows\\x.exe", True),
        ("C:\\Temp\\", "c:\\temp\\", True),
    ],
)
def test_a_backslash_escapes_wildcards_and_itself(value: str, actual: str, *, expected: bool) -> None:
    """The five forms of the specification, a value that ends in a backslash, and paths of Windows."""
    assert holds("f", value, actual) is expected


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|startswith", r"C:\Users\\*\x", "C:\\Users\\bob\\xyz", True),
        ("f|startswith", r"C:\Users\\*\x", "D:\\C:\\Users\\bob\\xyz", False),
        ("f|endswith", "\\a*b.exe", "C:\\a_b.exe", True),
        ("f|endswith", "\\a*b.exe", "C:\\a_b.exe2", False),
        ("f|contains", "a*b", "xx a1b yy", True),
        ("f|contains", "a*b", "b1a", False),
        ("f|startswith", "*b", "ab", True),
        ("f|endswith", "b*", "ba", True),
    ],
)
def test_an_inner_wildcard_leaves_the_anchor_on_its_side(key: str, value: str, actual: str, *, expected: bool) -> None:
    """The anchor of startswith is the beginning and that of endswith the end, whatever wildcards the value holds."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(("key", "on_empty"), [("f", True), ("f|contains", True), ("f|startswith", True), ("f|endswith", True)])
def test_the_empty_text_is_no_absence(key: str, *, on_empty: bool) -> None:
    """The empty text matches an empty value, and neither an absent field nor null."""
    assert [holds(key, "", actual) for actual in ("", ABSENT, None)] == [on_empty, False, False]


def test_a_glob_of_many_runs_stays_linear() -> None:
    """Forty runs over ten thousand equal characters come to an end: each run is tried once."""
    assert not holds("f", "*".join(["a"] * 40) + "*b", "a" * 10_000)
