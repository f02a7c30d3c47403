"""``tocsin detect``: Events as ndjson on stdin (flat or nested), Detections on stdout."""

import argparse
import sys
from pathlib import Path

import orjson

from correlate.rules.select import Finder
from schemas.event import Event, flatten, validate_event
from tocsin.wiring import rules

BATCH = 500


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--rules", action="append", type=Path, metavar="DIR", help="a folder of Sigma rules; may be repeated")


def run(arguments: argparse.Namespace) -> int:
    """Stream from stdin to stdout; a line that is no Event is named on stderr, and the exit status is then 1."""
    detector = rules.detector(rules.rulebook(arguments.rules))
    bad = 0
    batch: list[Event] = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            batch.append(validate_event(flatten(_object(line))))
        except ValueError as error:
            bad += 1
            print(f"tocsin detect: stdin line {number}: no Event: {error}", file=sys.stderr)
        if len(batch) >= BATCH:
            _print(detector, batch)
            batch = []
    _print(detector, batch)
    return 1 if bad else 0


def _object(line: bytes) -> Event:
    value = orjson.loads(line)
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object, found a {type(value).__name__}")
    return value


def _print(detector: Finder, batch: list[Event]) -> None:
    for per_event in detector.detect(batch):
        for found in per_event:
            sys.stdout.write(found.model_dump_json(by_alias=True) + "\n")
    sys.stdout.flush()
