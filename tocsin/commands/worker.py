"""``tocsin worker normalise|correlate|notify``: one stage of the cluster as a Faust worker."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tocsin.drivers import cluster as driver
from tocsin.drivers.perform import patiently
from tocsin.settings import Region, read
from tocsin.wiring import fleet

ENDED = (0, driver.EXIT_CONFIGURATION)
"""A signal, or a mistake that another start would repeat."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("stage", choices=fleet.STAGES, help="which stage")
    parser.add_argument("--config", type=Path, required=True, help="region.toml, with [kafka] and [elasticsearch]")


def run(arguments: argparse.Namespace) -> int:
    """Check the broker and the rights, then work until a signal. A broker that is away is waited for.

    Faust ends when the broker goes while it starts: the process then begins anew, with the same number, and waits.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a stage that has rules takes it, once they are loaded
    region = read(arguments.config, Region)
    cluster = fleet.cluster(region, arguments.stage)
    first = asyncio.run(_ready(region, arguments.stage, cluster))
    print(f"tocsin worker {arguments.stage}: reading {', '.join(first)}", file=sys.stderr, flush=True)
    status = driver.run(cluster, first)
    if status not in ENDED:
        fleet.begin_anew()
    return status


async def _ready(region: Region, stage: str, cluster: driver.Cluster) -> list[str]:
    """Wait for the broker, see that the rights are there; gives the topics to read.

    Raises:
        RightsError: names the topic and the right.
        ConfigurationError: a topic does not exist.
    """
    await patiently(lambda: asyncio.to_thread(fleet.check_rights, region, stage))
    return list(await patiently(cluster.topics))
