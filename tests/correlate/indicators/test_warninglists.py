"""correlate.indicators.warninglists: what is known and harmless never alerts, and it is said which list knows it."""

import pytest

from correlate.indicators.indicator import Kind
from correlate.indicators.refusal import Because
from tests.correlate.indicators.feeds import attribute, found, known, misp, warning_list

IP, MD5 = "203.0.113.66", "01eca87a1d29d8e2da2ed94930ae0d41"
URL = "http://docs.evil.example/a"


@pytest.mark.parametrize(
    ("kind", "entry", "listed", "free"),
    [
        ("string", IP, [(Kind.IP, IP)], [(Kind.IP, "203.0.113.67")]),
        ("string", "EVIL.example", [(Kind.DOMAIN, "evil.example")], [(Kind.DOMAIN, "docs.evil.example")]),
        ("string", "https://docs.evil.example/a", [(Kind.URL, URL)], [(Kind.URL, "http://docs.evil.example/b")]),
        ("string", MD5.upper(), [(Kind.HASH, MD5)], [(Kind.HASH, MD5[::-1])]),
        (
            "hostname",
            ".evil.example",
            [
                (Kind.DOMAIN, "evil.example"),
                (Kind.DOMAIN, "a.docs.evil.example"),
                (Kind.URL, URL),
                (Kind.EMAIL, "m@docs.evil.example"),
            ],
            [(Kind.DOMAIN, "notevil.example"), (Kind.DOMAIN, "example"), (Kind.IP, IP)],
        ),
        (
            "cidr",
            "203.0.113.0/24",
            [(Kind.IP, IP), (Kind.NETWORK, "203.0.113.0/25"), (Kind.URL, f"http://{IP}/a")],
            [(Kind.IP, "203.0.114.1")],
        ),
        ("cidr", IP, [(Kind.IP, IP)], [(Kind.NETWORK, "203.0.113.0/24")]),
        ("cidr", "2001:db8::/32", [(Kind.IP, "2001:db8::1")], [(Kind.IP, IP)]),
        ("substring", "EVIL.", [(Kind.DOMAIN, "docs.evil.example"), (Kind.URL, URL)], [(Kind.DOMAIN, "good.example")]),
        ("regex", r"/^docs\.(EVIL|bad)\./i", [(Kind.DOMAIN, "docs.evil.example")], [(Kind.DOMAIN, "evil.example")]),
        ("regex", r"^docs\.", [(Kind.DOMAIN, "docs.evil.example")], [(Kind.DOMAIN, "evil.example")]),
    ],
)
def test_each_type_of_list_means_what_misp_means(
    kind: str, entry: str, listed: list[tuple[Kind, str]], free: list[tuple[Kind, str]]
) -> None:
    """The very value, a name and below, a network and inside, a part of the value, a pattern."""
    lists = known(warning_list(kind, entry)).lists
    assert [lists.of(*value) for value in listed] == [["Known things"]] * len(listed)
    assert [lists.of(*value) for value in free] == [[]] * len(free)


def test_a_list_speaks_of_its_attributes_alone() -> None:
    """``matching_attributes`` of domains says nothing of URLs on them."""
    lists = known(warning_list("hostname", "evil.example", attributes=("domain", "hostname"))).lists
    assert lists.of(Kind.DOMAIN, "evil.example")
    assert not lists.of(Kind.URL, "http://evil.example/a")


def test_a_listed_indicator_is_out_and_the_list_is_named() -> None:
    """In any order of files; the report counts what each list took out."""
    feed, lists = misp(attribute("ip-dst", IP), attribute("md5", MD5, 2)), warning_list("string", IP)
    for documents in ([feed, lists], [lists, feed]):
        report = known(*documents).report
        assert report.warned == {"Known things": 1}
        assert report.refused == {Because.WARNING_LIST: 1}
        assert report.shown[0].detail == f"{IP}: Known things"
        assert not found(documents, destination__ip=IP)
        assert found(documents, file__hash__md5=MD5)


def test_what_is_seen_inside_a_listed_network_or_below_a_listed_name_is_asked_for_too() -> None:
    """A wide indicator is not listed, but the resolver inside it is: the resolver never alerts, its neighbour does."""
    feed = misp(attribute("ip-dst", "203.0.113.0/24"), attribute("domain", "evil.example", 2))
    lists = warning_list("string", IP, "docs.evil.example")
    assert not found([feed, lists], destination__ip=IP)
    assert found([feed, lists], destination__ip="203.0.113.67")
    assert not found([feed, lists], dns__question__name="docs.evil.example")
    assert found([feed, lists], dns__question__name="www.evil.example")


@pytest.mark.parametrize(
    ("document", "because"),
    [
        ({"name": "x", "type": "soundex", "list": ["a"]}, Because.UNSUPPORTED),
        ({"name": "x", "type": 3, "list": ["a"]}, Because.UNSUPPORTED),
        (warning_list("cidr", "nowhere"), Because.INVALID),
        (warning_list("cidr", 3), Because.INVALID),
        (warning_list("hostname", "a b"), Because.INVALID),
        (warning_list("string", ""), Because.INVALID),
        (warning_list("regex", "(?=a)b"), Because.UNSUPPORTED),
        (warning_list("regex", "((("), Because.UNSUPPORTED),
    ],
)
def test_what_is_no_entry_is_refused(document: object, because: Because) -> None:
    """A list that cannot be read silences nothing, and says so."""
    assert known(document).report.refused == {because: 1}


def test_a_hostile_pattern_costs_linear_time() -> None:
    """``(a+)+b`` on a long row of a's ends: RE2 does not go back."""
    lists = known(warning_list("regex", "(a+)+b$")).lists
    assert lists.of(Kind.URL, "http://evil.example/" + "a" * 4000) == []
