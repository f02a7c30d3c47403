"""correlate.rules.regex: what Python's ``re`` says, in time that the text's length bounds."""

import re
import resource
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlate.rules.check import Unsupported
from correlate.rules.load import load
from correlate.rules.regex import compiled_regex, is_wild

PATTERNS = (
    *(
        "abc",
        "^abc$",
        r"\Aa",
        r"a\Z",
        "a|^b",
        "[^a]b",
        r"\bab\b",
        r"\w-\d",
        r"a\sb",
        r"[\s]",
        "a.b",
        "(?:ab){2}",
        "a{0,3}b",
        "x*$",
        "(?!a)b",
    ),
    *(r"(?<=a)b", "(a)b\\1", "(?i:A)b", "[a-c]+", "é", "a++b", r"\S", "$", "^", ""),
)
CALM = [pattern for pattern in PATTERNS if not is_wild(pattern, 0)]


@settings(max_examples=1500, deadline=None)
@given(
    st.sampled_from(CALM),
    st.sampled_from((0, re.IGNORECASE, re.MULTILINE, re.DOTALL, re.IGNORECASE | re.MULTILINE)),
    st.text("abAB1- \n\x0b\x1cé\u0131\ud800", max_size=8),
)
def test_it_says_what_python_says(pattern: str, flags: int, text: str) -> None:
    """Every kind of item, flag and text, in ASCII and outside it, with line breaks and control characters."""
    assert bool(compiled_regex(pattern, flags).search(text)) is bool(re.search(pattern, text, flags))


@pytest.mark.parametrize(
    ("pattern", "wild"),
    [
        ("(a+)+$", True),
        ("(a|b*)*c", True),
        ("a*a*b", True),
        (".*x.*y", False),
        ("(ab){1,3}", False),
        ("a+b", False),
        ("((ab)*c)?", False),
    ],
)
def test_a_wild_expression_is_known(pattern: str, *, wild: bool) -> None:
    """A repetition inside another or right beside one."""
    assert is_wild(pattern, 0) is wild


def test_a_catastrophic_expression_ends() -> None:
    """``(a+)+$`` over 100,000 letters, which Python would not finish in this universe, within 20 CPU-seconds of a process."""
    code = (
        "from correlate.rules.regex import compiled_regex as c; e = c('(a+)+$', 0);"
        "print(bool(e.search('a' * 100_000 + 'b')), bool(e.search('b' * 9 + 'a' * 100_000)), bool(e.search('é' + 'a' * 40 + '!')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (20, 20)),
    )

    assert done.stdout.split() == ["False", "True", "False"], done.stderr


@pytest.mark.parametrize("pattern", [".*x", "a*$", "é?a*!"])
def test_a_long_text_of_any_script_is_searched_once(pattern: str) -> None:
    """A megabyte that Python would search from each of its characters, within 20 CPU-seconds of a process."""
    code = f"from correlate.rules.regex import compiled_regex as c; print(bool(c({pattern!r}, 0).search('é' + 'a' * 1_000_000 + 'b')))"

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (20, 20)),
    )

    assert done.stdout.split() == [str(pattern == "a*$")], done.stderr


@pytest.mark.parametrize("pattern", ["(a+)+(?!b)", r"(a+)+\1", "(", "a{99999999999}"])
def test_what_is_not_bounded_is_refused(pattern: str) -> None:
    """Wild with look-around or a back-reference, or no expression at all: refused when it is loaded, with a reason."""
    with pytest.raises(Unsupported):
        compiled_regex(pattern, 0)


def test_the_refusal_names_the_rule() -> None:
    """The book says which rule and why."""
    written = "title: Wild\nlogsource: {product: demo}\ndetection: {s: {'f|re': '(a+)+(?!b)'}, condition: s}"

    (refusal,) = load([("w.yml", written)]).refusals

    assert (refusal.path, refusal.title) == ("w.yml", "Wild")
    assert "repetition" in refusal.reason
