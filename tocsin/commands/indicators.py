"""``tocsin indicators check|look``: what feeds hold, what of it is refused and why; what they say of one value."""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from correlate.indicators.collect import Known
from correlate.indicators.explain import Answer, answers, standing
from correlate.indicators.refusal import Because
from schemas.noun import parse_iso
from tocsin.settings import IndicatorsSection, Region, read
from tocsin.wiring.indicators import known

FIRST = 5
"""Refusals of each reason that are named when not all are asked for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|look")
    check = verbs.add_parser("check", help="read feeds, count, list refusals")
    look = verbs.add_parser("look", help="what the feeds say of a value")
    look.add_argument("value", metavar="VALUE", help="an address, a name, a URL, a hash or a mail address")
    for verb in (check, look):
        verb.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="by default, those of the configuration")
        verb.add_argument("--config", type=Path, metavar="FILE", help="region.toml")
        verb.add_argument("--at", type=_instant, metavar="ISO", help="validity is judged at this time; by default, now")
    check.add_argument(
        "--all", action="store_true", help="name every refusal that is kept, not only the first ones of each reason"
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 when a file cannot be read, or nothing is known of the value."""
    section = read(arguments.config, Region).indicators if arguments.config else IndicatorsSection()
    if not arguments.folders and not section.folders:
        print("tocsin indicators: name a folder, or a --config with [indicators] folders", file=sys.stderr)
        return 2
    found = known(section, arguments.folders)
    at = arguments.at or datetime.now(UTC)
    return _look(found, arguments.value, at) if arguments.verb == "look" else _check(found, at, every=arguments.all)


def _instant(text: str) -> datetime:
    try:
        return parse_iso(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _check(found: Known, at: datetime, *, every: bool) -> int:
    report = found.report
    _print_refusals(found, every=every)
    files = ", ".join(f"{count} {name}" for name, count in sorted(report.files.items())) or "none"
    print(f"documents read    {files}")
    _print_counts("values to match", Counter({str(kind): count for kind, count in found.table.counts.items()}))
    _print_counts("  at that time", Counter(standing(one, at) for one in found.table))
    _print_counts("  marked", Counter(one.about.tlp for one in found.table) + Counter(one.about.pap for one in found.table))
    _print_counts("  level", Counter(str(one.about.level) for one in found.table))
    _print_counts("refused", Counter({str(because): count for because, count in report.refused.items()}))
    _print_counts("warning lists", Counter(report.warned), f"{report.warning_lists} read")
    return 1 if report.refused.get(Because.UNREADABLE) else 0


def _print_refusals(found: Known, *, every: bool) -> None:
    shown: Counter[Because] = Counter()
    for refusal in found.report.shown:
        shown[refusal.because] += 1
        if every or shown[refusal.because] <= FIRST:
            print(f"refused: {refusal}")
    for because, count in shown.items():
        more = found.report.refused[because] - (count if every else min(count, FIRST))
        if more:
            print(f"refused: … and {more} more: {because}")


def _print_counts(title: str, counts: Counter[str], before: str = "") -> None:
    parts = [before] if before else []
    parts += [f"{count} {name}" for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    print(f"{title:<18}{', '.join(parts) or 'none'}")


def _look(found: Known, text: str, at: datetime) -> int:
    """Exit 1 when no feed lists it."""
    known_as = list(answers(found, text))
    if not known_as:
        print(f"{text}: no address, name, URL, hash or mail address")
        return 2
    for answer in known_as:
        print(f"{answer.kind} {answer.value}: {_verdict(answer, at)}")
        for one in answer.indicators:
            about = one.about
            conditions = "".join(f", with {also.what} {also.value}" for also in one.also)
            print(f"  {standing(one, at)}: {one.kind} {one.value}{conditions}, {about.level}, {about.tlp} {about.pap}")
            print(f"    {one.id} in {about.source}: {about.name}")
    return 0 if any(answer.indicators for answer in known_as) else 1


def _verdict(answer: Answer, at: datetime) -> str:
    if answer.warning_lists:
        return f"never alerts: on the warning list {', '.join(answer.warning_lists)}"
    if answer.never:
        return f"never alerts: {answer.never}"
    if not answer.indicators:
        return "in no feed"
    return "alerts" if any(one.about.holds_at(at) for one in answer.indicators) else "does not alert at that time"
