"""Feeds that are wrong on purpose or by accident: too broad, too many, too deep, of any type; refused with the reason."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlate.indicators import collect
from correlate.indicators.refusal import Because
from tests.correlate.indicators.feeds import attribute, bundle, feed, known, misp, refused, stix, warning_list


@pytest.mark.parametrize(
    ("kind", "value", "because"),
    [
        ("ip-dst", "0.0.0.0/0", Because.TOO_BROAD),
        ("ip-dst", "::/0", Because.TOO_BROAD),
        ("ip-dst", "203.0.0.0/8", Because.TOO_BROAD),
        ("ip-dst", "2001:db8::/27", Because.TOO_BROAD),
        ("ip-dst", "172.16.0.0/12", Because.NOT_PUBLIC),
        ("ip-dst", "10.1.2.0/24", Because.NOT_PUBLIC),
        ("ip-dst", "10.1.2.3", Because.NOT_PUBLIC),
        ("ip-dst", "::ffff:10.1.2.3", Because.NOT_PUBLIC),
        ("ip-dst", "127.0.0.1", Because.NOT_PUBLIC),
        ("ip-dst", "169.254.1.1", Because.NOT_PUBLIC),
        ("ip-dst", "224.0.0.1", Because.NOT_PUBLIC),
        ("ip-dst", "fe80::1", Because.NOT_PUBLIC),
        ("ip-dst", "fd00::/48", Because.NOT_PUBLIC),
        ("ip-dst", "8.8.8.8", Because.EVERYWHERE),
        ("domain", "com", Because.TOO_BROAD),
        ("domain", "co.uk", Because.TOO_BROAD),
        ("domain", "github.io", Because.TOO_BROAD),
        ("domain", "COM.", Because.TOO_BROAD),
        ("domain", "*.fr", Because.TOO_BROAD),
        ("domain", "windowsupdate.com", Because.EVERYWHERE),
        ("domain", "srv01.chu.local", Because.NOT_PUBLIC),
        ("domain", "localhost", Because.NOT_PUBLIC),
        ("domain", "5.0.0.10.in-addr.arpa", Because.NOT_PUBLIC),
        ("url", "http://10.1.2.3/a", Because.NOT_PUBLIC),
        ("url", "http://intranet/a", Because.NOT_PUBLIC),
        ("url", "http://[::1]/", Because.NOT_PUBLIC),
        ("email-src", "m@localhost", Because.NOT_PUBLIC),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", Because.EVERYWHERE),
        ("sha256", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", Because.EVERYWHERE),
        ("md5", "0" * 32, Because.INVALID),
        ("sha1", "f" * 40, Because.INVALID),
    ],
)
def test_what_would_alert_everywhere_is_refused(kind: str, value: str, because: Because) -> None:
    """The whole Internet, a suffix, a private address, an empty file: whoever lists them."""
    document = misp(attribute(kind, value))
    assert refused(document) == {because: 1}
    assert len(known(document).table) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(stix())), JSON, st.sampled_from(["Attribute", "Object", "Tag", "info", "threat_level_id"]))
def test_any_json_in_any_place_is_read_or_refused(name: str, value: Any, part: str) -> None:
    """No type in no field makes a reader fail."""
    known(bundle(stix(**{name: value})))
    known(bundle(value, stix()))
    known(value)
    known({"Event": {"info": "x", "Attribute": [attribute("ip-dst", "203.0.113.66")], part: value}})
    document = known(misp({**attribute("ip-dst", "203.0.113.66"), name: value}, Object=[value]))
    assert len(document.table) <= 1


@settings(deadline=None)
@given(JSON, st.sampled_from(["list", "type", "name", "matching_attributes"]))
def test_any_json_in_a_warning_list_is_read_or_refused(value: Any, name: str) -> None:
    """Warning lists come from outside as well."""
    report = known({**warning_list("string", "a.example"), name: value}).report
    assert report.warning_lists <= 1


def test_deep_nesting_is_no_depth_for_us() -> None:
    """Lists in lists in lists hold no event that we would read."""
    document: Any = misp(attribute("ip-dst", "203.0.113.66"))
    for _ in range(900):
        document = [document]
    assert refused(document) == {Because.UNSUPPORTED: 1}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound values are refused and counted; what came first stays."""
    monkeypatch.setattr(collect, "MAX_INDICATORS", 3)
    document = misp(*(attribute("ip-dst", f"203.0.113.{number}", number) for number in range(1, 10)))
    assert len(known(document).table) == 3
    assert refused(document) == {Because.FULL: 6}


def test_refusals_are_counted_all_and_kept_in_part() -> None:
    """A feed of a hundred thousand mistakes is no novel."""
    document = misp(*(attribute("ip-dst", "nowhere", number) for number in range(collect.MAX_SHOWN + 50)))
    report = known(document).report
    assert report.refused == {Because.INVALID: collect.MAX_SHOWN + 50}
    assert len(report.shown) == collect.MAX_SHOWN


def test_a_name_is_one_bounded_line() -> None:
    """A name goes to mails and pages: no line ends, no escapes, no novel."""
    (indicator,) = known(bundle(stix(name="a\nb\x1b[31m\u202e" + "x" * 10_000))).table
    assert indicator.about.name.isprintable()
    assert len(indicator.about.name) <= 256


def test_one_feed_cannot_revoke_what_another_says() -> None:
    """Ids are a feed's own: a hostile feed that revokes somebody else's indicator revokes nothing."""
    collector = collect.Collector()
    collector.take(bundle(stix()), feed("feeds/cert"))
    collector.take(bundle(stix(modified="2030-01-01T00:00:00Z", revoked=True)), feed("feeds/other"))
    assert len(collector.finish().table) == 1
