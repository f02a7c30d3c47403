"""``tocsin simulate``: the logs of a region that does not exist, with an attack at two of its hospitals."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.errors import ConfigurationError
from schemas.noun import iso, parse_iso
from tocsin.simulation.files import files
from tocsin.simulation.region import region


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where region.toml, truth.json and logs/ go")
    parser.add_argument("--seed", type=int, default=1, help="chooses the region's days (1)")
    parser.add_argument("--days", type=int, default=1, help="how long (1)")
    parser.add_argument("--start", type=parse_iso, metavar="ISO", help="the first instant (the last midnight but one, UTC)")


def run(arguments: argparse.Namespace) -> int:
    """Write the files; the same arguments give the same bytes."""
    start = arguments.start or yesterday(datetime.now(UTC))
    if arguments.days < 1:
        raise ConfigurationError(f"--days {arguments.days}: expected 1 or more")
    written = write(arguments.out, start, seed=arguments.seed, days=arguments.days)
    print(f"{len(written)} files in {arguments.out}: {arguments.days} days from {iso(start)}, seed {arguments.seed}")
    print(f"try: tocsin run --once --config {arguments.out / 'region.toml'}")
    return 0


def yesterday(now: datetime) -> datetime:
    """The midnight (UTC) that began the last whole day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def write(folder: Path, start: datetime, *, seed: int, days: int) -> list[Path]:
    """Write a simulated region.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    written = []
    for name, content in files(region(start, seed=seed, days=days)).items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise ConfigurationError(f"--out {folder}: cannot write {path}: {error.strerror}") from error
        written.append(path)
    return written
