"""``tocsin rules check DIR...``: load rules, count them, name each one that is refused and why."""

import argparse
from collections import Counter
from pathlib import Path

from correlate.rules.select import default_state
from tocsin.wiring import rules


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check")
    check = verbs.add_parser("check", help="load, count, list refusals")
    check.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="by default, the rules that Tocsin ships")


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 when a rule is refused."""
    book = rules.rulebook(arguments.folders).book
    for refusal in book.refusals:
        print(f"refused: {refusal.path}: {refusal.title or refusal.rule_id or 'no title'}: {refusal.reason}")
    states = Counter(str(default_state(rule)) for rule in book.rules)
    print(
        f"{len(book.rules)} rules ({states['on']} on by default, {states['shadow']} in shadow), "
        f"{len(book.sites_within)} correlations, {len(book.refusals)} refused",
    )
    return 1 if book.refusals else 0
