"""Sigma filters: what a region leaves out of rules that others write (Sigma filters specification 2.1).

A filter's condition is joined to the rule's by AND, as pySigma has it, so it can only narrow a rule. The example of the
specification writes ``condition: selection`` for what is to be left out, SigmaHQ's documentation ``not selection``; a condition
that would let nothing pass but its selections is therefore refused, not guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaDetections, SigmaRule
from sigma.rule.logsource import SigmaLogSource

from correlate.rules.check import Unsupported
from correlate.rules.conditions import Node, tree, trees
from correlate.rules.detections import read_detections
from correlate.rules.fields import Pipelines
from correlate.rules.written import Placeholders

Document = Mapping[str, Any]
ANY = "any"
"""pySigma's word for all rules of the filter's log source."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that narrows rules of a log source: those that ``rules`` refers to by id or name, or all when it is empty."""

    title: str
    logsource: SigmaLogSource
    rules: tuple[str, ...]
    section: Mapping[str, Any]

    def narrows(self, rule: SigmaRule) -> bool:
        """Whether it is about the rule."""
        named = not self.rules or any(_refers(reference, rule.id, rule.name) for reference in self.rules)
        return named and _within(self.logsource, rule.logsource)


class Filters:
    """The filters of a rule book, each read before the first rule is."""

    def __init__(self, placeholders: Placeholders, pipelines: Pipelines) -> None:
        self._placeholders = placeholders
        self._pipelines = pipelines
        self._filters: list[Filter] = []

    def add(self, document: Document, documents: Iterable[Document]) -> None:
        """Read a filter.

        Args:
            document: The filter.
            documents: Everything in the book, to tell a reference to nothing.

        Raises:
            Unsupported: it is malformed, refers to no rule, or would let nothing pass.
            SigmaError: its log source is not one.
        """
        section = document.get("filter")
        if not isinstance(section, Mapping):
            raise Unsupported("the filter section must be a map of rules, detections and a condition")
        found = Filter(str(document.get("title") or ""), _logsource(document), _references(section.get("rules")), section)
        _check_references(found, [other for other in documents if "detection" in other])
        read = self._read(found, found.logsource)
        if len(trees(read)) != 1:
            raise Unsupported("a filter has one condition")
        if not _lets_pass(read.detection):
            raise Unsupported("the condition lets pass only what it selects; what is to be left out is written 'not selection'")
        self._filters.append(found)

    def narrowed(self, rule: SigmaRule) -> list[Node]:
        """The trees of a rule whose fields are mapped, narrowed by all filters that are about it."""
        own = trees(rule)
        narrowing = [condition for each in self._filters if each.narrows(rule) for condition in self._mapped(each, rule)]
        if not narrowing:
            return own
        return [ConditionAND([own[0] if len(own) == 1 else ConditionOR(own), *narrowing])]

    def _mapped(self, each: Filter, rule: SigmaRule) -> list[Node]:
        read = self._read(each, rule.logsource)
        self._pipelines.apply(read)
        return trees(read)

    def _read(self, each: Filter, logsource: SigmaLogSource) -> SigmaRule:
        rule = SigmaRule(title=each.title, logsource=logsource)
        rule.detection = read_detections(each.section, self._placeholders, besides=("rules",))
        return rule


def _references(written: Any) -> tuple[str, ...]:
    if written == ANY:
        return ()
    references = written if isinstance(written, list) else [written]
    if not references or not all(isinstance(reference, str) and reference for reference in references):
        raise Unsupported("the key rules must list ids or names of rules, or be 'any'")
    return tuple(references)


def _refers(reference: str, rule_id: object, name: object) -> bool:
    return bool(rule_id and reference.lower() == str(rule_id).lower()) or bool(name and reference == name)


def _check_references(found: Filter, rules: Sequence[Document]) -> None:
    for reference in found.rules:
        meant = [rule for rule in rules if _refers(reference, rule.get("id"), rule.get("name"))]
        if not meant:
            raise Unsupported(f"refers to the rule {reference!r}, which is unknown or a correlation")
        if not any(_within(found.logsource, _logsource(rule)) for rule in meant):
            raise Unsupported(f"refers to the rule {reference!r}, which has another log source")
    if not found.rules and not any(_within(found.logsource, _logsource(rule)) for rule in rules):
        raise Unsupported("no rule has its log source")


def _logsource(document: Document) -> SigmaLogSource:
    written = document.get("logsource")
    if not isinstance(written, Mapping):
        raise Unsupported("expected a log source")
    return SigmaLogSource.from_dict(dict(written))


def _within(outer: SigmaLogSource, inner: SigmaLogSource) -> bool:
    """What the filter says of a log source, the rule says too."""
    pairs = ((outer.product, inner.product), (outer.service, inner.service), (outer.category, inner.category))
    return all(said is None or (other is not None and said.lower() == other.lower()) for said, other in pairs)


def _lets_pass(detections: SigmaDetections) -> bool:
    """Whether an event of which no detection is true passes."""
    shape: dict[str, Any] = dict.fromkeys(detections.detections, "word")
    return _passes(tree(detections.condition[0], read_detections({**shape, "condition": detections.condition}, {})))


def _passes(node: Node) -> bool:
    match node:
        case ConditionAND(args=args):
            return all(_passes(arg) for arg in args)
        case ConditionOR(args=args):
            return any(_passes(arg) for arg in args)
        case ConditionNOT(args=[arg]):
            return not _passes(arg)
        case _:
            return False
