"""``tocsin demo``: a simulated region under attack, through the whole pipeline, in less than a minute."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson

from tocsin.commands.simulate import write, yesterday
from tocsin.settings import Region, read
from tocsin.wiring import mail, rules, single

Body = Mapping[str, Any]
EVERYTHING = 1_000_000
HOLD_SECONDS = 0.5
"""All logs lie there before the first is read, so nobody has to be waited for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--once", action="store_true", help="end after the summary (this text demonstration always does)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser (this text demonstration never does)")
    parser.add_argument("--seed", type=int, default=1, help="chooses the region's day (1)")


def run(arguments: argparse.Namespace) -> int:
    """Simulate, run embedded, name the cross-site incident, print the mail; 1 when the campaign was not found."""
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as name:
        folder = Path(name)
        _say("1/3  simulating a day of three hospitals")
        write(folder, yesterday(datetime.now(UTC)), seed=arguments.seed, days=1)
        region = read(folder / "region.toml", Region)
        region = region.model_copy(update={"region": region.region.model_copy(update={"settle_seconds": HOLD_SECONDS})})
        _say("2/3  running the pipeline: normalise, detect, correlate, notify")
        mails, stored = asyncio.run(_pipeline(region))
        _say("3/3  done\n")
        truth = orjson.loads((folder / "truth.json").read_bytes())
    return _report(region, stored, mails, truth)


async def _pipeline(region: Region) -> tuple[Sequence[EmailMessage], dict[str, Sequence[Body]]]:
    mails, channels = mail.memory_channel()
    running = single.embedded(region, rules.rulebook_of(region.rules), channels=channels, last=True)
    await running.driver.drain(region.region.settle)
    stored = {kind: await running.store.recent(kind, EVERYTHING) for kind in ("event", "detection", "incident", "notice", "dead")}
    running.database.close()
    return mails, stored


def _report(region: Region, stored: Mapping[str, Sequence[Body]], mails: Sequence[EmailMessage], truth: Sequence[Body]) -> int:
    names = {site.finess: site.name for site in region.site}
    cross = [body for body in stored["incident"] if len(body["trust_domains"]) > 1 and not body["merged_into"]]
    for incident in cross:
        _print_incident(incident, names)
    if mails:
        print(f"--- the first of {len(mails)} mails ---\n")
        for header in ("From", "To", "Subject", "Message-ID"):
            print(f"{header}: {mails[0][header]}")
        print(f"\n{mails[0].get_content()}")
    found = sum(any(set(campaign["sites"]) <= set(incident["sites"]) for incident in cross) for campaign in truth)
    right = sum(any(set(campaign["sites"]) == set(incident["sites"]) for incident in cross) for campaign in truth)
    on = sum(body["state"] == "on" for body in stored["detection"])
    print(
        f"{len(stored['event'])} events, {on} detections ({len(stored['detection']) - on} in shadow), "
        f"{len(cross)} cross-site incidents, {len(mails)} mails, {len(stored['dead'])} dead letters",
    )
    print(f"campaigns {found} of {len(truth)} found, sites right {right} of {len(truth)}")
    return 0 if found == right == len(truth) else 1


def _print_incident(incident: Body, names: Mapping[str, str]) -> None:
    print(f"CROSS-SITE INCIDENT {incident['id']}  severity {incident['severity']}, score {incident['score']}/100")
    print(f"  sites:  {', '.join(names[site] for site in incident['sites'])}")
    print(f"  seen:   {incident['first_seen']} to {incident['last_seen']}, {incident['detections']} detections")
    for link in incident["why"]["links"]:
        print(f"  linked: {_what(link)}  at {', '.join(names[site] for site in link['sites'])}")
    for rule in incident["why"]["rules"]:
        print(f"  rule:   {rule['count']} x {rule['name']} ({rule['level']})")
    print()


def _what(link: Body) -> str:
    if link["entity"]:
        return f"{link['entity']['kind']} {link['entity']['value']}"
    return f"rule {link['rule_id']}" if link["rule_id"] else "the same hosts"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
