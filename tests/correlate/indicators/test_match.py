"""correlate.indicators.match: where events carry indicators, when that holds, and what the detection says."""

from typing import Any

import pytest

from correlate.indicators.match import MAX_LISTED
from schemas.detection import Detection, Entity, Kind, Level, Phase, State, detection_id
from tests.correlate.indicators.feeds import AMBER_STRICT, CLEAR, RED, WHEN, attribute, bundle, event, found, misp, stix, watch

IP, MD5 = "203.0.113.66", "01eca87a1d29d8e2da2ed94930ae0d41"
EVERYTHING = misp(
    attribute("ip-dst", IP, 1),
    attribute("ip-dst", "198.51.100.0/24", 2),
    attribute("domain", "evil.example", 3),
    attribute("url", "http://drop.example/a?b=c", 4),
    attribute("md5", MD5, 5),
    attribute("email-src", "m@phish.example", 6),
    attribute("domain", "hôpital.example", 7),
    attribute("ip-dst", "2001:db8::66", 8),
)
WATCH = watch(EVERYTHING)


def seen(**fields: Any) -> list[tuple[str, str]]:
    """Kind and listed value of what an event carries."""
    return [(one.kind, one.value) for detection in WATCH.detect([event(**fields)])[0] for one in detection.indicators]


@pytest.mark.parametrize(
    ("field", "value", "listed"),
    [
        ("source.ip", IP, IP),
        ("destination.ip", [IP, "192.0.2.1"], IP),
        ("client.ip", f"::ffff:{IP}", IP),
        ("server.ip", "2001:0DB8::0066%eth0", "2001:db8::66"),
        ("destination.nat.ip", "198.51.100.99", "198.51.100.0/24"),
        ("dns.resolved_ip", ["192.0.2.1", IP], IP),
        ("dns.answers.data", [IP], IP),
        ("dns.question.name", "a.B.Evil.example.", "evil.example"),
        ("dns.question.name", "hôpital.example", "xn--hpital-ixa.example"),
        ("tls.client.server_name", "evil.example", "evil.example"),
        ("destination.domain", "evil.example", "evil.example"),
        ("url.domain", "www.evil.example", "evil.example"),
        ("url.domain", IP, IP),
        ("url.full", "https://user@DROP.example:443/a?b=c#d", "http://drop.example/a?b=c"),
        ("url.full", "ftp://evil.example/x", "evil.example"),
        ("url.full", f"http://{IP}:8080/x", IP),
        ("url.original", "http://drop.example/a?b=c", "http://drop.example/a?b=c"),
        ("file.hash.md5", MD5.upper(), MD5),
        ("process.hash.md5", MD5, MD5),
        ("process.parent.hash.md5", MD5, MD5),
        ("dll.hash.md5", MD5, MD5),
        ("email.attachments.file.hash.md5", [MD5], MD5),
        ("email.from.address", ["M@Phish.example"], "m@phish.example"),
        ("email.from.address", "anyone@mail.evil.example", "evil.example"),
        ("email.to.address", "m@phish.example", "m@phish.example"),
    ],
)
def test_fields_that_carry_indicators(field: str, value: Any, listed: str) -> None:
    """Each field of the table, in the spellings that logs have."""
    assert [text for _, text in seen(**{field: value})] == [listed]


@pytest.mark.parametrize(
    "fields",
    [
        {"source.ip": "203.0.113.67"},
        {"source.ip": "10.0.0.1"},
        {"source.ip": 7},
        {"source.ip": None},
        {"source.ip": {"a": IP}},
        {"source.ip": "x" * 100_000},
        {"source.ip": ["192.0.2.1"] * 100 + [IP]},
        {"dns.question.name": "notevil.example"},
        {"dns.question.name": "evil.example.org"},
        {"dns.question.name": "." * 1000},
        {"url.full": "http://drop.example/a"},
        {"url.full": "http://drop.example/A?b=c"},
        {"url.full": "http://good.example/?u=http://evil.example/"},
        {"url.full": "http://evil.example@good.example/"},
        {"url.original": "/a?b=c"},
        {"file.hash.sha1": "0" * 40},
        {"message": IP},
        {"user.name": "evil.example"},
        {"url.domain": "evil.example", "event.module": "web"},
        {"url.full": "http://drop.example/a?b=c", "event.module": "web"},
    ],
)
def test_what_carries_none(fields: dict[str, Any]) -> None:
    """Neighbours, look-alikes, wrong types, free text, and what visitors ask of a site's own web server."""
    assert seen(**fields) == []


@pytest.mark.parametrize(
    ("time", "matches"),
    [
        ("2025-12-31T23:59:59.999999Z", False),
        ("2026-01-01T00:00:00.000000Z", True),
        ("2026-01-31T23:59:59.999999Z", True),
        ("2026-02-01T00:00:00.000000Z", False),
    ],
)
def test_the_time_of_the_event_decides(time: str, matches: bool) -> None:  # noqa: FBT001 - a table column
    """From ``valid_from``, included, to ``valid_until``, excluded; not the time of the clock."""
    document = bundle(stix(valid_from="2026-01-01T00:00:00Z", valid_until="2026-02-01T01:00:00+01:00"))
    assert bool(found(document, time, destination__ip=IP)) is matches


def test_a_detection_says_all() -> None:
    """The indicator's id is the rule's; level, markings, field, feed and entities are there; the id is a function of both."""
    (detection,) = found(bundle(stix(confidence=90, object_marking_refs=[CLEAR])), destination__ip=IP, host__name="SRV1")
    identity = stix()["id"]
    assert detection == Detection(
        id=detection_id(identity, "e1"),
        kind=Kind.INDICATOR,
        rule_id=identity,
        rule_name="Indicator: Relais 1",
        level=Level.HIGH,
        time=WHEN,
        site="380781435",
        event_ids=("e1",),
        entities=(Entity(kind="ip", value=IP), Entity(kind="host", value="srv1")),
        indicators=detection.indicators,
        tlp="TLP:CLEAR",
        pap="PAP:AMBER",
    )
    (sighted,) = detection.indicators
    assert sighted.model_dump() == {
        "id": identity,
        "name": "Relais 1",
        "kind": "ip",
        "value": IP,
        "field": "destination.ip",
        "source": "feeds/cert",
        "tlp": "TLP:CLEAR",
        "pap": "PAP:AMBER",
    }


def test_feeds_that_agree_make_one_detection() -> None:
    """The gravest gives the id; all are named; the strictest marking and the highest level count."""
    document = bundle(
        stix(number=1, confidence=10, object_marking_refs=[RED]),
        stix(number=2, confidence=90, object_marking_refs=[CLEAR]),
        stix("[domain-name:value = 'evil.example']", number=3),
    )
    first, second = found(document, destination__ip=IP, dns__question__name="a.evil.example")
    assert [one.id[:19] for one in first.indicators] == ["indicator--00000002", "indicator--00000001"]
    assert (first.level, first.tlp, first.rule_id) == (Level.HIGH, "TLP:RED", stix(number=2)["id"])
    assert (second.level, second.rule_id) == (Level.MEDIUM, stix(number=3)["id"])
    assert Entity(kind="domain", value="evil.example") in second.entities


def test_two_values_of_one_indicator_are_one_detection() -> None:
    """An id cannot stand for two detections of one event."""
    document = bundle(stix(f"[ipv4-addr:value = '{IP}' OR domain-name:value = 'evil.example']"))
    (detection,) = found(document, destination__ip=IP, dns__question__name="evil.example")
    assert [one.field for one in detection.indicators] == ["destination.ip", "dns.question.name"]


def test_a_detection_is_bounded_and_its_markings_are_not_cut() -> None:
    """A hundred feeds list one address: few are named, the strictest marking of all counts."""
    marked = [stix(number=number, object_marking_refs=[CLEAR]) for number in range(100)]
    (detection,) = found(bundle(*marked, stix(number=999, object_marking_refs=[AMBER_STRICT])), destination__ip=IP)
    assert len(detection.indicators) == MAX_LISTED
    assert detection.tlp == "TLP:AMBER+STRICT"


@pytest.mark.parametrize(("reference", "named"), [(CLEAR, True), (AMBER_STRICT, False), (RED, False)])
def test_a_name_under_a_strict_marking_is_no_rule_name(reference: str, named: bool) -> None:  # noqa: FBT001 - a table column
    """A rule's name is shown to every hospital of an incident; the indicator's own name stays with the region."""
    (detection,) = found(bundle(stix(object_marking_refs=[reference])), destination__ip=IP)
    assert ("Relais" in detection.rule_name) is named
    assert detection.indicators[0].name == "Relais 1"


@pytest.mark.parametrize(
    ("fields", "phase"),
    [
        ({"destination.ip": IP}, Phase.SUCCESS),
        ({"dns.question.name": "evil.example"}, Phase.SUCCESS),
        ({"file.hash.md5": MD5}, Phase.SUCCESS),
        ({"source.ip": IP}, Phase.ATTEMPT),
        ({"email.from.address": "m@phish.example"}, Phase.ATTEMPT),
        ({"source.ip": IP, "event.category": ["authentication"], "event.outcome": "success"}, Phase.SUCCESS),
        ({"source.ip": IP, "event.category": "authentication", "event.outcome": "failure"}, Phase.ATTEMPT),
        ({"destination.ip": IP, "event.type": ["connection", "denied"]}, Phase.ATTEMPT),
        ({"destination.ip": IP, "event.outcome": "failure"}, Phase.ATTEMPT),
    ],
)
def test_a_knock_is_an_attempt(fields: dict[str, Any], phase: Phase) -> None:
    """Every hospital is scanned by listed addresses; who logs in from one, or asks for one, is another matter."""
    (detection,) = WATCH.detect([event(**fields)])[0]
    assert detection.phase is phase


def test_low_levels_are_in_shadow() -> None:
    """What a feed itself doubts is counted and enters no incident."""
    assert found(bundle(stix(confidence=20)), destination__ip=IP)[0].state is State.SHADOW
    assert found(bundle(stix(confidence=30)), destination__ip=IP)[0].state is State.ON


def test_sides_are_kept() -> None:
    """``dst_ref`` of a STIX pattern is the destination, and no source."""
    document = bundle(stix(f"[network-traffic:dst_ref.value = '{IP}']"))
    assert found(document, destination__ip=IP)
    assert not found(document, source__ip=IP)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (f"file:hashes.MD5 = '{MD5}' AND file:name = 'a.exe'", {"file.name": "a.exe"}, {"file.name": "b.exe"}),
        (
            f"file:hashes.MD5 = '{MD5}' AND domain-name:value = 'evil.example'",
            {"url.domain": "x.evil.example"},
            {"url.domain": "notevil.example"},
        ),
        (f"file:hashes.MD5 = '{MD5}' AND ipv4-addr:value = '203.0.113.0/24'", {"source.ip": IP}, {"source.ip": "203.0.114.1"}),
    ],
)
def test_all_conditions_must_hold(pattern: str, yes: dict[str, Any], no: dict[str, Any]) -> None:
    """What stands beside the value must be in the same event."""
    document = bundle(stix(f"[{pattern}]"))
    assert found(document, **{"file.hash.md5": MD5}, **yes)
    assert not found(document, **{"file.hash.md5": MD5}, **no)
    assert not found(document, **{"file.hash.md5": MD5})


def test_an_empty_set_finds_nothing() -> None:
    """One list for each event, all of them empty."""
    assert watch().detect([event(source__ip=IP), event()]) == [[], []]
