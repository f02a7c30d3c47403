"""``tocsin normalise --source TYPE``: raw lines on stdin, Events as ndjson on stdout."""

import argparse
import os
import sys
from datetime import UTC, datetime

import orjson

from ingest.framing import Framer, Record, batches
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.noun import parse_iso
from schemas.site import Site, check_finess
from tocsin.wiring import rules, stages

CHUNK = 256 * 1024


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
    """Stream from stdin to stdout; what is not understood comes out raw and tagged, never dropped."""
    site = stages.single_site(arguments.site, arguments.timezone)
    received = arguments.received or datetime.now(UTC)
    framer = Framer()
    while chunk := os.read(sys.stdin.fileno(), CHUNK):
        _print(framer.feed(chunk), arguments.source, site, received)
    _print(framer.flush(), arguments.source, site, received)
    return 0


def _print(records: list[Record], source: str, site: Site, received: datetime) -> None:
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
    sys.stdout.buffer.flush()
