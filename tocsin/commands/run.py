"""``tocsin run --config region.toml``: the region in one process."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from tocsin.settings import Region, read
from tocsin.wiring.rules import rulebook_of
from tocsin.wiring.single import Running, embedded, only_one
from tocsin.wiring.sources import unreadable

KINDS = {
    "event": "events",
    "detection": "detections",
    "incident": "incidents",
    "lead": "leads",
    "notice": "notices",
    "dead": "dead letters",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="region.toml")
    parser.add_argument("--once", action="store_true", help="end when all that is there is worked off, instead of following")


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT; a kill loses nothing, the next start goes on. SIGHUP reloads the rules.

    With ``--once``, 1 when a source could not be read.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the rules are loaded that it reloads
    region = read(arguments.config, Region)
    rules = rulebook_of(region.rules)
    with only_one(region.region.data):
        running = embedded(region, rules, last=arguments.once)
        count, refused = len(rules.book.rules) + len(rules.book.correlations), len(rules.book.refusals)
        _say(f"{region.region.name}: {len(region.site)} sites, {count} rules" + (f", {refused} refused" if refused else ""))
        missing = unreadable(region.source)
        for source in missing:
            _say(f"{source}" if arguments.once else f"{source}; waiting for it")
        before = running.store.counts()
        asyncio.run(_work(running, region.region.settle, once=arguments.once))
        if arguments.once:
            _say(f"new: {_totals(before, running.store.counts())}")
        running.database.close()
    return 1 if arguments.once and missing else 0


def _say(text: str) -> None:
    print(f"tocsin run: {text}", file=sys.stderr, flush=True)


def _totals(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    return ", ".join(f"{after.get(kind, 0) - before.get(kind, 0):,} {name}" for kind, name in KINDS.items())


async def _work(running: Running, wait: timedelta, *, once: bool) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    if once:
        await running.driver.drain(wait)
        return
    reloading = asyncio.create_task(running.reloader.run(stop))
    await running.driver.run(stop)
    await reloading
