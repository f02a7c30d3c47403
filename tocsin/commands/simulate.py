"""``tocsin simulate``: the logs of a region that does not exist, on ordinary days and under attack."""

import argparse
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from schemas.errors import ConfigurationError
from schemas.noun import iso, parse_iso
from tocsin.simulation import files
from tocsin.simulation.campaigns import nuit_de_tous, rancongiciel_vpn
from tocsin.simulation.campaigns.chosen import CAMPAIGNS
from tocsin.simulation.places import PLACES
from tocsin.simulation.region import Simulated, region

MARGIN = timedelta(days=8)
"""What a simulated day may look back and ahead; the baseline of a week reaches furthest."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where region.toml, truth.json and logs/ go")
    parser.add_argument("--seed", type=int, default=1, help="chooses the region's days (1)")
    parser.add_argument("--days", type=int, default=1, help="how long (1)")
    parser.add_argument("--start", type=parse_iso, metavar="ISO", help="the first instant (the last midnight but one, UTC)")
    parser.add_argument("--sites", type=int, default=len(PLACES), metavar="N", help=f"how many hospitals ({len(PLACES)})")
    parser.add_argument(
        "--scale", type=float, default=1.0, metavar="X", help="how much louder the ordinary life is than usual (1.0)"
    )
    configure_campaigns(parser)


def configure_campaigns(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that choose what happens."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--campaigns", metavar="NAMES", help=f"which attacks, with commas between: {', '.join(CAMPAIGNS)} (all)")
    which.add_argument("--without-campaigns", action="store_true", help="ordinary days alone")
    parser.add_argument(
        "--night-of-all",
        action="store_true",
        help=f"every hospital is hit in one night, in place of {rancongiciel_vpn.NAME}",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the files, naming each hospital when its logs are whole; the same arguments give the same bytes."""
    start = arguments.start or yesterday(datetime.now(UTC))
    for name in ("days", "sites"):
        if getattr(arguments, name) < 1:
            raise ConfigurationError(f"--{name} {getattr(arguments, name)}: expected 1 or more")
    check_span(start, arguments.days)
    simulated = _region(
        start,
        seed=arguments.seed,
        days=arguments.days,
        sites=arguments.sites,
        scale=arguments.scale,
        names=chosen(arguments),
    )
    written = []
    for path, lines in _files(simulated, arguments.out):
        written.append(path)
        print(f"{lines:>9,} lines  {path.relative_to(arguments.out)}", flush=True)
    print(f"{len(written)} files in {arguments.out}: {arguments.days} days from {iso(start)}, seed {arguments.seed}")
    print(f"try: tocsin run --once --config {arguments.out / 'region.toml'}")
    return 0


def check_span(start: datetime, days: int) -> None:
    """See that the days, and one on either side of them, are dates.

    Raises:
        ConfigurationError: they are not.
    """
    try:
        _ = start - MARGIN, start + timedelta(days=days) + MARGIN
    except OverflowError as error:
        raise ConfigurationError(f"--start {iso(start)}, --days {days}: there are no such dates; years are 1 to 9999") from error


def yesterday(now: datetime) -> datetime:
    """The midnight (UTC) that began the last whole day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def write(
    folder: Path,
    start: datetime,
    *,
    seed: int,
    days: int,
    sites: int = len(PLACES),
    scale: float = 1.0,
    names: Collection[str] = CAMPAIGNS,
) -> list[Path]:
    """Write a simulated region; the paths of its files.

    Raises:
        ConfigurationError: the folder cannot be written, or there are too few sites for the campaigns.
    """
    simulated = _region(start, seed=seed, days=days, sites=sites, scale=scale, names=names)
    return [path for path, _ in _files(simulated, folder)]


def _region(start: datetime, *, seed: int, days: int, sites: int, scale: float, names: Collection[str]) -> Simulated:
    try:
        return region(start, seed, days, sites=sites, scale=scale, names=names)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _files(simulated: Simulated, folder: Path) -> Iterator[tuple[Path, int]]:
    try:
        yield from files.write(simulated, folder)
    except OSError as error:
        raise ConfigurationError(f"--out {folder}: cannot write {error.filename}: {error.strerror}") from error


def chosen(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The campaigns that were asked for.

    Raises:
        ConfigurationError: none has such a name.
    """
    if arguments.without_campaigns:
        names: list[str] = []
    elif arguments.campaigns is None:
        names = list(CAMPAIGNS)
    else:
        names = [name.strip() for name in arguments.campaigns.split(",") if name.strip()]
    for name in names:
        if name not in CAMPAIGNS:
            near = get_close_matches(name, CAMPAIGNS, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(CAMPAIGNS)}"
            raise ConfigurationError(f"--campaigns: no campaign is called {name!r}{hint}")
    if arguments.night_of_all:
        names = [nuit_de_tous.NAME, *(name for name in names if name != rancongiciel_vpn.NAME)]
    return tuple(names)
