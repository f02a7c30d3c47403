"""EVE records of Suricata: who opened the connection, how grave an alert is, what was answered; whatever the bytes."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate.rules.alert import alert_detection
from ingest.ecs import mistyped_fields, unknown_fields
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.suricata_eve import evidence, parse
from ingest.parsers.suricata_sections import MEANING
from ingest.parsers.suricata_sides import OF_A_PACKET
from schemas.event import PARTIAL, Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="990000001", name="CHU d'Exemple"), "sonde", datetime(2026, 3, 28, 12, tzinfo=UTC))
CLIENT = {"src_ip": "203.0.113.66", "src_port": 52812, "dest_ip": "192.0.2.10", "dest_port": 8080}
ANSWER = {"src_ip": "192.0.2.10", "src_port": 8080, "dest_ip": "203.0.113.66", "dest_port": 52812}
ALERT = {
    "action": "allowed",
    "gid": 1,
    "signature_id": 9000001,
    "rev": 3,
    "signature": "EX SCAN Probe",
    "category": "Misc activity",
}


def eve(kind: str, **fields: object) -> dict[str, object]:
    """One record, from the client to the server unless it says otherwise."""
    return {"timestamp": "2026-03-27T13:00:00.123456+0100", "event_type": kind, "proto": "TCP", **CLIENT, kind: {}, **fields}


def read(kind: str, **fields: object) -> Event:
    """The fields that the parser finds in one record."""
    return parse(orjson.dumps(eve(kind, **fields)).decode(), ORIGIN)


def sides(event: Event) -> tuple[object, ...]:
    """Source and destination, with their ports."""
    return tuple(event.get(name) for name in ("source.ip", "source.port", "destination.ip", "destination.port"))


OPENED = ("203.0.113.66", 52812, "192.0.2.10", 8080)


@pytest.mark.parametrize(
    ("says", "tags"),
    [
        (CLIENT | {"direction": "to_server"}, []),
        (ANSWER | {"direction": "to_client"}, []),
        (ANSWER | {"flow": CLIENT}, []),
        (ANSWER | {"direction": "to_client", "flow": CLIENT}, []),
        (CLIENT, [OF_A_PACKET]),
    ],
)
@pytest.mark.parametrize("kind", ["alert", "anomaly", "drop"])
def test_the_source_is_who_opened_the_connection(kind, says, tags):
    """Whichever way the packet went, the flow or the direction names the opener; when neither is there, a tag says so."""
    event = read(kind, **says)
    assert sides(event) == OPENED
    assert event.get("tags", []) == tags


def test_an_attacker_cannot_turn_an_alert_round_with_a_source_port():
    """The ports of a packet prove nothing in an alert: who attacks from port 53 stays the source."""
    event = read("alert", src_port=53, alert=ALERT)
    assert sides(event) == ("203.0.113.66", 53, "192.0.2.10", 8080)


@pytest.mark.parametrize(("kind", "port"), [("dns", 53), ("fileinfo", 80), ("netflow", 443)])
def test_an_answer_of_a_server_does_not_make_it_the_source(kind, port):
    """Records that have the server first when it speaks (DNS answers, downloads, returning flows) are turned round."""
    event = read(kind, **(ANSWER | {"src_port": port}))
    assert sides(event) == ("203.0.113.66", 52812, "192.0.2.10", port)


def test_the_client_of_a_lease_is_the_source():
    """DHCP has system ports on both sides; the message itself says that it is a reply."""
    event = read("dhcp", **ANSWER | {"src_port": 67, "dest_port": 68}, dhcp={"type": "reply", "hostname": "PC-077"})
    assert (event["source.ip"], event["source.domain"]) == ("203.0.113.66", "PC-077")


@pytest.mark.parametrize(
    ("severity", "metadata", "level"),
    [
        (1, {}, "high"),
        (2, {}, "medium"),
        (3, {}, "low"),
        (4, {}, "informational"),
        (255, {}, "informational"),
        (None, {}, "high"),
        (3, {"signature_severity": ["Critical"]}, "critical"),
        (3, {"signature_severity": ["Major"]}, "high"),
        (1, {"signature_severity": ["Minor"]}, "low"),
        (1, {"signature_severity": ["Informational"]}, "informational"),
        (1, {"signature_severity": ["?"]}, "high"),
        (1, {"signature_severity": 7}, "high"),
    ],
)
def test_an_alert_becomes_a_detection_of_its_level(severity, metadata, level):
    """Suricata's scale is upside down: 1 is the gravest; what the signature's author says of it counts more."""
    event = read("alert", alert=ALERT | {"severity": severity, "metadata": metadata})
    event |= {"event.id": "e1", "organization.id": "990000001"}
    detection = alert_detection(event, ())
    assert (detection.rule_id, detection.rule_name, detection.level) == ("9000001", "EX SCAN Probe", level)


@pytest.mark.parametrize(
    ("action", "types", "outcome"),
    [("allowed", ["info", "allowed"], None), ("blocked", ["info", "denied"], "failure"), (["x"], ["info"], None)],
)
def test_what_was_blocked_is_denied_and_failed(action, types, outcome):
    """A blocked attack did not succeed; of an allowed one the sensor does not know, whatever the server answered."""
    event = read("alert", alert=ALERT | {"action": action}, http={"status": 200}, smb={"status": "STATUS_SUCCESS"})
    assert (event["event.kind"], event["event.type"], event.get("event.outcome")) == ("alert", types, outcome)
    assert event["http.response.status_code"] == 200


def test_the_drop_of_a_packet_is_no_second_alert():
    """A drop record repeats its alert, which has a record of its own."""
    event = read("drop", drop={"len": 60}, alert=ALERT | {"action": "blocked"})
    assert (event["event.kind"], event["event.type"], event["rule.id"]) == ("event", ["denied"], "9000001")


def test_techniques_of_the_signature_are_kept():
    """What Emerging Threats writes with underscores reads as MITRE names it."""
    metadata = {"mitre_tactic_name": ["Command_And_Control"], "mitre_technique_id": ["T1071"], "cve": ["CVE_2026_0001"]}
    event = read("alert", alert=ALERT | {"metadata": metadata})
    assert event["threat.tactic.name"] == ["Command And Control"]
    assert event["threat.technique.id"] == ["T1071"]
    assert event["vulnerability.id"] == ["CVE-2026-0001"]


ANSWERS = (
    {"type": "answer", "rrname": "a.example", "rrtype": "A", "rcode": "NOERROR", "ttl": 60, "rdata": "198.51.100.7"},
    {
        "version": 2,
        "type": "answer",
        "rrname": "a.example",
        "rrtype": "A",
        "rcode": "NOERROR",
        "answers": [{"rrname": "a.example", "rrtype": "A", "ttl": 60, "rdata": "198.51.100.7"}],
    },
    {
        "version": 3,
        "type": "response",
        "rcode": "NOERROR",
        "queries": [{"rrname": "a.example", "rrtype": "A"}],
        "answers": [{"rrname": "a.example", "rrtype": "A", "ttl": 60, "rdata": "198.51.100.7"}],
    },
)


@pytest.mark.parametrize("dns", ANSWERS, ids=["v1", "v2", "v3"])
def test_the_three_versions_of_dns_mean_the_same(dns):
    """One answer gives one meaning, however Suricata wrote it over the years."""
    event = read("dns", dns=dns)
    names = ("dns.type", "dns.question.name", "dns.question.type", "dns.response_code", "dns.resolved_ip", "dns.answers.ttl")
    assert [event.get(name) for name in names] == ["answer", "a.example", "A", "NOERROR", ["198.51.100.7"], [60]]
    assert event["event.outcome"] == "success"


def test_grouped_answers_are_answers():
    """The *grouped* format lists them by type."""
    dns = {"version": 2, "type": "answer", "rcode": "NOERROR", "grouped": {"A": ["198.51.100.7"], "CNAME": ["b.example"]}}
    event = read("dns", dns=dns)
    assert event["dns.answers.data"] == ["198.51.100.7", "b.example"]
    assert event["dns.resolved_ip"] == ["198.51.100.7"]


@pytest.mark.parametrize(
    ("stamp", "instant"),
    [
        ("2026-03-27T13:00:00.123456+0100", "2026-03-27T12:00:00.123456Z"),
        ("2026-03-27T12:00:00.123456+0000", "2026-03-27T12:00:00.123456Z"),
        ("2026-03-27T07:00:00.123456-0500", "2026-03-27T12:00:00.123456Z"),
        ("2026-03-27T13:00:00.123456", "2026-03-27T12:00:00.123456Z"),
    ],
)
def test_the_zone_of_a_time_is_applied(stamp, instant):
    """The offset that Suricata writes counts; without one, the time is local to the site."""
    assert read("http", timestamp=stamp)["@timestamp"] == instant


def test_half_a_login_has_no_outcome():
    """SMB says MORE_PROCESSING_REQUIRED in the middle of every login, which is neither success nor failure."""
    outcomes = [
        read("smb", smb={"status": status}).get("event.outcome")
        for status in ("STATUS_MORE_PROCESSING_REQUIRED", "STATUS_SUCCESS", "STATUS_LOGON_FAILURE")
    ]
    assert outcomes == [None, "success", "failure"]


@pytest.mark.parametrize("kind", MEANING)
def test_each_type_of_record_is_told(kind):
    """Every type of the table is understood whole, and has a category that ECS knows."""
    event = read(kind, direction="to_server")
    assert event["event.dataset"] == f"suricata.{kind}"
    assert "tags" not in event
    assert unknown_fields(event) == mistyped_fields(event) == []


def test_an_unknown_type_is_read_as_far_as_possible():
    """A type of a newer Suricata keeps addresses, time and its own values, and is tagged."""
    event = read("pop4", pop4={"user": "x", "deep": {"er": 1, "est": {"not": "kept"}}})
    assert sides(event) == OPENED
    assert event["tags"] == [PARTIAL]
    assert (event["suricata.eve.pop4.user"], event["suricata.eve.pop4.deep.er"]) == ("x", 1)
    assert not [name for name in event if "est" in name.split(".")]


def test_names_that_anybody_may_choose_become_no_fields():
    """Field names come from Suricata, not from signatures' variables nor from what an attacker could invent."""
    event = read("alert", direction="to_server", vars={"flowbits": {"et.x": True}}, **{"": 1, "a b": 1, "x" * 99: 1, "..": 1})
    assert event["tags"] == [PARTIAL]
    assert all(name.replace(".", "").replace("_", "").isalnum() for name in event if name != "@timestamp")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        '"event_type"',
        "{}",
        '{"event_type":"alert"}',
        '{"timestamp":"2026-03-27T13:00:00Z","event_type":7}',
        '{"timestamp":"2026-03-27T13:00:00Z","event_type":"Al.Ert"}',
        "Mar 27 13:00:00 srv sshd[1]: Invalid user suricata: {",
    ],
)
def test_what_is_no_eve_record_is_refused_and_gives_no_evidence(line):
    """Other JSON, and another program's line that quotes Suricata, says what was expected."""
    with pytest.raises(NotUnderstood, match="expected"):
        parse(line, ORIGIN)
    assert evidence(line) is None


def test_evidence_names_the_type():
    """A record proves itself by its time, its type and the object of that name, with a syslog header or without."""
    line = orjson.dumps(eve("alert")).decode()
    reason = "a JSON object with 'timestamp', 'event_type' 'alert' and an object of that name"
    assert evidence(line) == evidence(f"<134>Mar 27 13:00:00 sonde suricata[7]: {line}") == reason
    assert evidence(orjson.dumps(eve("alert", event_type="flow")).decode()) is None
    assert evidence(orjson.dumps({"log": line}).decode()) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "src_ip src_port dest_ip dest_port proto direction app_proto vlan alert flow netflow http dns tls fileinfo smb krb5 dhcp email ja3"
    " action severity signature signature_id metadata signature_severity cve status url hostname http_port type rrname rdata ttl answers"
    " queries grouped version notbefore sni filename start end bytes_toserver bytes_toclient ntlmssp user timestamp event_type"
)
names = st.sampled_from(NAMES.split())
objects = st.dictionaries(names, values | st.dictionaries(names, values, max_size=6), max_size=8)


@given(st.sampled_from([*MEANING, "other"]), objects)
def test_no_value_raises_and_none_is_mistyped(kind, fields):
    """Any JSON in the place of any value of a well-formed record is read or kept, never an error."""
    event = parse(orjson.dumps(eve(kind) | fields | {"event_type": kind}).decode(), ORIGIN)
    assert unknown_fields(event) == mistyped_fields(event) == []


@given(st.sampled_from([*MEANING, "other"]), st.integers(0, 400), st.text(max_size=4), st.integers(0, 20))
def test_no_mutation_of_a_line_raises_more_than_a_refusal(kind, place, typed, cut):
    """A line with some of its text replaced is an event or is not understood; the evidence never raises."""
    line = orjson.dumps(eve(kind, alert=ALERT, flow=CLIENT)).decode()
    mutated = line[:place] + typed + line[place + cut :]
    evidence(mutated)
    try:
        event = parse(mutated, ORIGIN)
    except NotUnderstood:
        return
    assert unknown_fields(event) == mistyped_fields(event) == []
