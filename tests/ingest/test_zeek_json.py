"""Zeek's JSON logs: one meaning in every spelling, the log named or recognised, outcomes as Zeek saw them; whatever the bytes."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate.rules.alert import alert_detection
from ingest.ecs import mistyped_fields, unknown_fields
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.zeek_json import evidence, parse
from ingest.parsers.zeek_logs import LOGS
from schemas.event import PARTIAL, Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="990000001", name="CHU d'Exemple"), "zeek", datetime(2026, 3, 28, 12, tzinfo=UTC))
CONNECTION = {
    "uid": "CExempleConnexion1",
    "id.orig_h": "203.0.113.66",
    "id.orig_p": 52812,
    "id.resp_h": "192.0.2.10",
    "id.resp_p": 8080,
}


def record(log: str | None, **fields: object) -> dict[str, object]:
    """One record of a log; without name, as a file of its own would have it."""
    return ({"_path": log} if log else {}) | {"ts": 1774612800.123456} | CONNECTION | fields


def read(log: str | None, **fields: object) -> Event:
    """The fields that the parser finds in one record."""
    return parse(orjson.dumps(record(log, **fields)).decode(), ORIGIN)


@pytest.mark.parametrize(
    "ts",
    [1774612800.123456, "2026-03-27T12:00:00.123456Z", "2026-03-27T13:00:00.123456+01:00", "2026-03-27T12:00:00.123456"],
)
def test_seconds_and_iso_times_are_the_same_instant(ts):
    """Zeek writes seconds or ISO 8601, both in UTC."""
    assert read("conn", ts=ts)["@timestamp"] == "2026-03-27T12:00:00.123456Z"


def test_the_spellings_of_an_endpoint_mean_the_same():
    """Zeek's dot, the underscore of some shippers and the nested object give one event."""
    rest = {"_path": "conn", "ts": 1.5, "uid": "C1"}
    id_ = {name.removeprefix("id."): value for name, value in CONNECTION.items() if name.startswith("id.")}
    shapes = (
        rest | {f"id.{name}": value for name, value in id_.items()},
        rest | {f"id_{name}": value for name, value in id_.items()},
        rest | {"id": id_},
    )
    first, *others = (parse(orjson.dumps(shape).decode(), ORIGIN) for shape in shapes)
    assert (first["source.ip"], first["source.port"], first["destination.ip"]) == ("203.0.113.66", 52812, "192.0.2.10")
    assert others == [first, first]


NAMELESS = {
    "conn": {"conn_state": "SF"},
    "dns": {"query": "a.example", "qtype": 1},
    "http": {"trans_depth": 1, "method": "GET"},
    "smtp": {"trans_depth": 1, "helo": "mx.example"},
    "ssl": {"resumed": False, "established": True},
    "x509": {"certificate.serial": "01"},
    "files": {"fuid": "F1", "seen_bytes": 1},
    "ssh": {"auth_attempts": 1},
    "ntlm": {"domainname": "VALMONT", "username": "jmartin"},
    "kerberos": {"request_type": "AS", "client": "jmartin/VALMONT.EXAMPLE"},
    "rdp": {"cert_count": 0},
    "smb_mapping": {"share_type": "DISK"},
    "smb_files": {"action": "SMB::FILE_OPEN", "path": "\\\\srv\\commun", "name": "a.txt"},
    "dce_rpc": {"endpoint": "svcctl", "operation": "CreateServiceW"},
    "notice": {"note": "Scan::Port_Scan", "actions": []},
    "weird": {"name": "x", "notice": False, "peer": "zeek"},
    "software": {"software_type": "SSH::SERVER"},
    "dhcp": {"msg_types": ["ACK"]},
    "unknown": {"mystery": 1},
}


@pytest.mark.parametrize(("log", "fields"), NAMELESS.items())
def test_a_log_without_name_is_recognised_by_its_fields(log, fields):
    """One file for each log says nothing of its name; what only that log has tells, and nothing else is guessed."""
    event = read(None, **fields)
    assert event["event.dataset"] == f"zeek.{log}"
    assert (PARTIAL in event.get("tags", ())) == (log == "unknown")


@pytest.mark.parametrize("says", ["_path", "@path", "@stream"])
def test_the_name_of_a_log_is_read_however_it_is_given(says):
    """The stream's own name comes before what the fields would suggest."""
    line = orjson.dumps({says: "weird", "ts": 1.5, "conn_state": "SF"}).decode()
    assert parse(line, ORIGIN)["event.dataset"] == "zeek.weird"


@pytest.mark.parametrize("log", LOGS)
def test_each_log_is_told(log):
    """Every log of the table is understood whole, its source is who called, and it stays within ECS."""
    event = read(log, host="10.1.2.3")
    assert event["event.dataset"] == f"zeek.{log}"
    assert (event["source.ip"], event["destination.ip"]) == ("203.0.113.66", "192.0.2.10")
    assert "tags" not in event
    assert event["event.category"]
    assert event["event.type"]
    assert unknown_fields(event) == mistyped_fields(event) == []


@pytest.mark.parametrize(
    ("log", "fields", "outcome"),
    [
        ("ssh", {"auth_success": True}, "success"),
        ("ssh", {"auth_success": False}, "failure"),
        ("ssh", {"auth_attempts": 3}, None),
        ("ssh", {"auth_success": "T"}, None),
        ("ntlm", {"success": False}, "failure"),
        ("kerberos", {"success": True}, "success"),
        ("http", {"status_code": 200}, "success"),
        ("http", {"status_code": 403}, "failure"),
        ("http", {}, None),
        ("dns", {"rcode_name": "NOERROR"}, "success"),
        ("dns", {"rcode_name": "NXDOMAIN"}, "failure"),
        ("dns", {"query": "a.example"}, None),
        ("ssl", {"established": True}, "success"),
        ("ssl", {"established": False}, None),
        ("conn", {"conn_state": "SF"}, "success"),
        ("conn", {"conn_state": "REJ"}, "failure"),
        ("conn", {"conn_state": "OTH"}, None),
        ("conn", {"conn_state": ["SF"]}, None),
    ],
)
def test_the_outcome_is_what_zeek_saw(log, fields, outcome):
    """Success and failure are never swapped, and where Zeek does not know there is no outcome."""
    assert read(log, **fields).get("event.outcome") == outcome


@pytest.mark.parametrize(
    ("is_orig", "source"),
    [(True, "198.51.100.7"), (False, "10.1.2.3"), (None, None)],
)
def test_the_source_of_a_file_is_who_called_not_who_sent(is_orig, source):
    """Older Zeek names the sender and the receiver of a file; only ``is_orig`` says which of them opened the connection."""
    document = {"_path": "files", "ts": 1.5, "tx_hosts": ["198.51.100.7"], "rx_hosts": ["10.1.2.3"], "is_orig": is_orig}
    assert parse(orjson.dumps(document).decode(), ORIGIN).get("source.ip") == source


@pytest.mark.parametrize(
    ("host", "uri", "port", "full"),
    [
        ("a.example", "/x?y=1", 80, "http://a.example/x?y=1"),
        ("a.example", "/x", 8080, "http://a.example:8080/x"),
        ("A.Example:8080", "/x", 8080, "http://a.example:8080/x"),
        ("[2001:db8::1]", "/x", 80, "http://[2001:db8::1]/x"),
        ("a.example", "http://b.example/x", 3128, "http://b.example/x"),
        ("a.example", "*", 80, None),
        ("a.example", "http://", 80, None),
        (None, "/x", 80, None),
    ],
)
def test_the_whole_url_of_a_request_is_told(host, uri, port, full):
    """Two sensors that saw one request to a server have one URL to share."""
    event = read("http", **{"host": host, "uri": uri, "method": "GET", "id.resp_p": port})
    assert event.get("url.full") == full


def test_the_ports_of_icmp_are_no_ports():
    """There, Zeek writes the type and the code of the message in their place."""
    event = read("conn", proto="icmp")
    assert "source.port" not in event
    assert "destination.port" not in event


@pytest.mark.parametrize(
    ("note", "level"),
    [
        ("SSL::Invalid_Server_Cert", "informational"),
        ("Scan::Port_Scan", "low"),
        ("SSH::Password_Guessing", "medium"),
        ("TeamCymruMalwareHashRegistry::Match", "high"),
    ],
)
def test_a_notice_becomes_a_detection_of_its_level(note, level):
    """A notice is an alert by its own name; only what few notices say is grave."""
    event = read("notice", note=note, msg="x", actions=[]) | {"event.id": "e1", "organization.id": "990000001"}
    detection = alert_detection(event, ())
    assert (detection.rule_id, detection.rule_name, detection.level) == (note, note, level)


def test_a_value_of_the_wrong_type_is_kept_aside():
    """One bad value costs no record: it stays as it was, and the event is tagged."""
    event = read("http", status_code="deux cents", method="GET")
    assert event["tags"] == [PARTIAL]
    assert (event["zeek.http.status_code"], event["http.request.method"]) == ("deux cents", "GET")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        "#fields\tts\tuid",
        '{"ts":1.5,"level":"info","msg":"ready"}',
        '{"_path":"conn"}',
        '{"_path":"a.b","ts":1.5}',
        '{"result":"ok","username":"x","ts":1.5}',
    ],
)
def test_what_is_no_zeek_record_is_refused_and_gives_no_evidence(line):
    """Other JSON with a ``ts`` says what was expected."""
    with pytest.raises(NotUnderstood, match="expected"):
        parse(line, ORIGIN)
    assert evidence(line) is None


def test_evidence_names_the_log():
    """A record proves itself by its name or its fields; a log outside the table proves nothing."""
    assert evidence(orjson.dumps(record("conn")).decode()) == "a JSON object with 'ts' and the fields of Zeek's conn log"
    assert evidence(orjson.dumps(record(None, conn_state="SF")).decode()) is not None
    assert evidence(orjson.dumps(record("unheard_of")).decode()) is None
    assert evidence(orjson.dumps({"log": orjson.dumps(record("conn")).decode()}).decode()) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "uid id id.orig_h id.orig_p id_resp_h proto local_orig local_resp conn_state orig_bytes resp_bytes answers TTLs rcode_name query host uri"
    " method status_code version cert_chain_fps established tx_hosts rx_hosts is_orig client path name action note src dst p msg msg_types"
    " mailfrom rcptto seen.indicator resp_mime_types duration mac sources"
)
names = st.sampled_from(NAMES.split())


@given(st.sampled_from([*LOGS, "other"]), st.dictionaries(names | st.text(max_size=6), values, max_size=8))
def test_no_value_raises_and_none_is_mistyped(log, fields):
    """Any JSON in the place of any value of a well-formed record is read or kept, never an error."""
    event = parse(orjson.dumps(record(log) | fields | {"_path": log, "ts": 1.5}).decode(), ORIGIN)
    assert unknown_fields(event) == mistyped_fields(event) == []


@given(st.sampled_from([*LOGS, "other"]), st.integers(0, 200), st.text(max_size=4), st.integers(0, 20))
def test_no_mutation_of_a_line_raises_more_than_a_refusal(log, place, typed, cut):
    """A line with some of its text replaced is an event or is not understood; the evidence never raises."""
    line = orjson.dumps(record(log)).decode()
    mutated = line[:place] + typed + line[place + cut :]
    evidence(mutated)
    try:
        event = parse(mutated, ORIGIN)
    except NotUnderstood:
        return
    assert unknown_fields(event) == mistyped_fields(event) == []
