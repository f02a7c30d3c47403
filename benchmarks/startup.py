"""How long all of SigmaHQ's rules take to be ready, cold and from what an earlier start kept; memory; and how long a reload holds the stream up.

Each figure is of a fresh process. CPU time, imports not counted; ``ready`` is a detector that has seen one Windows event.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

TREES = ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance")

READY = """
import json, resource, sys, time
from pathlib import Path
from tocsin.wiring.rules import detector, rulebook
event = {"@timestamp": "2026-01-31T08:00:00Z", "event.id": "e", "event.dataset": "windows.sysmon", "organization.id": "010000024",
         "winlog.channel": "Microsoft-Windows-Sysmon/Operational", "event.code": "1", "event.module": "windows"}
begin = time.process_time()
rules = rulebook([Path(sys.argv[1])])
found = detector(rules)
found.detect([event])
took = time.process_time() - begin
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([len(rules.book.rules), len(rules.book.refusals), took, memory]))
"""

STALL = """
import asyncio, json, sys, time
from pathlib import Path
from tocsin.settings import RulesSection
from tocsin.wiring.rules import detector, rulebook_of
section = RulesSection(folders=(Path(sys.argv[1]),))

async def watch():
    loading = asyncio.create_task(asyncio.to_thread(lambda: detector(rulebook_of(section))))
    worst, last = 0.0, time.perf_counter()
    while not loading.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        worst, last = max(worst, now - last - 0.001), now
    print(json.dumps(worst))

detector(rulebook_of(section))
some = sorted(Path(sys.argv[1]).rglob("*.yml"))[0]
some.write_text(some.read_text() + "\\n# changed\\n")
asyncio.run(watch())
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args(argv).runs
    with tempfile.TemporaryDirectory(prefix="tocsin-startup-") as name:
        folder = Path(name) / "sigma"
        for tree in TREES:
            with tarfile.open(Path(os.environ["TOCSIN_CORPUS"]) / "sigma" / f"{tree}.tar.gz") as archive:
                archive.extractall(folder, filter="data")
        cold = [_fresh(READY, folder, Path(name) / f"cold{run}") for run in range(runs)]
        warm = [_fresh(READY, folder, Path(name) / f"cold{run}") for run in range(runs)]
        stall = [_fresh(STALL, folder, Path(name) / f"cold{run}") for run in range(runs)]
    rules, refused, *_ = warm[0]
    print(f"{rules:,} rules, {refused} refused; median [best .. worst] of {runs} fresh processes")
    _say("cold start", [item[2] for item in cold], "CPU-s")
    _say("warm start", [item[2] for item in warm], "CPU-s")
    _say("memory, cold", [item[3] for item in cold], "MiB")
    _say("memory, warm", [item[3] for item in warm], "MiB")
    _say("worst stall of a reload", [1000 * item for item in stall], "ms")


def _fresh(code: str, folder: Path, cache: Path) -> list[float]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run([sys.executable, "-c", code, str(folder)], env=environment, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _say(what: str, figures: Sequence[float], unit: str) -> None:
    print(f"{what:<24} {statistics.median(figures):>8.2f} {unit:<6} [{min(figures):.2f} .. {max(figures):.2f}]")


if __name__ == "__main__":
    main()
