"""Events per CPU-second of each pure stage, median and spread of several runs, on the simulated region (and SigmaHQ when there).

Figures of one run on one machine, for comparing one change with another on the same machine; nothing is asserted.
"""

import argparse
import os
import resource
import statistics
import tarfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.framing import Framer, batches
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import Event
from schemas.site import Site
from tocsin.simulation.region import Simulated, region
from tocsin.wiring.rules import Rules, detector, rulebook

START = datetime(2026, 1, 31, tzinfo=UTC)
LANES = ("windows_event", "linux_auth", "fortigate", "stormshield", "web_access", "suricata_eve", "zeek_json", "ecs")


def raw_batches(simulated: Simulated, source_type: str) -> list[RawBatch]:
    """The logs of one source type, as the shipper would batch them."""
    found = []
    for log in simulated.sources:
        if log.source_type != source_type:
            continue
        records = Framer().feed(b"".join(line + b"\n" for line in log.lines))
        found += [
            RawBatch(
                site=log.site,
                source=log.file_name,
                source_type=source_type,
                epoch="bench",
                positions=tuple(record.position for record in run),
                records=tuple(record.data for record in run),
                received=START + timedelta(days=1),
            )
            for run in batches(records)
        ]
    return found


def measure(name: str, count: int, work: Callable[[], object], runs: int) -> float:
    """Print items per CPU-second: median, and the slowest and fastest run; gives the median."""
    rates = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        rates.append(count / (time.process_time() - begin))
    print(f"{name:<44} {statistics.median(rates):>9,.0f}/s  [{min(rates):,.0f} .. {max(rates):,.0f}]  n={count:,}")
    return statistics.median(rates)


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
    runs, only = arguments.runs, arguments.only
    simulated = region(START, scale=0.2)
    sites = {site.finess: site for site in simulated.sites}
    books = {"own rules": rulebook(None)}
    if (folder := os.environ.get("TOCSIN_CORPUS")) and (tree := sigmahq(Path(folder))):
        books["SigmaHQ"] = tree
    print(f"CPU-seconds of one process, {runs} runs: median [slowest .. fastest]")
    rates = {
        source_type: _lane(source_type, raw_batches(simulated, source_type), sites, books, runs, only) for source_type in LANES
    }
    slowest = min((rate, source_type) for source_type, rate in rates.items() if source_type != "windows_event")
    print(f"slowest other source {slowest[0]:>33,.0f}/s  {slowest[1]}")
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _lane(source_type: str, raw: list[RawBatch], sites: dict[str, Site], books: dict[str, Rules], runs: int, only: str) -> float:
    """Measure one source type; gives the median rate of normalising it."""
    events: list[Event] = [event for batch in raw for event in normalise(batch, sites[batch.site])]
    rate = measure(f"normalise {source_type}", len(events), lambda: [normalise(batch, sites[batch.site]) for batch in raw], runs)
    if only and not "detect".startswith(only):
        return rate
    for name, rules in books.items():
        found = detector(rules)
        title = f"detect {source_type}, {name} ({len(rules.book.rules):,} rules)"
        measure(title, len(events), lambda found=found: found.detect(events), runs)  # type: ignore[misc]
    return rate


if __name__ == "__main__":
    main()
