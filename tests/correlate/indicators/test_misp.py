"""correlate.indicators.misp: what events and attributes of MISP say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from correlate.indicators.indicator import Kind
from correlate.indicators.refusal import Because
from schemas.detection import Level
from tests.correlate.indicators.feeds import attribute, found, known, misp, refused

IP = "203.0.113.66"
MD5 = "01eca87a1d29d8e2da2ed94930ae0d41"


def one(document: Any) -> Any:
    """The only indicator of a document."""
    (indicator,) = known(document).table
    return indicator


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("ip-src", IP, [(Kind.IP, IP)]),
        ("ip-dst", "203.0.113.0/24", [(Kind.NETWORK, "203.0.113.0/24")]),
        ("domain", "evil[.]example", [(Kind.DOMAIN, "evil.example")]),
        ("hostname", "c2.evil.example", [(Kind.DOMAIN, "c2.evil.example")]),
        ("domain|ip", f"evil.example|{IP}", [(Kind.IP, IP), (Kind.DOMAIN, "evil.example")]),
        ("url", "hxxp://evil.example/a", [(Kind.URL, "http://evil.example/a")]),
        ("email-src", "M@evil.example", [(Kind.EMAIL, "m@evil.example")]),
        ("md5", MD5.upper(), [(Kind.HASH, MD5)]),
        ("filename|md5", f"a|b.exe|{MD5}", [(Kind.HASH, MD5)]),
        ("malware-sample", f"a.exe|{MD5}", [(Kind.HASH, MD5)]),
    ],
)
def test_types_are_read(kind: str, value: str, wanted: list[tuple[Kind, str]]) -> None:
    """Each type gives the values that are looked up; a composite gives what of it is decisive."""
    assert sorted((item.kind, item.value) for item in known(misp(attribute(kind, value))).table) == sorted(wanted)


def test_a_port_must_be_there_as_well() -> None:
    """``ip-dst|port`` is one connection; another port of the same address is another matter."""
    document = misp(attribute("ip-dst|port", f"{IP}|4444"))
    assert found(document, destination__ip=IP, destination__port=4444)
    assert not found(document, destination__ip=IP, destination__port=443)
    assert not found(document, destination__ip=IP)


@pytest.mark.parametrize("to_ids", [False, 0, "0", None, "yes"])
def test_only_what_is_for_detection_is_matched(to_ids: Any) -> None:
    """``to_ids`` false is context for a reader: counted, never an alert."""
    assert refused(misp(attribute("ip-dst", IP, to_ids=to_ids))) == {Because.NOT_FOR_DETECTION: 1}
    assert len(known(misp(attribute("ip-dst", IP, to_ids="1"))).table) == 1


def test_the_shapes_of_exports_are_read() -> None:
    """One event, a list, a response with a list or an object, attributes alone, and attributes inside objects."""
    event = misp(attribute("ip-dst", IP))
    inside = misp(Object=[{"Attribute": [attribute("ip-dst", IP)]}])
    alone = {**attribute("ip-dst", IP), "Event": {"info": "Campagne", "threat_level_id": "1"}}
    shapes = (
        event,
        event["Event"],
        [event],
        {"response": [event]},
        {"response": event},
        inside,
        {"response": {"Attribute": [alone]}},
    )
    for document in shapes:
        indicator = one(document)
        assert (indicator.value, indicator.about.name, indicator.about.level) == (IP, "Campagne", Level.HIGH)


def test_what_was_deleted_is_not_there() -> None:
    """A deleted attribute, or one of a deleted object, is neither matched nor refused."""
    gone = misp(attribute("ip-dst", IP, deleted=True), Object=[{"deleted": "1", "Attribute": [attribute("md5", MD5, 2)]}])
    assert len(known(gone).table) == 0
    assert refused(gone) == {}


@pytest.mark.parametrize(
    ("threat", "level"), [("1", "high"), ("2", "medium"), ("3", "low"), ("4", "medium"), (1, "high"), (None, "medium")]
)
def test_the_threat_level_is_the_level(threat: Any, level: str) -> None:
    """Undefined is medium: to know nothing is no reassurance."""
    assert one(misp(attribute("ip-dst", IP), threat_level_id=threat)).about.level == Level(level)


@pytest.mark.parametrize(
    ("of_event", "of_attribute", "tlp", "pap"),
    [
        ((), (), "TLP:AMBER", "PAP:AMBER"),
        (("tlp:white",), (), "TLP:CLEAR", "PAP:AMBER"),
        (("tlp:green",), ("tlp:amber+strict", "PAP:RED"), "TLP:AMBER+STRICT", "PAP:RED"),
        (("tlp:red",), ("tlp:clear", "pap:green"), "TLP:RED", "PAP:GREEN"),
        (("tlp:unclear",), (), "TLP:RED", "PAP:AMBER"),
        (('tlp="amber"', "not-tlp:red"), (), "TLP:AMBER", "PAP:AMBER"),
    ],
)
def test_the_strictest_tag_wins(of_event: tuple[str, ...], of_attribute: tuple[str, ...], tlp: str, pap: str) -> None:
    """An attribute can tighten what its event says, never loosen it; a label that does not exist is the strictest."""
    tags = [{"name": name} for name in of_attribute]
    about = one(misp(attribute("ip-dst", IP, Tag=tags), tags=of_event)).about
    assert (about.tlp, about.pap) == (tlp, pap)


def test_when_it_holds() -> None:
    """From ``first_seen`` to ninety days after ``last_seen``, or as long as a retention tag gives it; for ever when nothing is said."""
    seen = {"first_seen": "2026-01-01T00:00:00.000000+00:00", "last_seen": "2026-01-10T00:00:00.000000+00:00"}
    about = one(misp(attribute("ip-dst", IP, **seen))).about
    assert (about.since, about.until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC))

    about = one(misp(attribute("ip-dst", IP), tags=('retention:"2w"', "retention:1y"))).about
    assert (about.since, about.until) == (None, datetime(2026, 1, 15, tzinfo=UTC))

    about = one(misp(attribute("ip-dst", IP, first_seen=None))).about
    assert (about.since, about.until) == (None, None)
    assert refused(misp(attribute("ip-dst", IP), tags=("retention:expired",))) == {Because.EXPIRED: 1}


def test_techniques_are_those_of_the_galaxy() -> None:
    """Tags of MISP's ATT&CK galaxy name techniques."""
    tags = ('misp-galaxy:mitre-attack-pattern="Launch Daemon - T1543.004"', 'misp-galaxy:threat-actor="X - T1000"')
    assert one(misp(attribute("ip-dst", IP), tags=tags)).about.techniques == ("T1543.004",)


def test_the_later_timestamp_counts() -> None:
    """Two exports of one event: an attribute that is no longer for detection is gone."""
    first = attribute("ip-dst", IP, timestamp="1767225600")
    later = attribute("ip-dst", IP, timestamp="1767225601", to_ids=False)
    for documents in ((misp(first), misp(later)), (misp(later), misp(first))):
        assert len(known(*documents).table) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": 3},
        {"value": 3},
        {"value": {"a": 1}},
        {"first_seen": "soon"},
        {"last_seen": 17},
        {"type": "ip-dst|port", "value": IP},
        {"type": "domain|ip"},
        {"type": "filename|md5"},
        {"value": "x" * 100_000},
    ],
)
def test_wrong_attributes_are_refused_alone(wrong: dict[str, Any]) -> None:
    """One bad attribute refuses itself, with its place, and no other."""
    report = known(misp({**attribute("ip-dst", IP), **wrong}, attribute("md5", MD5, 2)))
    assert [(refusal.where, refusal.because) for refusal in report.report.shown] == [("Event.Attribute[0]", Because.INVALID)]
    assert [item.value for item in report.table] == [MD5]


@pytest.mark.parametrize(
    "more",
    [
        {"Attribute": 3},
        {"Object": "x"},
        {"Attribute": [3]},
        {"Object": [{"Attribute": 5}]},
        {"Tag": 3, "Attribute": [attribute("text", "x")]},
    ],
)
def test_wrong_containers_are_refused(more: dict[str, Any]) -> None:
    """What should be a list or an object and is none is named."""
    assert refused({"Event": {"info": "x", **more}}).keys() <= {Because.INVALID, Because.UNSUPPORTED}
    assert refused({"Event": {"info": "x", **more}})
