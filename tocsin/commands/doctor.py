"""``tocsin doctor``: what is wrong, in one screen, with a remedy a line."""

import argparse
import asyncio
from pathlib import Path

from tocsin.checks import Verdict, examine
from tocsin.settings import Region, read


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="region.toml")


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 when something is bad."""
    region = read(arguments.config, Region)
    findings = [*asyncio.run(examine(region))]
    print(f"{arguments.config}: {region.region.name}: {len(region.site)} sites, {len(region.source)} sources")
    for finding in findings:
        remedy = f"  → {finding.remedy}" if finding.remedy else ""
        print(f"{finding.verdict:>5}  {finding.what}{remedy}")
    return 1 if any(finding.verdict is Verdict.BAD for finding in findings) else 0
