"""``tocsin acknowledge INCIDENT --by NAME``: a person takes an incident; its escalation stops."""

import argparse
import asyncio
from pathlib import Path

from schemas import codec, topics
from schemas.act import Act, Deed
from schemas.errors import ConfigurationError
from schemas.incident import CODE, beginning_of
from tocsin.settings import Region, read
from tocsin.wiring import look, stages

MOST = 10
"""Incidents named when a code may mean several."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("incident", help="its id, or the INC-… that mails and pages show")
    parser.add_argument("--by", required=True, metavar="NAME", help="who takes it")
    parser.add_argument("--comment", default="", help="what the next reader should know")
    parser.add_argument("--config", type=Path, required=True, help="region.toml")


def run(arguments: argparse.Namespace) -> int:
    """Write the act to the log; the notify stage heeds it."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    if not arguments.by.strip():
        raise ConfigurationError("--by: say who takes the incident; the others read the name")
    region = read(arguments.config, Region)
    open_ = look.opened(region)
    try:
        incident = arguments.incident
        if await open_.store.read("incident", incident) is None:
            incident = await _named(region, incident)
        act = Act(
            incident_id=incident,
            deed=Deed.ACKNOWLEDGE,
            by=arguments.by.strip(),
            at=stages.utc_now(),
            comment=arguments.comment,
        )
        await open_.log.append(open_.prefix + topics.ACTS, act.incident_id, codec.encode(act))
        print(f"{act.incident_id}: acknowledged by {act.by}; it takes effect when `tocsin run` or the notify worker reads it")
    finally:
        await open_.close()
    return 0


async def _named(region: Region, text: str) -> str:
    """The id of the incident that is meant: the whole of it, or as many of its first characters as tell it from the others.

    Raises:
        ConfigurationError: none begins so, or several do.
    """
    beginning = beginning_of(text)
    archive, close = look.archive(region)
    try:
        found = await archive.named(beginning, MOST) if len(beginning) >= CODE else []
    finally:
        await close()
    if not found:
        raise ConfigurationError(f"there is no incident {text}; give its id, or the INC-… of a mail or page")
    if len(found) > 1:
        raise ConfigurationError(f"{text} may be any of {', '.join(found)}: give the whole id")
    return found[0]
