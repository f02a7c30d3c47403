"""Over the real Windows events: all are understood, and a Sigma rule finds the native texts in the ECS fields."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sigma.pipelines.elasticsearch.windows import ecs_windows, ecs_windows_variable_mappings

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.normalise import normalise
from ingest.parsers.windows_channels import POWERSHELL_CLASSIC, SECURITY, SYSMON
from schemas.batch import RawBatch
from schemas.event import RAW, Event
from schemas.site import Site

SITE = Site(finess="010000024", name="CH d'Exemple")
_LOSSY = (
    "AccountDomain AccountName Channel ClientAddress ClientName DestAddress Destination DestinationHostname DestinationIp"
    " DestinationPortName Imphash Initiated IpAddress IpPort NewProcessId ParentProcessName Payload ProcessId ProcessName"
    " Protocol ProviderName Signed SourceAddress SourceHostname SourceIp SourceProcessId SubjectDomainName SubjectLogonId"
    " SubjectUserName SubjectUserSid TargetDomainName TargetLogonId User WorkstationName"
)
LOSSY = frozenset(_LOSSY.split())
"""Native names whose ECS field does not always hold the native text: rules read them from ``winlog.event_data``."""


def pysigma_mapping() -> dict[str, str]:
    """The fixed table of pySigma's pipeline, without the suffix that only Elasticsearch queries know."""
    [item] = [item for item in ecs_windows().items if item.identifier == "ecs_windows_field_mapping"]
    return {native: field.removesuffix(".caseless") for native, field in item.transformation.mapping.items()}


SYSTEM_NAMES = {"EventID", "Channel", "Provider_Name", "ComputerName"}
"""Names of the table that Windows writes outside the event's data."""
CONDITIONS = {
    ("service", "security"): lambda event: event["winlog.channel"] == SECURITY,
    ("service", "powershell-classic"): lambda event: event["winlog.channel"] == POWERSHELL_CLASSIC,
    ("category", "process_creation"): lambda event: (event["winlog.channel"], event["event.code"]) == (SYSMON, "1"),
    ("category", "network_connection"): lambda event: (event["winlog.channel"], event["event.code"]) == (SYSMON, "3"),
    ("category", "driver_loaded"): lambda event: (event["winlog.channel"], event["event.code"]) == (SYSMON, "6"),
    ("category", "image_load"): lambda event: (event["winlog.channel"], event["event.code"]) == (SYSMON, "7"),
    ("category", "image_loaded"): lambda event: (event["winlog.channel"], event["event.code"]) == (SYSMON, "7"),
    ("category", "sysmon_error"): lambda event: (event["winlog.channel"], event["event.code"]) == (SYSMON, "255"),
}
"""Which events a rule of each Sigma log source speaks of."""


def wanted(event: Event, fixed: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Native name and ECS field, for each mapping that applies to the event."""
    yield from fixed.items()
    for native, mappings in ecs_windows_variable_mappings.items():
        for kind, source, field in mappings:
            if CONDITIONS[kind, source](event):
                yield native, field


def test_lossy_names_are_names_of_the_pipeline():
    """The list of exceptions holds nothing that pySigma does not map."""
    assert set(pysigma_mapping()) | set(ecs_windows_variable_mappings) >= LOSSY


def windows_records(corpus: Path) -> Iterator[list[bytes]]:
    """The records of every file of Windows events in the corpus."""
    patterns = (
        "campaigns/e*/*.jsonl.gz",
        "campaigns/c*/*.jsonl.gz",
        "logs/windows_evtx/*.jsonl*",
        "sigma/regression/*/events.jsonl",
    )
    for path in (path for pattern in patterns for path in sorted(corpus.glob(pattern))):
        data = path.read_bytes()
        yield [line for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines() if line.strip()]


@pytest.fixture(scope="module")
def corpus_events(corpus: Path) -> list[Event]:
    """Every Windows event of the corpus, normalised."""
    events: list[Event] = []
    for number, records in enumerate(windows_records(corpus)):
        batch = RawBatch(
            site=SITE.finess,
            source=f"file-{number}",
            source_type="windows_event",
            epoch="e1",
            positions=tuple(range(len(records))),
            records=tuple(records),
            received=datetime(2027, 1, 1, tzinfo=UTC),
        )
        events += normalise(batch, SITE)
    return events


@pytest.mark.corpus
def test_corpus_events_are_understood(corpus_events):
    """Of more than fifty thousand real events of the shapes, at least 99 of 100 are read, with a time of their own and a host."""
    read_ones = [event for event in corpus_events if RAW not in event.get("tags", ())]
    assert len(corpus_events) > 50_000
    assert len(read_ones) >= 0.99 * len(corpus_events)
    assert all("tags" not in event and event["host.name"] for event in read_ones)


@pytest.mark.corpus
def test_corpus_events_hold_only_known_fields_of_the_right_type(corpus_events):
    """No real event makes the parser write a field, or a type of value, that ECS does not have."""
    assert {name for event in corpus_events for name in (*unknown_fields(event), *mistyped_fields(event))} == set()


@pytest.mark.corpus
def test_a_rule_finds_the_native_text_in_the_ecs_field(corpus_events):
    """For each name that pySigma maps, in each real event that has it, the ECS field equals the native text, but for the lossy.

    An empty text may be absent. Names that Windows writes outside the data are compared in their own test.
    """
    fixed = {native: field for native, field in pysigma_mapping().items() if native not in LOSSY | SYSTEM_NAMES}
    different: dict[str, tuple[str, object, str]] = {}
    seen = set()
    for event in corpus_events:
        for native, field in wanted(event, fixed):
            text = event.get(f"winlog.event_data.{native}")
            if text is None or native in LOSSY:
                continue
            seen.add(native)
            value = event.get(field)
            if str(value).lower() != text.lower() and not (text == "" and value is None):
                different.setdefault(native, (text, value, event["event.code"]))
    assert different == {}
    assert len(seen) > 40


@pytest.mark.corpus
def test_system_names_equal_what_windows_wrote(corpus, corpus_events):
    """Event id, channel, provider and computer of each real event are those of the record, in any case."""
    records = (orjson.loads(line) for lines in windows_records(corpus) for line in lines)
    for record, event in zip(records, corpus_events, strict=True):
        document = record.get("event", record)
        if "Event" in document:
            system = document["Event"]["System"]
            code, names = system["EventID"], (system["Channel"], system["Provider"]["#attributes"]["Name"], system["Computer"])
        else:
            code, names = document["EventID"], (document["Channel"], document["SourceName"], document["Hostname"])
        assert event["event.code"] == str(code["#text"] if isinstance(code, dict) else code)
        assert event["winlog.channel"].lower() == names[0].lower()
        assert (event["winlog.provider_name"], event["winlog.computer_name"]) == names[1:]
