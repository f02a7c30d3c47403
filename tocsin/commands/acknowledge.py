"""``tocsin acknowledge INCIDENT --by NAME``: a person takes an incident; its escalation stops."""

import argparse
import asyncio
from pathlib import Path

from schemas import codec, topics
from schemas.act import Act, Deed
from schemas.errors import ConfigurationError
from tocsin.settings import Region, read
from tocsin.wiring import look, stages


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("incident", help="the incident's id, whole")
    parser.add_argument("--by", required=True, metavar="NAME", help="who takes it")
    parser.add_argument("--comment", default="", help="what the next reader should know")
    parser.add_argument("--config", type=Path, required=True, help="region.toml")


def run(arguments: argparse.Namespace) -> int:
    """Write the act to the log; the notify stage heeds it."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    open_ = look.opened(read(arguments.config, Region))
    try:
        if await open_.store.read("incident", arguments.incident) is None:
            raise ConfigurationError(f"there is no incident {arguments.incident}")
        act = Act(
            incident_id=arguments.incident,
            deed=Deed.ACKNOWLEDGE,
            by=arguments.by,
            at=stages.utc_now(),
            comment=arguments.comment,
        )
        await open_.log.append(open_.prefix + topics.ACTS, act.incident_id, codec.encode(act))
        print(f"{act.incident_id}: acknowledged by {act.by}")
    finally:
        await open_.close()
    return 0
