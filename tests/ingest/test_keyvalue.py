"""Records of pairs: what stands between quotes stays a value, the first value of a key counts, and hostile text costs no time."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.framing import MAX_RECORD
from ingest.keyvalue import MAX_HEADER, Pairs, _read_any, _read_regular, read_header, read_pairs


@pytest.mark.parametrize(
    ("record", "values", "whole"),
    [
        ('a=1 b="x y" c=', {"a": "1", "b": "x y", "c": ""}, True),
        ("a=1  b=2 \r", {"a": "1", "b": "2"}, True),
        ("a=b=c d=1", {"a": "b=c", "d": "1"}, True),
        ('url="/?srcip=192.0.2.1&b=2" srcip=203.0.113.66', {"url": "/?srcip=192.0.2.1&b=2", "srcip": "203.0.113.66"}, True),
        ("Byte(i/o)=1/2 Rule2:8=3", {"Byte(i/o)": "1/2", "Rule2:8": "3"}, True),
        ("a=1 a=2", {"a": "1"}, False),
        ('a="x" b="cut srcip=1', {"a": "x", "b": "cut srcip=1"}, False),
        ('a="x"srcip=1 c=3', {"a": "x", "c": "3"}, False),
        ("a = b", {}, False),
        ("loose a=1", {"a": "1"}, False),
        ("", {}, True),
    ],
)
def test_a_record_is_read_as_written(record, values, whole):
    """Pairs are found whatever stands in their values, and what is no pair, is cut or comes twice is told."""
    for escapes in (False, True):
        assert read_pairs(record, escapes=escapes) == Pairs(values, whole)


def test_an_escaped_quote_ends_no_value_where_escapes_are_known():
    r"""FortiOS writes ``\"`` for a quote that a client sent; without escapes the same text ends there, and is told."""
    record = r'url="/?a=\" srcip=192.0.2.1 b=\"x" path="C:\\" c=1'
    assert read_pairs(record, escapes=True) == Pairs({"url": '/?a=" srcip=192.0.2.1 b="x', "path": "C:\\", "c": "1"}, whole=True)
    assert read_pairs(record).whole is False


PIECES = st.sampled_from(['"', "=", " ", "\\", "a", "b", "\t", "\0", "é", '="', '" ', "a=", ' b="', "\u00a0", "\n", "1"])


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
@example("a=1\tb=2", False)
@example('a="1" b="2', True)
def test_the_short_way_reads_what_the_long_one_reads(record, escapes):
    """Where splitting answers at all, matching gives the same pairs, and calls the record whole as well."""
    short = _read_regular(record)
    assert short is None or short == _read_any(record, escapes=escapes)


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
)
def test_what_fortios_escapes_is_read_back(values):
    """Any values, quotes and backslashes too, survive FortiOS's way of writing them."""
    escaped = {key: re.sub(r'(["\\])', r"\\\1", value) for key, value in values.items()}
    record = " ".join(f'{key}="{value}"' for key, value in escaped.items())
    assert read_pairs(record, escapes=True) == Pairs(values, whole=True)


HOSTILE = ('"', "\\", '\\"', "=", "a=", 'a="', '" a="', "a", " ", ' a=1"', "\0", "<1>", "\ufeff", 'a="\\')


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_record_costs_linear_time(piece):
    """A piece repeated over the longest record, behind an open quote too, is read at once: a power would take hours."""
    for start in ('"', 'a="', "a=", 'a="\\'):
        record = (start + piece * MAX_RECORD)[:MAX_RECORD]
        read_header(record)
        for escapes in (False, True):
            assert len(read_pairs(record, escapes=escapes).values) <= 2


@pytest.mark.parametrize(
    ("record", "header"),
    [
        ("<189>date=x", (189, 5)),
        ("<134> Mar 10 08:15:30 fw date=x", (134, 25)),
        ("<13>1 2026-03-27T13:06:56+01:00 fw asqd - - - \ufeffid=firewall", (13, 47)),
        ("2016 Jun 16 00:00:00 relay->192.0.2.1 date=x", (None, 38)),
        ("date=x", (None, 0)),
        ("<192>date=x", (None, 5)),
        ("<x>date=x", (None, 3)),
        ("no pair", None),
        ("= b", None),
        ("a " * MAX_HEADER + "b=1", None),
        ("", None),
    ],
)
def test_a_header_is_told_from_the_record(record, header):
    """The priority of syslog is taken when it is one, and the record begins with its first key."""
    assert read_header(record) == header
