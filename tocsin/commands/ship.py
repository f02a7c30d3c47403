"""``tocsin ship --config site.toml``: the hospital's shipper."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tocsin.settings import SiteFile, read
from tocsin.wiring import sources

IDLE_SECONDS = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="site.toml")
    parser.add_argument("--once", action="store_true", help="end when all that is there is acknowledged, instead of following")


def run(arguments: argparse.Namespace) -> int:
    """Ship until SIGTERM or SIGINT; what was not acknowledged is sent again at the next start, with the same event ids.

    With ``--once``, 1 when a source could not be read.
    """
    site = read(arguments.config, SiteFile)
    missing = sources.unreadable(site.source)
    for source in missing:
        print(f"tocsin ship: {source}{'' if arguments.once else '; waiting for it'}", file=sys.stderr, flush=True)
    asyncio.run(_ship(site, once=arguments.once))
    return 1 if arguments.once and missing else 0


async def _ship(site: SiteFile, *, once: bool) -> None:
    shipping = sources.shipping(site)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    stopped = asyncio.create_task(stop.wait())
    while not stop.is_set():
        working = asyncio.create_task(shipping.shipper.round(last=once))
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
        elif not working.result():
            if once:
                break
            await asyncio.wait({stopped}, timeout=IDLE_SECONDS)
    await shipping.close()
