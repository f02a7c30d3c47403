"""The set against a matcher that knows no dictionary, no prefix and no suffix walk: it compares every indicator with every value."""

from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from correlate.indicators.indicator import Kind
from tests.correlate.indicators.feeds import attribute, event, known, misp, watch

LABELS = st.sampled_from(["a", "b", "evil", "www", "x-1"])
NAMES = st.builds(
    lambda labels, end: ".".join([*labels, end]),
    st.lists(LABELS, min_size=1, max_size=4),
    st.sampled_from(["example", "test", "fr"]),
)
ADDRESSES = st.one_of(
    st.integers(0, 255).map(lambda last: f"203.0.113.{last}"),
    st.integers(0, 255).map(lambda third: f"203.0.{third}.7"),
    st.integers(0, 65535).map(lambda last: f"2001:db8::{last:x}"),
)
NETWORKS = st.one_of(
    st.builds(
        lambda address, length: str(ip_network(f"{address}/{length}", strict=False)),
        ADDRESSES.filter(lambda a: ":" not in a),
        st.integers(12, 31),
    ),
    st.builds(
        lambda address, length: str(ip_network(f"{address}/{length}", strict=False)),
        ADDRESSES.filter(lambda a: ":" in a),
        st.integers(28, 127),
    ),
)
URLS = st.builds(
    lambda host, path: f"http://{host}/{path}",
    st.one_of(NAMES, ADDRESSES.filter(lambda a: ":" not in a)),
    st.sampled_from(["", "a", "A", "a?b"]),
)
HASHES = st.sampled_from("0123456789abcdef").map(lambda digit: digit * 31 + "e")
BOXES = st.builds(lambda box, host: f"{box}@{host}", st.sampled_from(["m", "n"]), NAMES)

LISTED = st.one_of(
    st.tuples(st.just("ip-dst"), ADDRESSES),
    st.tuples(st.just("ip-dst"), NETWORKS),
    st.tuples(st.just("domain"), NAMES),
    st.tuples(st.just("url"), URLS),
    st.tuples(st.just("md5"), HASHES),
    st.tuples(st.just("email-src"), BOXES),
)
CARRIED = st.fixed_dictionaries(
    {},
    optional={
        "source.ip": ADDRESSES,
        "dns.question.name": NAMES,
        "url.full": URLS,
        "process.hash.md5": HASHES,
        "email.from.address": BOXES,
    },
)


def naive(kind: Kind, listed: str, fields: dict[str, Any]) -> bool:
    """Whether any value of the event is the listed one, is in it or is below it; by comparing texts and addresses."""
    hosts = [fields.get("source.ip"), fields.get("dns.question.name"), fields.get("email.from.address", "@").split("@")[1]]
    hosts.append(fields.get("url.full", "http:///").split("/")[2])
    hosts = [host for host in hosts if host]
    if kind is Kind.NETWORK:
        return any(":" in host or host[-1].isdigit() for host in hosts) and any(
            ip_address(host) in ip_network(listed) for host in hosts if ":" in host or host[-1].isdigit()
        )
    if kind in {Kind.IP, Kind.DOMAIN}:
        return any(host == listed or (kind is Kind.DOMAIN and f".{host}".endswith(f".{listed}")) for host in hosts)
    field = {Kind.URL: "url.full", Kind.HASH: "process.hash.md5", Kind.EMAIL: "email.from.address"}[kind]
    return bool(fields.get(field) == listed)


@settings(max_examples=400, deadline=None)
@given(st.lists(LISTED, max_size=12, unique=True), st.lists(CARRIED, min_size=1, max_size=4))
def test_the_set_finds_what_comparing_everything_finds(listed: list[tuple[str, str]], carried: list[dict[str, Any]]) -> None:
    """No value is lost in a dictionary, a prefix or a suffix, and none is found that is not there."""
    document = misp(*(attribute(kind, value, number) for number, (kind, value) in enumerate(listed)))
    table = known(document).table
    found = watch(document).detect([event(**fields) for fields in carried])
    for fields, detections in zip(carried, found, strict=True):
        wanted = {(one.kind, one.value) for one in table if naive(one.kind, one.value, fields)}
        assert {(one.kind, one.value) for detection in detections for one in detection.indicators} == wanted
