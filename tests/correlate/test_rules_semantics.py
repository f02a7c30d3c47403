"""correlate.rules: what Sigma's values, modifiers and conditions mean, one case a line."""

import base64
from typing import Any

import pytest
import yaml

from correlate.rules.load import load
from correlate.rules.reading import Reading

ABSENT = object()


def matches(detection: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether a rule with this detection section matches the event."""
    document = {"title": "T", "logsource": {"product": "demo"}, "detection": detection}
    book = load([("t.yml", yaml.safe_dump(document, allow_unicode=True))])
    assert not book.refusals, book.refusals
    return book.rules[0].predicate(Reading(event))


def holds(key: str, value: Any, actual: Any) -> bool:
    """Whether ``key: value`` matches an event whose field ``f`` is ``actual``."""
    event = {"other": "x"} if actual is ABSENT else {"other": "x", "f": actual}
    return matches({"s": {key: value}, "condition": "s"}, event)


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        # case
        ("f", "WhoAmI", "wHOaMi", True),
        ("f|contains", "WHO", "I am whoami", True),
        ("f|startswith", "C:\\WIN", "c:\\windows", True),
        ("f|endswith", ".EXE", "a.exe", True),
        ("f|cased", "WhoAmI", "whoami", False),
        ("f|cased", "WhoAmI", "WhoAmI", True),
        ("f|contains|cased", "Who", "x whoami", False),
        ("f", "ÉTÉ", "été", True),
        ("f|contains", "ŒUVRE", "manœuvre", True),
        ("f|contains", "strasse", "Hauptstraße 1", True),
        ("f|contains", "ΟΔΟΣ", "ΟΔΟΣΑ", True),
        # equality is of the whole value
        ("f", "who", "whoami", False),
        ("f|contains", "x", "who", False),
        ("f|startswith", "who", "a who", False),
        ("f|endswith", "who", "whoami", False),
        ("f", ["a", "b"], "b", True),
        ("f", ["a", "b"], "c", False),
        # wildcards and escapes
        ("f", "a*z", "a\nb\nz", True),
        ("f", "a?z", "a\nz", True),
        ("f", "a?z", "aéz", True),
        ("f", "a?z", "a😀z", True),
        ("f", "a?z", "az", False),
        ("f", "a?z", "abbz", False),
        ("f", "*b*", "abc", True),
        ("f", "a*b*c", "a1b2b3c", True),
        ("f", "a*b*c", "a1c2b", False),
        ("f", "a*", "a", True),
        ("f", "A*Z", "aXz", True),
        ("f|cased", "A*Z", "aXz", False),
        ("f", r"a\*z", "a*z", True),
        ("f", r"a\*z", "abz", False),
        ("f", r"a\?z", "a?z", True),
        ("f", r"a\?z", "abz", False),
        ("f", r"a\\*z", "a\\bz", True),
        ("f", r"a\\\*z", "a\\*z", True),
        ("f", r"a\\\*z", "a\\bz", False),
        ("f", "C:\\Windows\\x.exe", "c:\\windows\\x.exe", True),
        ("f", "C:\\Temp\\", "c:\\temp\\", True),
        ("f|startswith", r"C:\Users\\*\x", "C:\\Users\\bob\\xyz", True),
        ("f|startswith", r"C:\Users\\*\x", "D:\\C:\\Users\\bob\\xyz", False),
        ("f|endswith", "\\a*b.exe", "C:\\a_b.exe", True),
        ("f|endswith", "\\a*b.exe", "C:\\a_b.exe2", False),
        ("f|contains", "a*b", "xx a1b yy", True),
        ("f", "*", "", True),
        ("f", "*", ABSENT, False),
        ("f", "*", None, False),
        # numbers and types
        ("f", 1, 1, True),
        ("f", 1, "1", True),
        ("f", 1, 1.0, True),
        ("f", 1, True, False),
        ("f", 1, "01", False),
        ("f", "1", 1, True),
        ("f", 0x10, "0x10", False),
        ("f", "9007199254740993", 9007199254740993, True),
        ("f", "9007199254740993", 9007199254740992, False),
        ("f", True, True, True),
        ("f", True, "TRUE", True),
        ("f", "true", True, True),
        ("f", True, 1, False),
        ("f|gt", 5, 6, True),
        ("f|gt", 5, "6", True),
        ("f|gt", 5, 5, False),
        ("f|gte", 5, "5", True),
        ("f|lt", 5, "-4.5", True),
        ("f|lt", 5, "10", False),
        ("f|lte", 5, 5, True),
        ("f|lte", 5, 5.5, False),
        ("f|gt", 5, "0x10", False),
        ("f|gt", 5, "many", False),
        ("f|gt", 0, True, False),
        ("f|lt", 5, ABSENT, False),
        ("f|gt", 9007199254740991, 9007199254740993, True),
        # cidr
        ("f|cidr", "10.0.0.0/8", "10.1.2.3", True),
        ("f|cidr", "10.0.0.0/8", "11.1.2.3", False),
        ("f|cidr", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        ("f|cidr", "10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("f|cidr", "fe80::/10", "fe80::1%eth0", True),
        ("f|cidr", "10.0.0.0/8", "10.1.2", False),
        ("f|cidr", "10.0.0.0/8", "host.example", False),
        ("f|cidr", "10.0.0.0/8", 167837955, False),
        # regular expressions
        ("f|re", "ab+c", "xxabbcxx", True),
        ("f|re", "AB+C", "xxabbcxx", False),
        ("f|re|i", "AB+C", "xxabbcxx", True),
        ("f|re", "^b", "a\nb", False),
        ("f|re|m", "^b", "a\nb", True),
        ("f|re", "a.b", "a\nb", False),
        ("f|re|s", "a.b", "a\nb", True),
        ("f|re|i|m|s", "^B.c", "a\nb\nC", True),
        ("f|re", r"\bwho\b", "who", True),
        ("f|re", "4+", 444, True),
        # windash
        ("f|windash|contains", " -x", "cmd /x", True),
        ("f|windash|contains", " -x", "cmd \u2013x", True),
        ("f|windash|contains", " -x", "cmd \u2014x", True),
        ("f|windash|contains", " /x", "cmd \u2015x", True),
        ("f|windash|contains", " -no-op", "cmd /no-op", True),
        ("f|windash|contains", " -no-op", "cmd -no/op", False),
        ("f|contains|all|windash", [" -a", " -b"], "x /b /a", True),
        ("f|contains|all|windash", [" -a", " -b"], "x /b", False),
        # encodings
        ("f|base64", "ping", base64.b64encode(b"ping").decode(), True),
        ("f|base64|contains", "foo", "x " + base64.b64encode(b"foobar").decode(), True),
        ("f|base64offset|contains", "secret", base64.b64encode(b"secret and more").decode(), True),
        ("f|base64offset|contains", "secret", base64.b64encode(b"asecret and more").decode(), True),
        ("f|base64offset|contains", "secret", base64.b64encode(b"absecret and more").decode(), True),
        ("f|base64offset|contains", "secret", base64.b64encode(b"harmless").decode(), False),
        ("f|wide|base64offset|contains", "ping", base64.b64encode("a ping b".encode("utf-16-le")).decode(), True),
        ("f|utf16be|base64offset|contains", "ping", base64.b64encode("a ping b".encode("utf-16-be")).decode(), True),
        ("f|wide|base64offset|contains", "ping", base64.b64encode(b"a ping b").decode(), False),
        ("f|wide", "ab", "a\0b\0", True),
        # arrays
        ("f", "b", ["a", "b"], True),
        ("f|contains", "b", ["a", "xbx"], True),
        ("f", "c", ["a", "b"], False),
        ("f|contains|all", ["a", "b"], ["xa", "xb"], True),
        ("f|contains|all", ["a", "b"], ["xa", "xc"], False),
        ("f|gt", 5, [1, "7"], True),
        ("f|re", "^b$", ["a", "b"], True),
        ("f|cidr", "10.0.0.0/8", ["fe80::1", "10.0.0.1"], True),
        ("f", 2, [1, 2], True),
        ("f", "b", ["a", ["b"]], True),
        ("f", "b", {"b": "b"}, False),
        # neq
        ("f|neq", "a", "b", True),
        ("f|neq", "a", "A", False),
        ("f|neq", ["a", "b"], "b", False),
        ("f|neq", ["a", "b"], "c", True),
        ("f|contains|neq", "a", "xax", False),
        ("f|contains|neq", "a", "xx", True),
        ("f|neq", "a", ["a", "b"], False),
    ],
)
def test_a_value_means(key: str, value: Any, actual: Any, *, expected: bool) -> None:
    """The Sigma specification's meaning of one modifier chain on one value."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        # what the event has:       absent null   ''     []     "x"
        ("f", None, (True, True, False, True, False)),
        ("f", "", (False, False, True, False, False)),
        ("f|exists", True, (False, True, True, True, True)),
        ("f|exists", False, (True, False, False, False, False)),
        ("f", "x", (False, False, False, False, True)),
        ("f|neq", "x", (True, True, True, True, False)),
    ],
)
def test_nothing_has_four_forms(key: str, value: Any, expected: tuple[bool, ...]) -> None:
    """Absent, null, empty text and empty array against null, empty text, exists and neq."""
    assert tuple(holds(key, value, actual) for actual in (ABSENT, None, "", [], "x")) == expected


@pytest.mark.parametrize(
    ("key", "left", "right", "expected"),
    [
        ("f|fieldref", "Abc", "aBC", True),
        ("f|fieldref", "abc", "abd", False),
        ("f|fieldref", ABSENT, "abc", False),
        ("f|fieldref", "abc", ABSENT, False),
        ("f|fieldref", ABSENT, ABSENT, False),
        ("f|fieldref|startswith", "abcdef", "ABC", True),
        ("f|fieldref|endswith", "abcdef", "DEF", True),
        ("f|fieldref|contains", "abcdef", "cd", True),
        ("f|fieldref|endswith", "abcdef", "abc", False),
        ("f|fieldref|neq", "abc", "abc", False),
        ("f|fieldref|neq", "abc", "abd", True),
        ("f|fieldref", ["x", "abc"], "abc", True),
    ],
)
def test_a_field_reference_compares_two_fields(key: str, left: Any, right: Any, *, expected: bool) -> None:
    """Fieldref compares as strings, without case, and an absent side matches nothing."""
    event = {name: value for name, value in (("f", left), ("g", right)) if value is not ABSENT}

    assert matches({"s": {key: "g"}, "condition": "s"}, event) is expected


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (["accepted PASSWORD"], True),
        (["nothing", "root"], True),
        (["nothing"], False),
        (["from*port"], True),
        (["port*from"], False),
        (["passw?rd"], True),
        ([2222], True),
        ([3333], False),
        (["deep"], True),
        ({"|all": ["accepted", "deep"]}, True),
        ({"|all": ["accepted", "nothing"]}, False),
        ({"|re": "Accepted \\w+ for"}, True),
        ({"|re": "accepted"}, False),
        ("root", True),
        (["failure"], False),
        (["010000024"], False),
        (["two\nlines"], True),
        (["22\n2222"], False),
    ],
)
def test_keywords_search_every_value_of_the_log(keywords: Any, *, expected: bool) -> None:
    """A keyword stands somewhere in some value, also nested, but not in what normalisation wrote."""
    event = {
        "message": "Accepted password for root from 192.0.2.1 port 22",
        "source.port": 2222,
        "labels.list": ["a", {"inner": "deep"}, "two\nlines"],
        "event.outcome": "failure",
        "organization.id": "010000024",
    }

    assert matches({"keywords": keywords, "condition": "keywords"}, event) is expected


def test_a_glob_of_many_runs_stays_linear() -> None:
    """Forty runs over ten thousand equal characters come to an end: each run is tried once."""
    assert not holds("f", "*".join(["a"] * 40) + "*b", "a" * 10_000)
