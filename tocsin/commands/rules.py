"""``tocsin rules check|test DIR...``: load rules and name each one that is refused; try them on the cases beside them."""

import argparse
from collections import Counter
from pathlib import Path

from correlate.rules.select import default_state
from tocsin.wiring import rule_tests, rules


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|test")
    check = verbs.add_parser("check", help="load, count, list refusals")
    check.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="by default, the rules that Tocsin ships")
    test = verbs.add_parser("test", help="try each X.yml on the cases in X.tests.yaml beside it")
    test.add_argument("folders", nargs="+", type=Path, metavar="DIR")


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 when a rule is refused or fails."""
    return _test(arguments.folders) if arguments.verb == "test" else _check(arguments.folders)


def _check(folders: list[Path]) -> int:
    book = rules.rulebook(folders).book
    for refusal in book.refusals:
        print(f"refused: {refusal.path}: {refusal.title or refusal.rule_id or 'no title'}: {refusal.reason}")
    states = Counter(str(default_state(rule)) for rule in book.rules)
    print(
        f"{len(book.rules)} rules ({states['on']} on by default, {states['shadow']} in shadow), "
        f"{len(book.sites_within)} correlations, {len(book.refusals)} refused",
    )
    return 1 if book.refusals else 0


def _test(folders: list[Path]) -> int:
    """A rule without cases is named and is no failure: most rules of others have none."""
    ok = failed = untested = 0
    for tried in rule_tests.try_rules(folders):
        _print(tried)
        failed += not tried.ok
        untested += tried.ok and tried.cases is None
        ok += tried.ok and tried.cases is not None
    print(f"{ok} rules ok, {failed} failed, {untested} without tests")
    return 1 if failed else 0


def _print(tried: rule_tests.Tried) -> None:
    if tried.ok:
        print(f"ok        {tried.path}: {tried.cases} cases" if tried.cases else f"no tests  {tried.path}")
        return
    print(f"failed    {tried.path}")
    for reason in tried.refused:
        print(f"            refused: {reason}")
    for failure in tried.failures:
        print(f"            {failure}")
