"""``tocsin provision``: topics and index templates, as the configuration wants them. Run it as often as you like."""

import argparse
import asyncio
from pathlib import Path

from tocsin.settings import Region, read
from tocsin.wiring import fleet


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="region.toml, with [kafka] and [elasticsearch]")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def run(arguments: argparse.Namespace) -> int:
    """Create what is missing; a topic with another partition count is an error, never changed in silence."""
    region = read(arguments.config, Region)
    plan = fleet.provisioning(region)
    for line in plan.lines:
        print(f"would {line}" if arguments.dry_run else line)
    if not arguments.dry_run:
        for line in asyncio.run(plan.carry_out()):
            print(line)
    return 0
