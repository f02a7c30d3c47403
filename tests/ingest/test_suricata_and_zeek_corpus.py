"""Over the real records of Zeek and Suricata: nothing well-formed is lost, and Zeek's Sigma rules find the native texts."""

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sigma.rule import SigmaRule

from correlate.rules.fields import Pipelines, items_of, names_of
from correlate.rules.reading import Reading, text
from ingest.ecs import mistyped_fields, unknown_fields
from ingest.normalise import normalise
from ingest.parsers import suricata_eve, zeek_json
from ingest.values import address
from schemas.batch import RawBatch
from schemas.event import PARTIAL, RAW, Event
from schemas.site import Site

SITE = Site(finess="990000001", name="CHU d'Exemple")
ZEEK = ("logs/zeek_json/*", "campaigns/apt29_day1_zeek/*")
SURICATA = ("logs/suricata/*", "logs/crowdsec_hub/suricata-evelogs/*", "logs/syslog_devices/suricata.log")
FAST_LOG = ("logs/crowdsec_hub/suricata-fastlogs/*",)

READ_BY_RULES = {
    "dce_rpc": ("endpoint", "operation"),
    "dns": ("Z", "qtype_name", "query", "rejected"),
    "http": ("client_header_names", "method", "request_body_len", "resp_mime_types", "status_code", "uri"),
    "kerberos": ("cipher", "request_type", "service"),
    "smb_files": ("name", "path"),
    "x509": ("certificate.serial",),
}
"""Native fields that SigmaHQ's Zeek rules read, by service."""


def lines(corpus: Path, patterns: tuple[str, ...]) -> list[bytes]:
    """The records of the files."""
    found: list[bytes] = []
    for path in (path for pattern in patterns for path in sorted(corpus.glob(pattern))):
        data = path.read_bytes()
        found += [line for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines() if line.strip()]
    return found


def events(source_type: str, records: list[bytes]) -> list[Event]:
    """The records, normalised in batches as a shipper sends them."""
    found: list[Event] = []
    for start in range(0, len(records), 500):
        part = tuple(records[start : start + 500])
        batch = RawBatch(
            site=SITE.finess,
            source="sensor",
            source_type=source_type,
            epoch="e1",
            positions=tuple(range(start, start + len(part))),
            records=part,
            received=datetime(2027, 1, 1, tzinfo=UTC),
        )
        found += normalise(batch, SITE)
    return found


@pytest.fixture(scope="module")
def zeek(corpus: Path) -> list[Event]:
    """Every Zeek record of the corpus, normalised."""
    return events("zeek_json", lines(corpus, ZEEK))


@pytest.fixture(scope="module")
def suricata(corpus: Path) -> list[Event]:
    """Every EVE record of the corpus, normalised."""
    return events("suricata_eve", lines(corpus, SURICATA))


@pytest.mark.corpus
@pytest.mark.parametrize(("source", "least"), [("zeek", 40_000), ("suricata", 380)])
def test_no_well_formed_record_is_raw(request, source, least):
    """Of the real records, none is raw, at least 95 of 100 are understood whole, and each has its own time."""
    found: list[Event] = request.getfixturevalue(source)
    tags = Counter(tag for event in found for tag in event.get("tags", ()))
    assert len(found) >= least
    assert tags[RAW] == tags["time:received"] == 0
    assert tags[PARTIAL] <= 0.05 * len(found)


@pytest.mark.corpus
@pytest.mark.parametrize("source", ["zeek", "suricata"])
def test_real_events_hold_only_known_fields_of_the_right_type(request, source):
    """No real record makes a parser write a field, or a type of value, that ECS does not have."""
    found: list[Event] = request.getfixturevalue(source)
    assert {name for event in found for name in (*unknown_fields(event), *mistyped_fields(event))} == set()


@pytest.mark.corpus
def test_the_source_of_a_real_zeek_record_is_the_originator(corpus, zeek):
    """In every log with a connection, the originator is the source and the responder the destination."""
    records = [orjson.loads(line) for line in lines(corpus, ZEEK)]
    compared = 0
    for native, event in zip(records, zeek, strict=True):
        origin = native.get("id.orig_h") or native.get("id_orig_h")
        if origin is not None:
            compared += 1
            answer = native.get("id.resp_h") or native.get("id_resp_h")
            assert (event["source.ip"], event["destination.ip"]) == (address(origin), address(answer))
    assert compared > 35_000


@pytest.mark.corpus
def test_the_addresses_and_times_of_a_real_eve_record_are_kept(corpus, suricata):
    """Each event has the two addresses of its record and its instant; an alert's level follows Suricata's severity."""
    levels = {1: "high", 2: "medium", 3: "low"}
    for line, event in zip(lines(corpus, SURICATA), suricata, strict=True):
        native = orjson.loads(line[line.index(b"{") :])
        if "src_ip" in native:
            assert {event["source.ip"], event["destination.ip"]} == {native["src_ip"], native["dest_ip"]}
        assert datetime.fromisoformat(event["@timestamp"]) == datetime.fromisoformat(native["timestamp"])
        if native["event_type"] == "alert":
            assert event["event.kind"] == "alert"
            assert (event["rule.id"], event["rule.name"]) == (str(native["alert"]["signature_id"]), native["alert"]["signature"])
            if "metadata" not in native["alert"]:
                assert event["log.level"] == levels[native["alert"]["severity"]]


@pytest.mark.corpus
def test_lines_of_another_log_of_suricata_are_raw(corpus):
    """``fast.log`` is no EVE: its lines are kept raw, with the reason."""
    found = events("suricata_eve", lines(corpus, FAST_LOG))
    assert found
    assert all(event["tags"] == [RAW, "time:received"] for event in found)


@pytest.mark.corpus
def test_every_real_record_proves_its_type(corpus):
    """The evidence claims each record for its own parser and none for the other."""
    for mine, other, patterns in ((zeek_json, suricata_eve, ZEEK), (suricata_eve, zeek_json, SURICATA)):
        texts = [line.decode() for line in lines(corpus, patterns)]
        assert [text for text in texts if mine.evidence(text) is None or other.evidence(text)] == []


@pytest.mark.corpus
@pytest.mark.parametrize(("log", "native"), [(log, name) for log, names in READ_BY_RULES.items() for name in names])
def test_a_rule_finds_the_native_text(corpus, zeek, log, native):
    """What SigmaHQ's Zeek rules read is found where pySigma's pipeline looks for it, in every real record that has it."""
    source = {"product": "zeek", "service": log}
    rule = SigmaRule.from_dict({"title": "x", "logsource": source, "detection": {"one": {native: "x"}, "condition": "one"}})
    Pipelines().apply(rule)
    [names] = [names_of(item.field) for item in items_of(rule) if item.field not in {None, "event.dataset"}]
    compared = 0
    for line, event in zip(lines(corpus, ZEEK), zeek, strict=True):
        if event["event.dataset"] != f"zeek.{log}":
            continue
        record = orjson.loads(line)
        value = record.get(native, record.get(native.replace(".", "_")))
        if value not in (None, "", []):
            compared += 1
            assert Reading(event).texts(names) == tuple(map(text, value if isinstance(value, list) else [value]))
    assert compared or native == "cipher"
