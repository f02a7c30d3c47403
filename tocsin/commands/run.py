"""``tocsin run --config region.toml``: the region in one process."""

import argparse
import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

from tocsin.settings import Region, read
from tocsin.wiring.rules import rulebook_of
from tocsin.wiring.single import Running, embedded, only_one


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="region.toml")
    parser.add_argument("--once", action="store_true", help="end when all that is there is worked off, instead of following")


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT; a kill loses nothing, the next start goes on."""
    region = read(arguments.config, Region)
    rules = rulebook_of(region.rules)
    with only_one(region.region.data):
        running = embedded(region, rules, last=arguments.once)
        print(
            f"tocsin run: {region.region.name}: {len(region.site)} sites, {len(rules.book.rules) + len(rules.book.sites_within)} rules",
            file=sys.stderr,
        )
        asyncio.run(_work(running, region.region.settle, once=arguments.once))
        running.database.close()
    return 0


async def _work(running: Running, wait: timedelta, *, once: bool) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    if once:
        await running.driver.drain(wait)
    else:
        await running.driver.run(stop)
