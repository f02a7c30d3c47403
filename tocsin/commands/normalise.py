"""``tocsin normalise --source TYPE``: raw lines on stdin, Events as ndjson on stdout."""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime

import orjson

from ingest.framing import Framer, Record, batches
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import PARTIAL, RAW, how_well
from schemas.noun import parse_iso
from schemas.site import Site, check_finess
from tocsin.wiring import rules, stages, stdin


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--source", required=True, type=rules.known_source_type, metavar="TYPE", help="how the lines are parsed")
    parser.add_argument("--site", default="000000000", type=_finess, help="FINESS of the site the lines come from")
    parser.add_argument("--timezone", default="Europe/Paris", help="zone of timestamps that name none (Europe/Paris)")
    parser.add_argument("--received", type=parse_iso, metavar="ISO", help="when the lines were received (now)")


def _finess(text: str) -> str:
    try:
        return check_finess(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(arguments: argparse.Namespace) -> int:
    """Stream from stdin to stdout; what is not understood comes out raw and tagged, never dropped.

    The last line on stderr counts the lines, and those that were understood in part or not at all.
    """
    site = stages.single_site(arguments.site, arguments.timezone)
    received = arguments.received or datetime.now(UTC)
    framer = Framer()
    counts: Counter[str] = Counter()
    given = stdin.Input()
    for chunk in given.chunks():
        counts += _print(framer.feed(chunk), arguments.source, site, received)
    counts += _print(framer.flush(), arguments.source, site, received)
    if given.damage:
        print(f"tocsin normalise: {given.damage}", file=sys.stderr)
    print(
        f"tocsin normalise: {counts.total():,} lines, {counts[RAW]:,} not understood, {counts[PARTIAL]:,} in part",
        file=sys.stderr,
    )
    return 1 if given.damage else 0


def _print(records: list[Record], source: str, site: Site, received: datetime) -> Counter[str]:
    """What was understood: how many lines of each tag."""
    counts: Counter[str] = Counter()
    for run_ in batches(records):
        batch = RawBatch(
            site=site.finess,
            source=source,
            source_type=source,
            epoch="stdin",
            positions=tuple(record.position for record in run_),
            records=tuple(record.data for record in run_),
            received=received,
        )
        for event in normalise(batch, site):
            sys.stdout.buffer.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
            counts[how_well(event)] += 1
    sys.stdout.buffer.flush()
    return counts
