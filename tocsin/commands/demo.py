"""``tocsin demo``: a simulated region lives a day within a minute, and the console shows what Tocsin makes of it."""

import argparse
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from schemas.errors import ConfigurationError
from tocsin.commands.console import PORT
from tocsin.commands.simulate import chosen, configure_campaigns
from tocsin.demonstration import report
from tocsin.demonstration.score import score
from tocsin.simulation.clock import DAY
from tocsin.simulation.region import Simulated, region
from tocsin.wiring.demonstration import Demonstration, truth_of

Body = Mapping[str, Any]
SCALE = 0.2
"""Ordinary life a fifth as loud as at a real hospital: the day passes within a minute."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--once", action="store_true", help="print the account and end, without the console")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--seed", type=int, default=1, help="chooses the region's days (1)")
    parser.add_argument("--days", type=int, default=1, help="how long (1)")
    parser.add_argument("--scale", type=float, default=SCALE, metavar="X", help=f"how loud the ordinary life is ({SCALE})")
    parser.add_argument("--port", type=int, default=PORT, help=f"of the console ({PORT})")
    configure_campaigns(parser)


def run(arguments: argparse.Namespace) -> int:
    """Live through the day, name each cross-site incident, show a mail; 1 when a campaign was not told as it was."""
    try:
        simulated = region(
            datetime.now(UTC) - arguments.days * DAY,
            arguments.seed,
            arguments.days,
            scale=arguments.scale,
            names=chosen(arguments),
        )
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as name:
        demonstration = Demonstration(simulated, Path(name))
        if arguments.once:
            return _live(demonstration)
        with _console(demonstration, arguments.port) as address:
            if not arguments.no_browser:
                webbrowser.open(address)
            _live(demonstration)
            print(f"\nThe region is at {address} (mails: {demonstration.mailbox.folder}); end with Ctrl-C.", flush=True)
            return _until_interrupted()


def _live(demonstration: Demonstration) -> int:
    simulated = demonstration.simulated
    names = {site.finess: site.name for site in simulated.sites}
    print(
        f"{len(names)} hospitals, {_days(simulated.days)}, {len(simulated.truth)} campaigns hidden in it (seed {simulated.seed})"
    )
    with _watched(simulated, names) as tell:
        lived = demonstration.run(tell)
    if demonstration.mailbox.mails:
        print(f"\n--- the first of {len(demonstration.mailbox.mails)} mails, as it arrived ---\n")
        print("\n".join(report.mail(demonstration.mailbox.mails[0])))
    result = score([truth_of(campaign) for campaign in simulated.truth], lived.stored["incident"], timedelta(days=simulated.days))
    print("\n--- what really happened, and what was found ---\n")
    print("\n".join(report.account(result, names)))
    print("\n" + report.totals(lived.lines, lived.stored, len(demonstration.mailbox.mails)))
    print(result, flush=True)
    return 0 if result.perfect else 1


@contextmanager
def _watched(simulated: Simulated, names: Mapping[str, str]) -> Iterator[Any]:
    """Prints each cross-site incident when it appears, under a bar that goes with the region's clock."""
    seen: set[str] = set()
    begin = time.monotonic()
    columns = TextColumn("{task.fields[clock]}"), BarColumn(), TextColumn("{task.fields[count]} events")
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=simulated.days * DAY.total_seconds(), clock="", count=0)

        def tell(now: datetime, lines: int, incidents: Sequence[Body]) -> None:
            done = (now - simulated.start).total_seconds()
            progress.update(task, completed=done, clock=f"{now:%Y-%m-%d %H:%M} UTC", count=lines)
            for incident in incidents:
                if incident["id"] not in seen and len(incident["trust_domains"]) > 1:
                    seen.add(incident["id"])
                    if console.is_terminal:
                        progress.stop()
                    print("\n" + "\n".join(report.opened(incident, names, time.monotonic() - begin)), flush=True)
                    if console.is_terminal:
                        progress.start()

        yield tell


@contextmanager
def _console(demonstration: Demonstration, port: int) -> Iterator[str]:
    """The console as a process of its own, so that its pages do not wait for the pipeline."""
    demonstration.prepare()
    words = ["console", "--config", str(demonstration.configuration), "--port", str(port)]
    with subprocess.Popen([sys.executable, "-m", "tocsin.cli", *words], stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        assert process.stderr is not None  # noqa: S101 - for the type checker
        first = process.stderr.readline()
        address = next((word for word in first.split() if word.startswith("http")), None)
        if address is None:
            raise ConfigurationError(f"the console did not start: {first}{process.stderr.read()}")
        print(f"console: {address}", flush=True)
        try:
            yield address
        finally:
            process.terminate()


def _until_interrupted() -> int:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return 0


def _days(count: int) -> str:
    return "one day" if count == 1 else f"{count} days"
