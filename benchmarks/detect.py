"""Events per CPU-second of the detector, lane by lane, with SigmaHQ's rules; with ``--rsigma PATH`` beside rsigma in the same run.

What is timed, on both sides: the lines of a stream as JSON (ours in memory, rsigma's in a file) → decoded → every rule evaluated → each
match said: a ``Detection`` with the event's entities (ours), a line of JSON to /dev/null (rsigma's). Each side reads the same values; ours under the names of an Event (``winlog.event_data.Image``), rsigma's
under Sigma's own (``Image``), which are shorter, with the log source stated, so that its routing has nothing to work out. Loading is
not in it. CPU time of one process, user and system.

``not calibrated``: a detector that never looked at a stream. ``cold``: calibrated on the earlier events of the same stream, and timed on
later ones that it has never seen. ``warm``: the same later ones again. The engine keeps no value, so the last two should be alike.
"""

import argparse
import gc
import os
import resource
import statistics
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import orjson

from benchmarks.lanes import Lane, for_rsigma, generated, real
from benchmarks.race import Rsigma
from correlate.entities import entities_of
from correlate.rules.load import RuleBook
from correlate.rules.match import Detector
from correlate.rules.route import source_of
from schemas.event import Event
from tocsin.wiring.rule_cache import shelf
from tocsin.wiring.rules import rulebook

BATCH = 500
"""Events handed to the detector at once, as a wire batch has them."""
BOUNDS = {"windows": 2.0, "all": 1.0}


class Figures(NamedTuple):
    """Events per CPU-second of one lane, one figure a run."""

    not_calibrated: list[float]
    cold: list[float]
    warm: list[float]
    rsigma: list[float]
    hits: int

    def ratio(self) -> float | None:
        """Median to median, cold and calibrated."""
        return statistics.median(self.cold) / statistics.median(self.rsigma) if self.rsigma else None


def detector(book: RuleBook, *, calibrates: bool) -> Detector:
    """A new one, whose plans are made at once or never again."""
    later: Callable[[Callable[[], None]], None] = (lambda work: work()) if calibrates else (lambda _: None)
    return Detector(book, entities_of=entities_of, shelf=shelf(), later=later)


def run(found: Detector, lines: Sequence[bytes]) -> tuple[float, int]:
    """CPU seconds for these lines, and matches."""
    hits = 0
    begin = time.process_time()
    for start in range(0, len(lines), BATCH):
        events = [orjson.loads(line) for line in lines[start : start + BATCH]]
        hits += sum(map(len, found.detect(events)))
    return time.process_time() - begin, hits


def measure(lane: Lane, book: RuleBook, rsigma: Rsigma | None, runs: int) -> Figures:
    """All configurations, one after another in each run."""
    lines = [orjson.dumps(event) for event in lane.events]
    before, after = lines[: lane.before], lines[lane.before :]
    theirs = [for_rsigma(event) for event in lane.events[lane.before :]] if rsigma else []
    figures = Figures([], [], [], [], 0)
    hits = 0
    for _ in range(runs):
        for calibrates in (False, True):
            found = detector(book, calibrates=calibrates)
            run(found, before if calibrates else after[:BATCH])  # rules are compiled when they first match something
            gc.freeze()  # as the wiring does; the streams of this benchmark are no garbage either
            seconds, hits = run(found, after)
            (figures.cold if calibrates else figures.not_calibrated).append(len(after) / seconds)
            if calibrates:
                figures.warm.append(len(after) / run(found, after)[0])
        if rsigma:
            figures.rsigma.append((len(theirs) - 1) / rsigma.seconds(theirs))
    return figures._replace(hits=hits)


def differences(lane: Lane, book: RuleBook, rsigma: Rsigma) -> list[str]:
    """What one side matches on the timed events and the other does not, among the rules that both were asked about."""
    rules = {rule.id: rule for rule in book.rules}
    events: dict[str, Event] = {event["event.id"]: event for event in lane.events[lane.before :]}
    asked = {event_id: for_rsigma(event) for event_id, event in events.items()}

    def both(match: tuple[str, str]) -> bool:
        stated, told = rules[match[1]].logsource, asked[match[0]]
        pairs = ((stated.product, "product"), (stated.service, "service"), (stated.category, "category"))
        return all(word is None or told.get(name) in (None, word) for word, name in pairs)

    found = detector(book, calibrates=True)
    batch = list(events.values())
    ours = {
        (detection.event_ids[0], detection.rule_id)
        for start in range(0, len(batch), BATCH)
        for detections in found.detect(batch[start : start + BATCH])
        for detection in detections
    }
    theirs = set(rsigma.matches(list(asked.values())))
    return [
        f"only {side}: {rules[rule_id].name} on {event_id} ({source_of(events[event_id])})"
        for side, matches in (("ours", ours - theirs), ("rsigma", theirs - ours))
        for event_id, rule_id in sorted(filter(both, matches))
    ]


def told(rates: Sequence[float]) -> str:
    """Median and spread, in thousands."""
    if not rates:
        return f"{'-':>22}"
    low, high = min(rates) / 1000, max(rates) / 1000
    return f"{statistics.median(rates) / 1000:>7.1f} [{low:.1f}..{high:.1f}]".ljust(22)


def sigmahq(corpus: Path) -> Path:
    """SigmaHQ's main tree, unpacked once."""
    into = Path(".cache") / "bench-sigma"
    if not (into / "rules").is_dir():
        with tarfile.open(corpus / "sigma" / "rules.tar.gz") as tree:
            tree.extractall(into, filter="data")
    return into / "rules"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a bound is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rsigma", type=Path, metavar="PATH", help="the rsigma binary to race against")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--events", type=int, default=20_000, help="timed events of a generated stream")
    parser.add_argument("--only", default="", metavar="WORD", help="lanes with this word in their name")
    arguments = parser.parse_args(argv)
    if not (folder := os.environ.get("TOCSIN_CORPUS")):
        print("set TOCSIN_CORPUS: the rules and the real streams are there", file=sys.stderr)
        return 2
    print(__doc__)
    tree = sigmahq(Path(folder))
    begin = time.process_time()
    book = rulebook([tree]).book
    print(f"{len(book.rules):,} rules in {time.process_time() - begin:.2f} CPU-seconds")
    rsigma = Rsigma(arguments.rsigma, tree, Path(".cache")) if arguments.rsigma else None
    if rsigma:
        print(f"against {rsigma.version()}")
    print(f"\n{'thousand events per CPU-second':<50} {'not calibrated':<22}{'cold':<22}{'warm':<22}{'rsigma':<22} ratio  matches")
    ratios: dict[str, list[float]] = {"windows": [], "all": []}
    for lane in chain(generated(arguments.events), real(Path(folder), arguments.events)):
        if arguments.only.lower() in lane.name.lower():
            _lane(lane, book, rsigma, arguments.runs, ratios)
    print(
        f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, streams and results of this benchmark included"
    )
    for name, found in ratios.items():
        print(f"{name}: worst ratio {min(found):.2f}" if found else f"{name}: worst ratio not measured")
    return int(any(found and min(found) < BOUNDS[name] for name, found in ratios.items()))


def _lane(lane: Lane, book: RuleBook, rsigma: Rsigma | None, runs: int, ratios: dict[str, list[float]]) -> None:
    wrong = differences(lane, book, rsigma) if rsigma else []
    figures = measure(lane, book, rsigma, runs)
    ratio = figures.ratio()
    if ratio is not None:
        for name in ("windows", "all") if lane.windows else ("all",):
            ratios[name].append(ratio)
    columns = "".join(map(told, (figures.not_calibrated, figures.cold, figures.warm, figures.rsigma)))
    shown = f"{ratio:5.2f}" if ratio is not None else "    -"
    print(f"{lane.name:<50} {columns} {shown}  {figures.hits / (len(lane.events) - lane.before):.3f} an event", flush=True)
    for line in wrong[:10]:
        print(f"    {line}")
    if wrong:
        print(f"    {len(wrong)} matches differ")


if __name__ == "__main__":
    sys.exit(main())
