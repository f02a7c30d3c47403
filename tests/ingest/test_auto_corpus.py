"""Real lines of other people's machines under ``auto``: recognised, read, from the right address, at the right time, not inverted.

``pytest -s`` prints what became of every folder.
"""

import gzip
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
import pytest

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.framing import BATCH_RECORDS
from ingest.normalise import normalise
from ingest.parsers import PARSERS
from schemas.batch import RawBatch
from schemas.event import PARTIAL, RAW, Event
from schemas.site import Site

SITE = Site(finess="990000019", name="CH de Brèves")
RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)


class Case(NamedTuple):
    """Files, the types that their records may be picked as, and the states that they may end in."""

    patterns: tuple[str, ...]
    types: set[str]
    states: set[str]


WHOLE, ANY = {"understood"}, {"understood", "partial", "raw"}
CASES = {
    "linux_auth": Case(("logs/linux_auth/*.log",), {"linux_auth"}, WHOLE),
    "apache": Case(("logs/apache/*",), {"web_access"}, WHOLE),
    "crowdsec apache2": Case(("logs/crowdsec_hub/apache2/*",), {"web_access"}, {"understood", "partial"}),
    "crowdsec nginx": Case(
        ("logs/crowdsec_hub/nginx/*", "logs/crowdsec_hub/nginx-proxy-manager/*"), {"web_access"}, {"understood", "partial"}
    ),
    "crowdsec sshd, pam": Case(("logs/crowdsec_hub/syslog/ssh*", "logs/crowdsec_hub/syslog/pam*"), {"linux_auth"}, WHOLE),
    "crowdsec other syslog": Case(("logs/crowdsec_hub/syslog/[!sp]*",), {*PARSERS, "unknown"}, ANY),
    "suricata": Case(("logs/suricata/*", "logs/crowdsec_hub/suricata-evelogs/*"), {"suricata_eve"}, ANY),
    "zeek_json": Case(("logs/zeek_json/*",), {"zeek_json"}, ANY),
    "fortigate": Case(("logs/syslog_devices/fortinet_ngfw*", "logs_copyleft/*/fortigate.log"), {"fortigate", "unknown"}, ANY),
}


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file that are not empty."""
    data = path.read_bytes()
    return [line for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines() if line.strip()]


def read(lines: list[bytes], source_type: str = "auto", site: Site = SITE) -> Iterator[Event]:
    """The events of a file, in batches as a shipper makes them."""
    for start in range(0, len(lines), BATCH_RECORDS):
        batch = RawBatch(
            site=site.finess,
            source="corpus",
            source_type=source_type,
            epoch="e1",
            positions=tuple(range(start, start + len(lines[start : start + BATCH_RECORDS]))),
            records=tuple(lines[start : start + BATCH_RECORDS]),
            received=RECEIVED,
        )
        yield from normalise(batch, site)


def state(event: Event) -> str:
    """How far a record was read."""
    tags = event.get("tags", ())
    return "raw" if RAW in tags else "partial" if PARTIAL in tags else "understood"


@pytest.fixture(scope="module")
def corpus_events(corpus: Path) -> Mapping[str, list[Event]]:
    """The events of each case."""
    files = {
        name: sorted({path for pattern in case.patterns for path in corpus.glob(pattern) if path.is_file()})
        for name, case in CASES.items()
    }
    return {name: [event for path in paths for event in read(lines_of(path))] for name, paths in files.items()}


@pytest.mark.corpus
def test_every_line_is_recognised_and_its_state_is_told(corpus_events):
    """Each folder's lines are picked as their type and read as far as they should be; the table says how many of each."""
    counts = {
        name: Counter((event["tocsin.source_type"], state(event)) for event in events) for name, events in corpus_events.items()
    }
    print(f"\n{'folder':24} {'picked as':14} {'state':12} {'lines':>7}")
    for name, found in counts.items():
        for (picked, how), number in sorted(found.items()):
            print(f"{name:24} {picked:14} {how:12} {number:7}")
    assert all(counts.values())
    for name, found in counts.items():
        assert {picked for picked, _ in found} <= CASES[name].types, name
        assert {how for _, how in found} <= CASES[name].states, name
    assert sum(counts["linux_auth"].values()) > 7_000
    assert sum(counts["apache"].values()) == 10_000


@pytest.mark.corpus
def test_events_hold_only_known_fields_of_the_right_type(corpus_events):
    """No real line makes a parser write a field, or a type of value, that ECS does not have."""
    events = [event for found in corpus_events.values() for event in found]
    assert {name for event in events for name in (*unknown_fields(event), *mistyped_fields(event))} == set()


@pytest.mark.corpus
def test_sources_are_those_that_crowdsec_expects(corpus):
    """Where the corpus says which addresses a web or SSH log accuses, each is the source of an event of that log."""
    index = [orjson.loads(line) for line in (corpus / "logs/crowdsec_hub/index.jsonl").read_bytes().splitlines()]
    checked = 0
    for item in index:
        is_ssh = item["test"].startswith("ssh") and item["log_type"] == "syslog"
        expected = {source for source in (item["expected"] or {}).get("sources", ()) if is_address(source)}
        if not expected or not (is_ssh or item["log_type"] in {"nginx", "apache2", "nginx-proxy-manager"}):
            continue
        events = list(read(lines_of(corpus / item["file"])))
        assert expected <= {event.get("source.ip") for event in events}, item["test"]
        assert not any("destination.ip" in event for event in events), item["test"]
        checked += 1
    assert checked > 25


def is_address(text: str) -> bool:
    """CrowdSec also accuses accounts and processes."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@pytest.mark.corpus
def test_the_source_is_the_address_that_the_server_wrote_first(corpus):
    """Read a second way, by cutting each line at its first blank, 10,000 access lines have the same sources."""
    lines = lines_of(next((corpus / "logs/apache").iterdir()))
    wrong = [
        line
        for line, event in zip(lines, read(lines), strict=True)
        if (event.get("source.ip") or event.get("source.domain")) != line.split(b" ")[0].decode()
    ]
    assert wrong == []


@pytest.mark.corpus
def test_the_zone_of_line_or_site_is_applied(corpus):
    """Read a second way by ``strptime``, access times have their own offset, and ``auth.log`` times that of the site."""
    lines = lines_of(next((corpus / "logs/apache").iterdir()))
    for line, event in zip(lines, read(lines), strict=True):
        stated = datetime.strptime(line.decode().split("[")[1].split("]")[0], "%d/%b/%Y:%H:%M:%S %z")
        assert datetime.fromisoformat(event["@timestamp"]) == stated
    lines = lines_of(corpus / "logs/linux_auth/elastic_examples_auth.log")
    for zone in ("Europe/Paris", "Indian/Reunion"):
        site = SITE.model_copy(update={"timezone": zone})
        for line, event in zip(lines, read(lines, site=site), strict=True):
            local = datetime.strptime(f"2026 {line[:15].decode()}", "%Y %b %d %H:%M:%S").replace(tzinfo=ZoneInfo(zone))
            if "time:nonexistent" not in event.get("tags", ()):
                assert datetime.fromisoformat(event["@timestamp"]) == local


FAILURE = re.compile(
    rb"Failed |authentication failure; |NOT in sudoers|incorrect password|failed adding|does not exist in|FAILED"
)
SUCCESS = re.compile(rb"Accepted |session opened|COMMAND=|Successful|new user:|password changed for|New session")


@pytest.mark.corpus
def test_no_outcome_is_inverted(corpus):
    """What the line calls a failure is one, what it calls a success is one, for accounts and for pages."""
    lines = lines_of(corpus / "logs/linux_auth/elastic_examples_auth.log")
    seen: Counter[str] = Counter()
    for line, event in zip(lines, read(lines), strict=True):
        expected = "failure" if FAILURE.search(line) else "success" if SUCCESS.search(line) else None
        if expected:
            assert event["event.outcome"] == expected, line
            seen[expected] += 1
    assert min(seen["failure"], seen["success"]) > 900
    lines = lines_of(next((corpus / "logs/apache").iterdir()))
    for line, event in zip(lines, read(lines), strict=True):
        (status,) = re.findall(rb'" (\d{3}) (?:\d+|-) "', line)
        assert event["event.outcome"] == ("failure" if int(status) >= 400 else "success")
