"""Many simulated regions, one line each: what was found of the campaigns, and what an ordinary week costs the region's analyst.

Each is ``tocsin demo --once``, the whole pipeline; the pipeline never sees the truth it is held against.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence

LINE = re.compile(
    r"campaigns (?P<found>\d+) of (?P<all>\d+) found, sites right (?P<right>\d+) of \d+, "
    r"wrongly joined (?P<joined>\d+), regional items a week (?P<items>\d+)"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and its sums; 1 when a run gave no line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=101, help="the first seed")
    parser.add_argument("--count", type=int, default=10, help="how many")
    parser.add_argument("rest", nargs="*", help="after --: further words for `tocsin demo`")
    arguments = parser.parse_args(argv)
    sums = dict.fromkeys(("found", "all", "right", "joined", "items"), 0)
    most = 0
    print("seed   campaigns found   sites right   wrongly joined   regional items a week")
    for seed in range(arguments.first, arguments.first + arguments.count):
        words = [sys.executable, "-m", "tocsin.cli", "demo", "--once", "--seed", str(seed), *arguments.rest]
        told = LINE.search(subprocess.run(words, capture_output=True, text=True, check=False).stdout)
        if told is None:
            print(f"{seed:<6} no result")
            return 1
        row = {name: int(value) for name, value in told.groupdict().items()}
        sums = {name: sums[name] + row[name] for name in sums}
        most = max(most, row["items"])
        print(
            f"{seed:<6} {row['found']:>9} of {row['all']:<4} {row['right']:>8} of {row['all']:<4} {row['joined']:>8} {row['items']:>17}",
            flush=True,
        )
    print(
        f"campaigns not told as they were: {sums['all'] - sums['right']}; wrongly joined: {sums['joined']}; most items a week: {most}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
