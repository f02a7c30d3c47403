"""``tocsin detect``: Events as ndjson on stdin (flat or nested), Detections on stdout."""

import argparse
import sys
from pathlib import Path

import orjson

from correlate.rules.select import Finder
from schemas.event import Event, flatten, validate_event
from tocsin.wiring import rules, stdin

BATCH = 500


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--rules", action="append", type=Path, metavar="DIR", help="a folder of Sigma rules; may be repeated")


def run(arguments: argparse.Namespace) -> int:
    """Stream from stdin to stdout; a line that is no Event is named on stderr, and the exit status is then 1.

    The last line on stderr counts events, detections, and lines that are no Event.
    """
    loaded = rules.rulebook(arguments.rules)
    rules.warn_of_refused("detect", loaded)
    detector = rules.detector(loaded)
    events = bad = detections = 0
    batch: list[Event] = []
    given = stdin.Input()
    for number, line in enumerate(given.lines(), 1):
        try:
            batch.append(validate_event(flatten(_object(line))))
            events += 1
        except ValueError as error:
            bad += 1
            print(f"tocsin detect: stdin line {number}: no Event: {error}", file=sys.stderr)
        if len(batch) >= BATCH:
            detections += _print(detector, batch)
            batch = []
    detections += _print(detector, batch)
    if given.damage:
        print(f"tocsin detect: {given.damage}", file=sys.stderr)
    print(f"tocsin detect: {events:,} events, {detections:,} detections, {bad:,} lines that are no Event", file=sys.stderr)
    return 1 if bad or given.damage else 0


def _object(line: bytes) -> Event:
    value = orjson.loads(line)
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object, found a {type(value).__name__}")
    return value


def _print(detector: Finder, batch: list[Event]) -> int:
    found = [detection for per_event in detector.detect(batch) for detection in per_event]
    for detection in found:
        sys.stdout.write(detection.model_dump_json(by_alias=True) + "\n")
    sys.stdout.flush()
    return len(found)
