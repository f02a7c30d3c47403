"""``tocsin rules check|test|coverage|explain|new``: what a rule's author and a region's operator ask of rules."""

import argparse
import sys
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from correlate.rules.explain import Explainable
from correlate.rules.select import Standing
from ingest.auto import SOURCE_TYPES
from schemas.detection import State
from schemas.errors import ConfigurationError
from schemas.event import Event, flatten
from tocsin.rule_check import Finding, Severity
from tocsin.rule_coverage import Covering, layer
from tocsin.rule_skeleton import skeleton
from tocsin.rule_trial import Unproven, completed, parsed
from tocsin.rule_words import as_body, in_words
from tocsin.settings import Region, RulesSection, read
from tocsin.wiring import rule_look, rule_tests
from tocsin.wiring.rules import Rules, known_source_type, rulebook_of

SHOWN = 20
"""Findings of one kind that are named."""
PRODUCTS = {"windows_event": "windows", "sshd": "linux", "linux_auth": "linux", "suricata_eve": "suricata", "zeek_json": "zeek"}
"""Source types whose product is called otherwise."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|test|coverage|explain|new")
    check = verbs.add_parser("check", help="load, count, name what is refused and what looks wrong")
    _which(check)
    check.add_argument("--json", action="store_true", help="one JSON object in place of text")
    check.add_argument("--all", action="store_true", help=f"name every finding, not only {SHOWN} of a kind")
    check.add_argument("--strict", action="store_true", help="warnings fail, too")
    test = verbs.add_parser("test", help="try each X.yml on the cases in X.tests.yaml beside it")
    test.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    coverage = verbs.add_parser("coverage", help="what the rules that are on cover, as a layer for the ATT&CK Navigator")
    _which(coverage)
    coverage.add_argument("--out", type=Path, metavar="FILE", help="where the layer goes (stdout)")
    explain = verbs.add_parser("explain", help="why a rule matches an event on stdin, or does not")
    explain.add_argument("rule", metavar="RULE", help="its id, its name, its title or its file")
    explain.add_argument("--rules", action="append", type=Path, metavar="DIR", help="where it is (the rules that Tocsin ships)")
    explain.add_argument(
        "--source", type=known_source_type, metavar="TYPE", help="stdin is a raw line of this type; by default, an event as JSON"
    )
    explain.add_argument("--json", action="store_true", help="one JSON object in place of text")
    new = verbs.add_parser("new", help="write a rule to begin with, and its cases")
    new.add_argument("name", metavar="NAME", help="small letters, digits and underscores")
    new.add_argument("--dir", type=Path, default=Path(), metavar="DIR", help="where (here)")
    new.add_argument(
        "--source",
        type=known_source_type,
        default="windows_event",
        metavar="TYPE",
        help="what the records of its cases are (windows_event)",
    )


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="by default, the rules that Tocsin ships")
    parser.add_argument("--config", type=Path, metavar="FILE", help="a region.toml: its folders and its settings")


def run(arguments: argparse.Namespace) -> int:
    """Exit 1 when a rule is refused or fails, 2 when there is none."""
    return int(VERBS[arguments.verb](arguments))


def _section(arguments: argparse.Namespace) -> RulesSection:
    if arguments.config is None:
        return RulesSection(folders=tuple(arguments.folders))
    if arguments.folders:
        raise ConfigurationError("give folders or --config, not both: the configuration names its own")
    return read(arguments.config, Region).rules


def _check(arguments: argparse.Namespace) -> int:
    section = _section(arguments)
    checked, findings = rule_look.checked(section)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if arguments.json:
        body = {**_counts(checked), "refused": len(errors), "findings": [finding._asdict() for finding in findings]}
        print(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _lines(findings, SHOWN if not arguments.all else len(findings)):
            print(line)
        counts = _counts(checked)
        print(
            f"{counts['rules']} rules ({counts['on']} on, {counts['shadow']} in shadow), {counts['correlations']} correlations, "
            f"{len(errors)} refused, {len(findings) - len(errors)} warnings"
        )
    return 1 if errors or (arguments.strict and findings) else 0


def _counts(rules: Rules) -> dict[str, int]:
    states = Counter(state for _, standing in _standings(rules) for state in {standing.state, *standing.elsewhere.values()})
    return {
        "rules": len(rules.book.rules),
        "on": states[State.ON],
        "shadow": len(rules.book.rules) - states[State.ON],
        "correlations": len(rules.book.correlations),
    }


def _standings(rules: Rules) -> Iterator[tuple[str, Standing]]:
    return iter(rules.standings.items())


def _lines(findings: Sequence[Finding], most: int) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= most or finding.severity is Severity.ERROR:
            place = f"{finding.path}:{finding.line}" if finding.line else finding.path
            word = "refused" if finding.severity is Severity.ERROR else "warning"
            yield f"{word}: {place}: " + ": ".join(filter(None, (finding.name, finding.text)))
    for code, count in seen.items():
        if count > most and any(finding.code == code and finding.severity is Severity.WARNING for finding in findings):
            yield f"warning: and {count - most} more of this kind: {code} (--all names them)"


def _test(arguments: argparse.Namespace) -> int:
    """A rule without cases is named and is no failure: most rules of others have none."""
    ok = failed = untested = 0
    for tried in rule_tests.try_rules(arguments.folders):
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


def _coverage(arguments: argparse.Namespace) -> int:
    rules = rulebook_of(_section(arguments))
    on = {rule_id for rule_id, standing in _standings(rules) if State.ON in (standing.state, *standing.elsewhere.values())}
    covering = [
        *(Covering(rule.name, rule.level, rule.techniques) for rule in rules.book.rules if rule.id in on),
        *(Covering(rule.title, rule.level, rule.techniques) for rule in rules.book.correlations),
    ]
    text = orjson.dumps(layer(covering, "Tocsin"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if arguments.out is None:
        sys.stdout.buffer.write(text)
        return 0
    try:
        arguments.out.write_bytes(text)
    except OSError as error:
        raise ConfigurationError(f"--out {arguments.out}: cannot write it: {error.strerror}") from error
    techniques = {technique for rule in covering for technique in rule.techniques}
    print(f"{len(covering)} rules on, {len(techniques)} techniques: {arguments.out}")
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    found = rule_look.named(arguments.rule, arguments.rules or ())
    event = _event(sys.stdin.buffer.read(), arguments.source)
    explanation = Explainable(*found).explain(event)
    if arguments.json:
        print(orjson.dumps(as_body(explanation), default=str, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in in_words(explanation):
            print(line)
    return 0


def _event(data: bytes, source: str | None) -> Event:
    try:
        if source is not None:
            return parsed(data.decode("utf-8", "surrogateescape").strip("\r\n"), source)
        value = orjson.loads(data)
        if not isinstance(value, dict):
            raise ConfigurationError(f"stdin: expected one event as a JSON object, found a {type(value).__name__}")
        return completed(flatten(value))
    except orjson.JSONDecodeError as error:
        hint = f"; for a raw line, give --source TYPE ({', '.join(sorted(SOURCE_TYPES))})"
        raise ConfigurationError(f"stdin: expected one event as a JSON object: {error}{hint}") from error
    except Unproven as error:
        raise ConfigurationError(f"stdin: {error}") from error


def _new(arguments: argparse.Namespace) -> int:
    product = PRODUCTS.get(arguments.source, arguments.source)
    texts = skeleton(arguments.name, rule_id=str(uuid.uuid4()), product=product, source=arguments.source)
    paths = [arguments.dir / f"{arguments.name}{ending}" for ending in (".yml", ".tests.yaml")]
    for path in paths:
        if path.exists():
            raise ConfigurationError(f"{path}: is there already, and is not overwritten")
    for path, text in zip(paths, texts, strict=True):
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot write it: {error.strerror}") from error
        print(path)
    print(f"fill in what says FILL IN, then: tocsin rules test {arguments.dir}")
    return 0


VERBS = {"check": _check, "test": _test, "coverage": _coverage, "explain": _explain, "new": _new}
