"""What is wrong, or looks wrong, with rules: refusals, and what a rule's author should see before an analyst does."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.validators.core.condition import DanglingDetectionIssue, DanglingDetectionValidator

from console.attack import TACTICS, tactics_of
from correlate.rules.explain import contradicts, shape_key
from correlate.rules.load import Look, RuleBook
from correlate.rules.rule import Refusal, Rule
from tocsin.rule_marks import Marks, marks
from tocsin.rule_skeleton import FILL_IN

_TECHNIQUE = re.compile(r"t\d{4}(\.\d{3})?")
_OTHER = re.compile(r"(g|s|c|m|ds|dc)\d{4}")
"""Groups, software, campaigns, mitigations, data sources and data components."""
_LINE = re.compile(r"\bline (\d+)\b")
STATED = {
    "id": "without an id of its own, its id changes with every change of its text",
    "level": "without a level it counts as low, and never opens an incident",
    "status": "without a status it stays in shadow",
}
"""Keys that every rule should have, and what becomes of it without."""


class Severity(StrEnum):
    """Whether what was found keeps a rule out."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One thing to look at."""

    severity: Severity
    code: str
    """``refused``, ``unreadable``, ``missing``, ``unfinished``, ``attack``, ``unused``, ``never``, ``double`` or ``tests``."""
    path: str
    line: int | None
    name: str
    """The rule's title, or what else it can be known by."""
    text: str


class Read(NamedTuple):
    """One rule as it was loaded (``load.Look``)."""

    rule: Rule
    written: SigmaRule
    conditions: Sequence[object]


Load = Callable[[Iterable[tuple[str, str]], Look], RuleBook]


def check(
    texts: Mapping[str, str], unreadable: Mapping[str, str], tested: Collection[str], load: Load
) -> tuple[RuleBook, list[Finding]]:
    """Load the rules and look at them.

    Args:
        texts: Rule files by path.
        unreadable: Path → why, of those that could not be read.
        tested: Paths of the files with cases beside them.
        load: Makes a book of files, and shows each rule.

    Returns:
        The book, and what was found, errors and warnings, by path and line.
    """
    read: list[Read] = []
    book = load(texts.items(), lambda *shown: read.append(Read(*shown)))
    where = {path: marks(text) for path, text in texts.items()}
    found = [Finding(Severity.ERROR, "unreadable", path, None, "", reason) for path, reason in unreadable.items()]
    found += [_refused(refusal, where[refusal.path]) for refusal in book.refusals]
    for item in read:
        found += _of_rule(item, _place(where[item.rule.path], str(item.written.id or ""), item.rule.name))
    found += _doubles(read, where)
    found += _unfinished(texts)
    paths = {*(rule.path for rule in book.rules), *(rule.path for rule in book.correlations)}
    loaded = sorted(paths - set(tested))
    found += [Finding(Severity.WARNING, "tests", path, None, "", "no cases beside it") for path in loaded]
    return book, sorted(found, key=lambda finding: (finding.path, finding.line or 0, finding.code))


def _place(documents: Sequence[Marks], rule_id: str, title: str) -> Marks | None:
    """The document with this id, or else this title."""
    for key, wanted in (("id", rule_id), ("title", title)):
        found = [document for document in documents if wanted and document.values.get(key) == wanted]
        if found:
            return found[-1]  # of two with one id, the later is the one that is refused
    return documents[0] if len(documents) == 1 else None


def _refused(refusal: Refusal, documents: Sequence[Marks]) -> Finding:
    told = _LINE.search(refusal.reason)
    place = _place(documents, refusal.rule_id, refusal.title)
    line = int(told[1]) if told else place and place.line
    name = refusal.title or refusal.rule_id or "no title"
    return Finding(Severity.ERROR, "refused", refusal.path, line, name, " ".join(refusal.reason.split()))


def _of_rule(item: Read, place: Marks | None) -> Iterator[Finding]:
    rule = item.rule

    def warning(code: str, line: int | None, text: str) -> Finding:
        return Finding(Severity.WARNING, code, rule.path, line, rule.name, text)

    if place:
        for key, consequence in STATED.items():
            if key not in place.keys:
                yield warning("missing", place.line, f"no {key}: {consequence}")
    for tag in rule.tags:
        if reason := _unknown(tag):
            yield warning("attack", place and place.tags.get(tag), reason)
    for name in _unused(item.written):
        yield warning("unused", place and place.keys.get("detection"), f"{name!r} is not in the condition, and does nothing")
    if any(contradicts(condition) for condition in item.conditions):
        yield warning(
            "never", place and place.keys.get("detection"), "it asks for something and for its opposite: it never matches"
        )


def _unknown(tag: str) -> str:
    """Why a tag is none of ATT&CK's; empty when it is, or says something else."""
    namespace, _, name = tag.partition(".")
    if namespace != "attack" or _OTHER.fullmatch(name):
        return ""
    if _TECHNIQUE.fullmatch(name):
        return "" if tactics_of([name.upper()]) else f"{tag}: ATT&CK has no such technique, or no longer"
    return "" if name.replace("_", "-") in TACTICS else f"{tag}: ATT&CK has no such tactic"


def _unfinished(texts: Mapping[str, str]) -> Iterator[Finding]:
    """What a skeleton left open."""
    for path, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1) if FILL_IN in text else ():
            if FILL_IN in line:
                yield Finding(Severity.WARNING, "unfinished", path, number, "", f"{FILL_IN} is still there")
                break


def _unused(written: SigmaRule) -> list[str]:
    try:
        issues = DanglingDetectionValidator().validate(written)
    except SigmaError:
        return []
    return sorted(issue.detection_name for issue in issues if isinstance(issue, DanglingDetectionIssue))


def _doubles(read: Sequence[Read], where: Mapping[str, Sequence[Marks]]) -> Iterator[Finding]:
    """Rules that ask what an earlier one asks, or bear its name."""
    asked: dict[object, Rule] = {}
    named: dict[str, Rule] = {}
    for rule, written, conditions in read:
        logsource = (written.logsource.product, written.logsource.service, written.logsource.category)
        twin = asked.setdefault((logsource, *map(shape_key, conditions)), rule)
        namesake = named.setdefault(written.name, rule) if written.name else rule
        place = _place(where[rule.path], rule.id, rule.name)
        for other, text in ((twin, "asks the same as"), (namesake, f"has the name {written.name!r} of")):
            if other is not rule:
                line = place and place.line
                yield Finding(Severity.WARNING, "double", rule.path, line, rule.name, f"{text} {other.path}: {other.name}")
