"""A million indicators: how long loading takes, what they occupy, and what looking for them costs an event.

Feeds are made up: STIX bundles and MISP events of ``--file`` values each, as many of every kind. Figures of one run on one machine.
"""

import argparse
import gc
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from correlate.entities import entities_of
from correlate.indicators.collect import Known
from correlate.indicators.match import Watch
from ingest.framing import Framer, batches
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import Event
from tocsin.settings import IndicatorsSection
from tocsin.simulation.region import region
from tocsin.wiring.indicators import known

START = datetime(2026, 1, 31, tzinfo=UTC)
LANES = ("windows_event", "linux_auth", "fortigate", "stormshield", "suricata_eve", "zeek_json")


def values(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """MISP type, STIX path and value, without end; no two of them alike for long."""
    while True:
        number = rng.getrandbits(64)
        text = f"{number:016x}"
        digest = sha256(text.encode()).hexdigest()
        yield "ip-dst", "ipv4-addr:value", f"{20 + number % 10}.{number >> 8 & 255}.{number >> 16 & 255}.{number >> 24 & 255}"
        yield "domain", "domain-name:value", f"{text[:12]}.example"
        yield "url", "url:value", f"http://{text[:10]}.example/{text[10:]}/gate.php?id={number % 1000}"
        yield "sha256", "file:hashes.'SHA-256'", digest
        yield "sha1", "file:hashes.'SHA-1'", digest[:40]
        yield "md5", "file:hashes.MD5", digest[:32]
        yield "email-src", "email-addr:value", f"{text[:8]}@{text[8:]}.example"
        if not number % 50:
            yield "ip-dst", "ipv4-addr:value", f"{40 + number % 10}.{number >> 8 & 255}.{number >> 16 & 255}.0/{20 + number % 5}"


def write(folder: Path, count: int, in_file: int) -> int:
    """Write the feeds; gives their bytes."""
    rng = random.Random(7)
    stream, size = values(rng), 0
    for number in range(0, count, in_file):
        many = [next(stream) for _ in range(min(in_file, count - number))]
        make = _bundle if number // in_file % 2 else _event
        data = orjson.dumps(make(many, rng))
        (folder / f"{number:08}.json").write_bytes(data)
        size += len(data)
    return size


def _uuid(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def _bundle(many: Sequence[tuple[str, str, str]], rng: random.Random) -> dict[str, Any]:
    objects = [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{_uuid(rng)}",
            "created": "2026-01-01T00:00:00Z",
            "modified": "2026-01-01T00:00:00Z",
            "name": f"Campaign {rng.randrange(1000)}",
            "pattern": f"[{path} = '{value}']",
            "pattern_type": "stix",
            "valid_from": f"2025-12-{rng.randrange(1, 29):02}T{rng.randrange(24):02}:{rng.randrange(60):02}:00Z",
            "object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
        }
        for _, path, value in many
    ]
    return {"type": "bundle", "id": f"bundle--{_uuid(rng)}", "objects": objects}


def _event(many: Sequence[tuple[str, str, str]], rng: random.Random) -> dict[str, Any]:
    attributes = [
        {"type": kind, "value": value, "to_ids": True, "uuid": _uuid(rng), "timestamp": "1767225600"} for kind, _, value in many
    ]
    return {
        "Event": {
            "info": "Campaign",
            "uuid": _uuid(rng),
            "threat_level_id": "2",
            "Attribute": attributes,
            "Tag": [{"name": "tlp:green"}],
        }
    }


def resident() -> float:
    """Resident memory now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def events_of(source_type: str, scale: float) -> list[Event]:
    """Normalised events of one source type of the simulated region."""
    simulated = region(START, scale=scale)
    sites = {site.finess: site for site in simulated.sites}
    found: list[Event] = []
    for log in (log for log in simulated.sources if log.source_type == source_type):
        for run in batches(Framer().feed(b"".join(line + b"\n" for line in log.lines))):
            batch = RawBatch(
                site=log.site,
                source=log.file_name,
                source_type=source_type,
                epoch="bench",
                positions=tuple(record.position for record in run),
                records=tuple(record.data for record in run),
                received=START + timedelta(days=1),
            )
            found += normalise(batch, sites[batch.site])
    return found


def look(name: str, watch: Watch, events: Sequence[Event], runs: int) -> None:
    """Print what looking costs: median of several runs, with cold host caches in the first."""
    costs = []
    for _ in range(runs):
        begin = time.process_time()
        found = watch.detect(events)
        costs.append((time.process_time() - begin) / len(events) * 1e6)
    hits = sum(map(len, found))
    print(f"{name:<16} {sorted(costs)[runs // 2]:6.2f} µs an event  [first {costs[0]:.2f}]  n={len(events):,} detections={hits}")


def load(folder: Path) -> Known:
    """Load, and print how long it took and what is occupied."""
    before, begin = resident(), time.process_time()
    found = known(IndicatorsSection(folders=(folder,)))
    took = time.process_time() - begin
    gc.collect()
    count = len(found.table)
    print(f"loaded {count:,} indicators in {took:.1f} CPU-seconds, {took / max(count, 1) * 1e6:.1f} µs each")
    occupied = resident() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"resident {occupied:.0f} MiB for them, {occupied * 2**20 / max(count, 1):.0f} bytes each; peak of the process {peak:.0f} MiB"
    )
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Write feeds, load them, look for them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--file", type=int, default=20_000, help="indicators in one file")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scale", type=float, default=0.1, help="of the simulated region whose events are looked through")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as place:
        size = write(Path(place), arguments.count, arguments.file)
        print(f"feeds of {size / 2**20:.0f} MiB")
        found = load(Path(place))
    watch = Watch(found, entities_of=entities_of)
    for source_type in LANES:
        look(source_type, watch, events_of(source_type, arguments.scale), arguments.runs)


if __name__ == "__main__":
    main()
