"""``tocsin replay --site SITE:SOURCE:PATH ...``: recorded logs through the pipeline, results as files."""

import argparse
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from schemas.errors import ConfigurationError
from schemas.event import PARTIAL, RAW, how_well
from schemas.noun import iso, parse_iso
from schemas.site import check_finess
from tocsin.replay import Body, Replayed, by_time
from tocsin.settings import Region, read
from tocsin.wiring.recorded import received_by, replay, take_file
from tocsin.wiring.rules import Rules, known_source_type, rulebook, warn_of_refused
from tocsin.wiring.stages import region_of


class Recorded(NamedTuple):
    """One ``--site`` argument."""

    site: str
    type: str
    path: Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--site", action="append", required=True, metavar="SITE:SOURCE:PATH", type=_recorded, dest="recorded")
    parser.add_argument("--rules", action="append", type=Path, metavar="DIR", help="a folder of Sigma rules; may be repeated")
    parser.add_argument(
        "--config", type=Path, help="a region.toml: sites, contacts, policy; by default only the sites named here"
    )
    parser.add_argument(
        "--received", type=parse_iso, metavar="ISO", help="when the logs were received: gives years to dates without"
    )
    parser.add_argument("--out", type=Path, default=Path("replay"), metavar="DIR", help="where the results go (replay)")


def _recorded(text: str) -> Recorded:
    parts = text.split(":", 2)
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - the three of the metavar
        raise argparse.ArgumentTypeError(f"{text!r} is not SITE:SOURCE:PATH, such as 010000024:sshd:auth.log")
    try:
        check_finess(parts[0])
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return Recorded(parts[0], known_source_type(parts[1]), Path(parts[2]))


def run(arguments: argparse.Namespace) -> int:
    """Replay, write the files, print the summary."""
    recorded = sorted(set(arguments.recorded))
    for item in recorded:
        if not item.path.is_file():
            raise ConfigurationError(f"--site {item.site}:{item.type}:{item.path}: there is no such file")
    region = read(arguments.config, Region) if arguments.config else region_of(item.site for item in recorded)
    rules = rulebook(arguments.rules)
    warn_of_refused("replay", rules)
    received, origin = received_by(recorded, arguments.received)
    replayed = replay(region, rules)
    for number, item in enumerate(recorded, 1):
        print(f"[{number}/{len(recorded)}] {item.site} {item.type} {item.path}", file=sys.stderr)
        take_file(replayed, item.site, item.type, item.path, received)
    result = replayed.finish()
    summary = _summary(result, recorded, rules, received, origin)
    _write(arguments.out, result, summary)
    print(orjson.dumps(summary, option=orjson.OPT_INDENT_2).decode())
    return 0


def _summary(result: Replayed, recorded: list[Recorded], rules: Rules, received: datetime, origin: str) -> Body:
    by_site = Counter(str(body["site"]) for body in result.detections.values() if body["state"] == "on")
    shadow = sum(body["state"] == "shadow" for body in result.detections.values())
    understood = Counter(how_well(dict(body)) for body in result.events.values())
    cross = [body for body in result.incidents.values() if len(body["trust_domains"]) > 1 and not body.get("merged_into")]
    return {
        "inputs": [f"{item.site}:{item.type}:{item.path.name}" for item in recorded],
        "received": iso(received),
        "received_from": origin,
        "rules": {"loaded": len(rules.book.rules) + len(rules.book.correlations), "refused": len(rules.book.refusals)},
        "events": len(result.events),
        "not_understood": understood[RAW],
        "understood_in_part": understood[PARTIAL],
        "detections": {"on": dict(sorted(by_site.items())), "shadow": shadow},
        "incidents": len(result.incidents),
        "cross_site_incidents": sorted(str(body["id"]) for body in cross),
        "notices": len(result.notices),
        "dead": len(result.dead),
    }


def _write(folder: Path, result: Replayed, summary: Body) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, bodies in (
            ("events", by_time(result.events.values(), "@timestamp")),
            ("detections", by_time(result.detections.values(), "@timestamp")),
            ("memberships", by_time(result.memberships.values(), "time")),
            ("incidents", by_time(result.incidents.values(), "first_seen")),
            ("leads", by_time(result.leads.values(), "first_seen")),
            ("shortfalls", by_time(result.shortfalls.values())),
            ("notices", by_time(result.notices.values(), "at")),
            ("dead", by_time(result.dead.values(), "reason")),
        ):
            with (folder / f"{name}.ndjson").open("wb") as stream:
                stream.writelines(orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE) for body in bodies)
        (folder / "summary.json").write_bytes(orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise ConfigurationError(f"--out {folder}: cannot write there: {error.strerror}") from error
