"""cidr, re, windash, the encodings, fieldref, expand; what is unknown or has no meaning."""

from base64 import b64encode
from typing import Any

import pytest

from tests.correlate.semantics.asking import ABSENT, holds, matches, refused


@pytest.mark.parametrize(
    ("network", "actual", "expected"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        (["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        ("2001:db8::/33", "2001:db8:8000::1", False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("fe80::/10", "fe80::1%eth0", True),
        ("10.0.0.0/8", "10.1.2", False),
        ("10.0.0.0/8", "host.example", False),
        ("10.0.0.0/8", 167837955, False),
        ("10.0.0.0/8", ["fe80::1", "10.0.0.1"], True),
    ],
)
def test_cidr_holds_addresses_of_both_versions(network: Any, actual: Any, *, expected: bool) -> None:
    """IPv4, IPv6, lists, mapped addresses, zone ids; what is no address is in no network."""
    assert holds("f|cidr", network, actual) is expected


@pytest.mark.parametrize("network", ["10.0.0.1/8", "10.0.0.0/33", "ten"])
def test_cidr_of_no_network_is_refused(network: str) -> None:
    """Host bits, too long a prefix and words are mistakes of the rule."""
    assert "CIDR" in refused("f|cidr", network)


@pytest.mark.parametrize(
    ("key", "expression", "actual", "expected"),
    [
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
        ("f|re", "^b$", ["a", "b"], True),
        ("f|re|all", ["a", "b"], "xbxa", True),
        ("f|all|re", ["a", "b"], "xb", False),
    ],
)
def test_re_searches_with_its_flags(key: str, expression: Any, actual: Any, *, expected: bool) -> None:
    """Case-sensitive, anywhere in the text, ``.`` stops at a line break: flags i, m and s change that, alone and together."""
    assert holds(key, expression, actual) is expected


@pytest.mark.parametrize(
    ("flag", "expression", "actual"), [("ignorecase", "AB", "ab"), ("multiline", "^b", "a\nb"), ("dotall", "a.b", "a\nb")]
)
def test_flags_have_pysigmas_long_names_too(flag: str, expression: str, actual: str) -> None:
    """ignorecase, multiline and dotall are i, m and s."""
    assert holds(f"f|re|{flag}", expression, actual)
    assert not holds("f|re", expression, actual)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("f|re", "(", "not valid"),
        ("f|re", 5, "no text"),
        ("f|i", "x", "no meaning"),
        ("f|i|re", "x", "after re"),
        ("f|re|contains", "x", "no meaning beside re"),
        ("f|re|cased", "x", "no meaning beside re"),
    ],
)
def test_re_that_is_none_is_refused(key: str, value: Any, reason: str) -> None:
    """An invalid pattern, a number, a flag without its re, and modifiers of text."""
    assert reason in refused(key, value)


@pytest.mark.parametrize("dash", "-/\u2013\u2014\u2015")
def test_windash_takes_five_characters_for_one_another(dash: str) -> None:
    """Each of the five, in the rule or in the log, stands for each other."""
    assert all(holds("f|windash|contains", f" {written}x", f"cmd {dash}x") for written in "-/\u2013\u2014\u2015")


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|windash|contains", " -no-op", "cmd /no-op", True),
        ("f|windash|contains", " -no-op", "cmd -no/op", False),
        ("f|windash|contains", "a - b", "a / b", False),
        ("f|windash", "-x", "/x", True),
        ("f|windash|contains", " -a -b", "x /a \u2013b", True),
        ("f|contains|windash", " -x", "cmd /x", True),
        ("f|contains|all|windash", [" -a", " -b"], "x /b /a", True),
        ("f|contains|all|windash", [" -a", " -b"], "x /b", False),
    ],
)
def test_windash_changes_only_what_begins_an_option(key: str, value: Any, actual: str, *, expected: bool) -> None:
    """A dash inside a word stays as it is, every permutation of the others is one of the forms."""
    assert holds(key, value, actual) is expected


def test_windash_of_too_many_options_is_refused() -> None:
    """Five options have 3,125 forms; more would let a rule fill the memory."""
    assert holds("f|windash", " -a -b -c -d -e", " /a -b /c -d /e")
    assert "windash with more than" in refused("f|windash", " -a -b -c -d -e -f")


def encoded(octets: bytes) -> str:
    """Base64."""
    return b64encode(octets).decode()


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|base64", "ping", encoded(b"ping"), True),
        ("f|base64", "été", encoded("été".encode()), True),
        ("f|base64", "a\\*b", encoded(b"a*b"), True),
        ("f|base64|contains", "foo", "x " + encoded(b"foobar"), True),
        ("f|base64|base64", "x", encoded(encoded(b"x").encode()), True),
        ("f|wide|base64", "x", encoded(b"x\0"), True),
        ("f|utf16|base64", "cmd", encoded(b"\xff\xfec\0m\0d\0"), True),
        ("f|utf16be|base64", "cmd", encoded(b"\0c\0m\0d"), True),
    ],
)
def test_base64_encodes_octets(key: str, value: str, actual: str, *, expected: bool) -> None:
    """Of UTF-8 or of a form of UTF-16, an escaped wildcard as the character that it is."""
    assert holds(key, value, actual) is expected


@pytest.mark.parametrize("shift", range(3))
@pytest.mark.parametrize("after", [b"", b"x", b" and more", b"\xff\xff\xff"])
@pytest.mark.parametrize("value", ["secret", "été", "abcdefg", "a\\?bc"])
def test_base64offset_finds_a_value_at_every_alignment(shift: int, after: bytes, value: str) -> None:
    """Whatever stands before and after, in octets and not in characters."""
    actual = encoded(b"\xa5" * shift + value.replace("\\", "").encode() + after)

    assert holds("f|base64offset|contains", value, actual)
    assert not holds("f|base64offset|contains", value, encoded(b"harmless enough" + after))


@pytest.mark.parametrize(
    ("key", "value", "actual"),
    [
        ("f|wide", "ab", "a\0b\0"),
        ("f|utf16le", "ab", "a\0b\0"),
        ("f|utf16be", "ab", "\0a\0b"),
        ("f|utf16", "ab", "\xff\xfea\0b\0"),
        ("f|wide", "a*b", "a\0xyb\0"),
        ("f|wide|base64offset|contains", "ping", encoded("a ping b".encode("utf-16-le"))),
        ("f|utf16le|base64offset|contains", "été", encoded("un été b".encode("utf-16-le"))),
        ("f|utf16be|base64offset|contains", "ping", encoded("a ping b".encode("utf-16-be"))),
        ("f|utf16|base64offset|contains", "cmd", encoded(b"\xff\xfe" + "cmd /c".encode("utf-16-le"))),
    ],
)
def test_utf16_in_each_form(key: str, value: str, actual: str) -> None:
    """Little-endian, big-endian, with byte order mark, and inside Base64; another encoding of the same is not found."""
    assert holds(key, value, actual)
    assert not holds(key, value, encoded(b"a ping b, un ete, cmd"))


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("f|base64", "a*b", "wildcards"),
        ("f|contains|base64", "ab", "wildcards"),
        ("f|base64offset", "x", "too short"),
        ("f|utf16", "a*", "wildcards"),
        ("f|wide|wide", "a", "before the modifiers that encode"),
        ("f|wide|windash", " -a", "before the modifiers that encode"),
        ("f|base64", 5, "put it in quotes"),
    ],
)
def test_an_encoding_without_meaning_is_refused(key: str, value: Any, reason: str) -> None:
    """Wildcards have no Base64, one character leaves no trace at every alignment, and nothing is encoded twice as UTF-16."""
    assert reason in refused(key, value)


@pytest.mark.parametrize(
    ("key", "left", "right", "expected"),
    [
        ("f|fieldref", "Abc", "aBC", True),
        ("f|fieldref", "abc", "abd", False),
        ("f|fieldref", 5, "5", True),
        ("f|fieldref", ABSENT, "abc", False),
        ("f|fieldref", "abc", ABSENT, False),
        ("f|fieldref", ABSENT, ABSENT, False),
        ("f|fieldref|startswith", "abcdef", "ABC", True),
        ("f|startswith|fieldref", "abcdef", "ABC", True),
        ("f|fieldref|endswith", "abcdef", "DEF", True),
        ("f|fieldref|contains", "abcdef", "cd", True),
        ("f|fieldref|endswith", "abcdef", "abc", False),
        ("f|fieldref|neq", "abc", "abc", False),
        ("f|fieldref|neq", "abc", "abd", True),
        ("f|fieldref|neq", "abc", ABSENT, True),
        ("f|fieldref|startswith|neq", "abcdef", "abc", False),
        ("f|fieldref", ["x", "abc"], "abc", True),
    ],
)
def test_fieldref_compares_two_fields(key: str, left: Any, right: Any, *, expected: bool) -> None:
    """As text, without case, at any place; an absent side equals nothing, and neq negates that too."""
    event = {name: value for name, value in (("f", left), ("g", right)) if value is not ABSENT}

    assert matches({"s": {key: "g"}, "condition": "s"}, event) is expected


GIVEN = {"Admins": ["adm*", "root"], "Nets": ["10.0.0.0/8"]}


@pytest.mark.parametrize(
    ("key", "value", "actual", "expected"),
    [
        ("f|expand", "%Admins%", "adm.bob", True),
        ("f|expand", "%Admins%", "ROOT", True),
        ("f|expand", "%Admins%", "bob", False),
        ("f|expand", "CH\\\\%Admins%", "ch\\root", True),
        ("f|contains|expand", "%Admins%", "x root y", True),
        ("f|expand|base64", "x%Admins%", "x", False),
        ("f|expand", "\\%Admins%", "%Admins%", True),
        ("f|re|expand", "^(%Admins%)$", "root", True),
        ("f|cidr|expand", "%Nets%", "10.9.9.9", True),
        ("f", "%Admins%", "%admins%", True),
        ("f", "%Admins%", "root", False),
    ],
)
def test_expand_takes_the_values_of_the_configuration(key: str, value: str, actual: str, *, expected: bool) -> None:
    """Each value is a text with wildcards, any of them; without the modifier a percent sign is a percent sign."""
    if key == "f|expand|base64":
        assert "wildcards" in refused(key, value, GIVEN)
    else:
        assert holds(key, value, actual, GIVEN) is expected


@pytest.mark.parametrize("key", ["f|expand", "f|expand|contains", "f|re|expand", "f|cidr|expand"])
def test_an_unresolved_placeholder_is_refused(key: str) -> None:
    """Nothing is put in its place, and the reason says which of the known names was perhaps meant."""
    assert "%Admin% is not resolved; did you mean %Admins%?" in refused(key, "%Admin%", GIVEN)
    assert "[rules.placeholders]" in refused(key, "%Admin%")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("f|nonsense", "x", "Unknown modifier 'nonsense'"),
        ("f|contain", "x", "did you mean 'contains'?"),
        ("f|startswith|endswith", "x", "exclude each other"),
        ("f|gt|lt", 5, "exclude each other"),
        ("f|hour|day", 5, "exclude each other"),
        ("f|gt|hour", 5, "before its comparison"),
        ("f|cidr|contains", "10.0.0.0/8", "no meaning beside cidr"),
        ("f|exists|neq", True, "no meaning beside exists"),
        ("f|exists", "yes", "true or false"),
        ("f|fieldref|cased", "g", "no meaning beside fieldref"),
        ("f|fieldref", "g*", "without wildcards"),
        ("f|contains", 5, "put it in quotes"),
    ],
)
def test_an_unknown_modifier_or_combination_is_refused(key: str, value: Any, reason: str) -> None:
    """The reason names the detection, the key and what was expected."""
    found = refused(key, value)

    assert reason in found
    assert found.startswith(f"line 4: detection 's', {key!r}: ")


@pytest.mark.parametrize(
    ("one", "other", "value", "actual"),
    [
        ("f|contains|all", "f|all|contains", ["a", "b"], "xbxa"),
        ("f|windash|contains", "f|contains|windash", " -x", "a /x"),
        ("f|cased|contains", "f|contains|cased", "Ab", "xAb"),
        ("f|neq|contains", "f|contains|neq", "a", "b"),
        ("f|re|i|neq", "f|neq|re|i", "A", "b"),
    ],
)
def test_the_order_of_modifiers_matters_only_where_they_transform(one: str, other: str, value: Any, actual: str) -> None:
    """Modifiers that do not feed one another may stand in any order."""
    assert holds(one, value, actual) is holds(other, value, actual) is True
