"""Lines per CPU-second of each pure stage: median and spread of interleaved runs, on the simulated region and the corpus.

Figures of one run on one machine, for comparing one change with another on the same machine; nothing is asserted. Lanes called
*unique* are the same records with every value changed in every line: what no cache can help with.
"""

import argparse
import gzip
import os
import re
import resource
import statistics
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from ingest.framing import Framer, batches
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import Event
from schemas.site import Site
from tocsin.simulation.region import Simulated, region
from tocsin.wiring.rules import Rules, detector, rulebook

START = datetime(2026, 1, 31, tzinfo=UTC)
SOURCES = ("windows_event", "linux_auth", "fortigate", "stormshield", "web_access", "suricata_eve", "zeek_json", "ecs")
WINDOWS = "windows_event"
LINES = 5_000
"""Of the corpus, in each lane: evenly spaced when there are more, repeated when there are fewer."""
CORPUS = (
    (WINDOWS, "evtx", ("logs/windows_evtx/*.jsonl*",)),
    (WINDOWS, "nxlog", ("campaigns/empire*/*.jsonl*", "campaigns/covenant*/*.jsonl*")),
    ("fortigate", "lines", ("logs/syslog_devices/fortinet_ngfw.log", "logs_copyleft/*/fortigate.log")),
    ("suricata_eve", "alerts", ("logs/suricata/*",)),
    ("zeek_json", "logs", ("logs/zeek_json/*", "campaigns/apt29_day1_zeek/*")),
    ("web_access", "apache", ("logs/apache/*",)),
    ("linux_auth", "auth.log", ("logs/linux_auth/*",)),
)
UNIQUE = frozenset({WINDOWS, "fortigate"})


class Lane(NamedTuple):
    """Batches of one source type; whether every value of theirs is another one."""

    source_type: str
    name: str
    raw: list[RawBatch]
    unique: bool = False

    @property
    def title(self) -> str:
        """How the lane is called in the output."""
        return f"normalise {self.source_type}, {self.name}{', unique' if self.unique else ''}"

    @property
    def lines(self) -> int:
        """How many records it has."""
        return sum(len(batch.records) for batch in self.raw)


def raw_batches(lines: Sequence[bytes], site: str, source: str, source_type: str) -> list[RawBatch]:
    """Lines as the shipper would batch them."""
    records = Framer().feed(b"".join(line + b"\n" for line in lines))
    return [
        RawBatch(
            site=site,
            source=source,
            source_type=source_type,
            epoch="bench",
            positions=tuple(record.position for record in run),
            records=tuple(record.data for record in run),
            received=START + timedelta(days=1),
        )
        for run in batches(records)
    ]


def simulated_lane(simulated: Simulated, source_type: str) -> Lane:
    """The logs of one source type, of all sites."""
    logs = (log for log in simulated.sources if log.source_type == source_type)
    raw = [batch for log in logs for batch in raw_batches(log.lines, log.site, log.file_name, source_type)]
    return Lane(source_type, "simulated", raw)


def corpus_lanes(folder: Path, site: str) -> Iterator[Lane]:
    """Real records, and where caches could flatter, the same with every value changed."""
    for source_type, name, patterns in CORPUS:
        lines = [line for pattern in patterns for path in sorted(folder.glob(pattern)) for line in _lines(path)]
        chosen = list(islice(cycle(lines[:: max(1, len(lines) // LINES)]), LINES))
        yield Lane(source_type, f"corpus {name}", raw_batches(chosen, site, name, source_type))
        if source_type in UNIQUE:
            changed = [altered(line, number) for number, line in enumerate(chosen)]
            yield Lane(source_type, f"corpus {name}", raw_batches(changed, site, name, source_type), unique=True)


def _lines(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [line for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines() if line.strip()]


_ADDRESS = re.compile(rb"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_CLOCK = re.compile(rb"\b\d\d:\d\d:\d\d\b")
_VALUE = re.compile(rb'(?:"(\w+)":|\b(\w+)=)("(?:[^"\\]|\\.)*"|-?\d+\b)')
_OF_A_KIND = frozenset(
    b"Channel channel EventID event_id Keywords keywords Name Guid SystemTime EventTime UtcTime type subtype logid action level date"
    b" time tz Image Hashes".split()
)
"""Names whose values say what kind of record it is, or are changed by their form."""


def altered(line: bytes, number: int) -> bytes:
    """The record with other addresses, another second, and another text or number in each value that does not tell its kind."""
    clock = b"%02d:%02d:%02d" % (number // 3600 % 24, number // 60 % 60, number % 60)
    moved = iter(range(number * 16, number * 16 + 16))

    def address(_found: re.Match[bytes]) -> bytes:
        place = next(moved, number)
        return b"10.%d.%d.%d" % (place >> 16 & 255, place >> 8 & 255, place & 255)

    def value(found: re.Match[bytes]) -> bytes:
        name, said = found[1] or found[2], found[3]
        if name in _OF_A_KIND or _ADDRESS.search(said) or _CLOCK.search(said) or len(said) < len(b'"x"'):
            return found[0]
        tail = b"%d" % number
        changed = said[:-1] + tail + b'"' if said[-1:] == b'"' else (said + tail)[-4:].lstrip(b"0") or b"1"
        return found[0][: -len(said)] + changed

    return _CLOCK.sub(clock, _ADDRESS.sub(address, _VALUE.sub(value, line)))


def measure(works: Mapping[str, tuple[int, Callable[[], object]]], runs: int) -> dict[str, float]:
    """Print items per CPU-second of each work: median, slowest and fastest of runs that take turns; gives the medians."""
    rates: dict[str, list[float]] = {title: [] for title in works}
    for _ in range(runs):
        for title, (count, work) in works.items():
            begin = time.process_time()
            work()
            rates[title].append(count / (time.process_time() - begin))
    for title, found in rates.items():
        spread = f"[{min(found):,.0f} .. {max(found):,.0f}]"
        print(f"{title:<48} {statistics.median(found):>9,.0f}/s  {spread}  n={works[title][0]:,}")
    return {title: statistics.median(found) for title, found in rates.items()}


def sigmahq(folder: Path) -> Rules | None:
    """The SigmaHQ tree of the corpus, or None."""
    archive = folder / "sigma" / "rules.tar.gz"
    if not archive.is_file():
        return None
    into = Path(".cache") / "bench-sigma"
    with tarfile.open(archive) as tree:
        tree.extractall(into, filter="data")
    return rulebook([into / "rules"])


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="measure what begins so")
    arguments = parser.parse_args(argv)
    simulated = region(START, scale=0.2)
    sites = {site.finess: site for site in simulated.sites}
    folder = os.environ.get("TOCSIN_CORPUS")
    lanes = [simulated_lane(simulated, source_type) for source_type in SOURCES]
    print(f"CPU-seconds of one process, {arguments.runs} interleaved runs: median [slowest .. fastest]")
    if "detect".startswith(arguments.only) or arguments.only.startswith("detect"):
        measure_detecting(lanes, sites, Path(folder) if folder else None, arguments.runs)
    if folder:
        lanes += corpus_lanes(Path(folder), simulated.sites[0].finess)
    else:
        print("corpus: not run (set TOCSIN_CORPUS)")
    measure_normalising([lane for lane in lanes if lane.title.startswith(arguments.only)], sites, arguments.runs)
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def measure_normalising(lanes: Sequence[Lane], sites: Mapping[str, Site], runs: int) -> None:
    """Every lane, and the slowest of Windows and of the others: repeated as logs are, and with every value unique."""

    def work(lane: Lane) -> Callable[[], None]:
        def run() -> None:
            for batch in lane.raw:
                normalise(batch, sites[batch.site])

        return run

    medians = measure({lane.title: (lane.lines, work(lane)) for lane in lanes}, runs)
    for unique in (True, False):
        for kind, is_windows in (("windows_event", True), ("other source", False)):
            found = [lane for lane in lanes if lane.unique == unique and (lane.source_type == WINDOWS) == is_windows]
            if found:
                slowest = min(found, key=lambda lane: medians[lane.title])
                what = f"slowest {kind}{', unique' if unique else ''}"
                print(f"{what:<48} {medians[slowest.title]:>9,.0f}/s  {slowest.source_type}, {slowest.name}")


def measure_detecting(lanes: Sequence[Lane], sites: Mapping[str, Site], folder: Path | None, runs: int) -> None:
    """The events of every lane against our own rules, and against SigmaHQ when it is there."""
    books = {"own rules": rulebook(None)}
    if folder and (tree := sigmahq(folder)):
        books["SigmaHQ"] = tree
    for lane in lanes:
        events: list[Event] = [event for batch in lane.raw for event in normalise(batch, sites[batch.site])]
        for name, rules in books.items():
            found = detector(rules)
            title = f"detect {lane.source_type}, {name} ({len(rules.book.rules):,} rules)"
            measure({title: (len(events), lambda found=found, events=events: found.detect(events))}, runs)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults


if __name__ == "__main__":
    main()
