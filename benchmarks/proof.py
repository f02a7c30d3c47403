"""``make proof``: run what shows each promise of ``promises.toml`` and print promise, figure and verdict.

HELD        the command succeeded, nothing in it was skipped, and the figure, if there is one, is within its bound
NOT HELD    the command failed, took too long, or the figure is out of bound
NOT MEASURED  something it needs is missing here: it says what. A command says so itself by exit status 77

Exit status: 1 when one is not held, 2 when the file or the command line is wrong, else 0.
"""

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.promises import COMPARISONS, BadPromise, Bound, Promise, read_promises

ROOT = Path(__file__).parents[1]
LOGS = ROOT / ".cache" / "proof"

SKIPPED = 77
"""The exit status by which a command says that it could not measure (the convention of Automake's test drivers)."""
NO_TESTS = 5
"""The exit status of pytest when it ran nothing."""
PATIENCE = 30
"""Seconds between the interrupt of a command that takes too long and its end."""

PYTEST_WORD = r"\d+ (?:passed|failed|skipped|deselected|xfailed|xpassed|warnings?|errors?)"
PYTEST_END = re.compile(rf"^=* ?({PYTEST_WORD}(?:, {PYTEST_WORD})*|no tests ran) in [\d.]+s.*$", re.MULTILINE)
PYTEST_SKIP = re.compile(r"^SKIPPED \[\d+\] [^:]+(?::\d+)?: (.*)$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Verdict(StrEnum):
    """What can be said of a promise."""

    HELD = "HELD"
    NOT_HELD = "NOT HELD"
    NOT_MEASURED = "NOT MEASURED"


@dataclass(frozen=True)
class Outcome:
    """What running a promise gave."""

    verdict: Verdict
    figure: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Run:
    """One command that ended, or was ended: then ``status`` is None."""

    status: int | None
    output: str
    seconds: float


def missing(promise: Promise, environment: Mapping[str, str]) -> str:
    """Why it cannot be measured here; empty when it can."""
    if "corpus" in promise.needs and not environment.get("TOCSIN_CORPUS"):
        return "corpus: set TOCSIN_CORPUS"
    if "services" in promise.needs:
        from tests.services.find import why_missing  # noqa: PLC0415 - only a promise on services pays for the import

        return why_missing(environment)
    return ""


def run(promise: Promise) -> Run:
    """Run its command at the root of the repository, with our programs first on the PATH; the output also goes to a log."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    started = time.monotonic()
    process = subprocess.Popen(
        promise.command,
        shell=isinstance(promise.command, str),
        cwd=ROOT,
        env={**os.environ, "PATH": path, **promise.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output, status = _wait(process, promise.timeout)
    text = COLOUR.sub("", output.decode("utf-8", "replace"))
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"{promise.id}.log").write_text(text)
    return Run(status, text, time.monotonic() - started)


def _wait(process: subprocess.Popen[bytes], timeout: float) -> tuple[bytes, int | None]:
    try:
        return process.communicate(timeout=timeout)[0], process.returncode
    except subprocess.TimeoutExpired:
        return _end(process), None
    except KeyboardInterrupt:
        _end(process)
        raise


def _end(process: subprocess.Popen[bytes]) -> bytes:
    """Interrupt first: pytest then still stops the services that it started."""
    for number in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, number)
        try:
            return process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            continue
    return b""


def judge(promise: Promise, ran: Run) -> Outcome:
    """The verdict on a command that ended."""
    if ran.status is None:
        return Outcome(Verdict.NOT_HELD, reason=f"not done after {promise.timeout:g} s")
    last = next((line for line in reversed(ran.output.splitlines()) if line.strip()), "no output")
    if ran.status == SKIPPED:
        return Outcome(Verdict.NOT_MEASURED, reason=last)
    counts = _pytest_counts(ran.output)
    if counts and (ran.status == NO_TESTS or (ran.status == 0 and "skipped" in counts)):
        reason = PYTEST_SKIP.search(ran.output)
        return Outcome(Verdict.NOT_MEASURED, counts, reason[1] if reason else "no test was run")
    if ran.status != 0:
        return Outcome(Verdict.NOT_HELD, counts, f"exit {ran.status}: {last}")
    if "xfailed" in counts:
        return Outcome(Verdict.NOT_HELD, counts, "a test is expected to fail")
    if promise.bound:
        return _compare(promise.bound, ran.output)
    return Outcome(Verdict.HELD, counts or f"{ran.seconds:.0f} s")


def _pytest_counts(output: str) -> str:
    """``3 passed, 1 skipped`` from the last closing line of pytest; empty when the command did not run it."""
    ends = PYTEST_END.findall(output)
    return str(ends[-1]) if ends else ""


def _compare(bound: Bound, output: str) -> Outcome:
    found = bound.figure.findall(output)
    if not found:
        return Outcome(Verdict.NOT_MEASURED, reason=f"the output has no {bound.figure.pattern!r}")
    figure = found[-1].replace(",", "").replace("_", "")
    try:
        held = COMPARISONS[bound.comparison](float(figure), bound.value)
    except ValueError:
        return Outcome(Verdict.NOT_MEASURED, found[-1], "the figure is no number")
    words = f"{bound.comparison.replace('_', ' ')} {bound.value:g}"
    return Outcome(Verdict.HELD if held else Verdict.NOT_HELD, f"{found[-1]} ({words})", "" if held else "out of bound")


def main(arguments: list[str]) -> int:
    """Run the promises that match and print the table."""
    parser = argparse.ArgumentParser(prog="proof", description="Show what Tocsin promises, promise by promise.")
    parser.add_argument(
        "only", nargs="?", default="", metavar="WORD", help="only promises with this word in id, area or sentence"
    )
    parser.add_argument("--promises", type=Path, default=ROOT / "promises.toml")
    parser.add_argument("--list", action="store_true", help="only say what is promised")
    chosen = parser.parse_args(arguments)
    try:
        promises = [promise for promise in read_promises(chosen.promises) if promise.matches(chosen.only)]
    except BadPromise as bad:
        print(bad, file=sys.stderr)
        return 2
    if chosen.list:
        print("\n".join(f"{promise.id}: {promise.sentence}" for promise in promises))
        return 0
    if not promises:
        print(f"no promise matches {chosen.only!r}", file=sys.stderr)
        return 2
    outcomes = [_prove(promise, f"{number}/{len(promises)}") for number, promise in enumerate(promises, 1)]
    _print_table(promises, outcomes)
    return int(any(outcome.verdict is Verdict.NOT_HELD for outcome in outcomes))


def _prove(promise: Promise, progress: str) -> Outcome:
    command = promise.command if isinstance(promise.command, str) else shlex.join(promise.command)
    print(f"[{progress}] {promise.id}: {command}", flush=True)
    if reason := missing(promise, {**os.environ, **promise.env}):
        return Outcome(Verdict.NOT_MEASURED, reason=reason)
    outcome = judge(promise, ran := run(promise))
    if outcome.verdict is Verdict.NOT_HELD:
        print("\n".join(f"    {line}" for line in ran.output.splitlines()[-30:]))
    print(f"    {outcome.verdict} after {ran.seconds:.0f} s", flush=True)
    return outcome


def _print_table(promises: list[Promise], outcomes: list[Outcome]) -> None:
    print()
    width = max(len(promise.id) for promise in promises)
    for promise, outcome in zip(promises, outcomes, strict=True):
        detail = "; ".join(part for part in (outcome.figure, outcome.reason) if part)
        print(f"{outcome.verdict:12}  {promise.id:{width}}  {detail}")
        print(f"{'':12}  {promise.sentence}")
    print("\n" + ", ".join(f"{verdict} {sum(o.verdict is verdict for o in outcomes)}" for verdict in Verdict))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
