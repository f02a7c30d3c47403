"""Sigma files become a RuleBook: every document is either a rule that is evaluated exactly, or a refusal with its reason."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import yaml
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaYAMLLoader

from correlate.counting.definition import Counting
from correlate.rules.attack import phase_of, tactics_of, techniques_of
from correlate.rules.check import Unsupported
from correlate.rules.compile import compiled
from correlate.rules.correlation import SitesWithin, is_over_sites, sites_within
from correlate.rules.correlation_condition import bounds_of, parsed
from correlate.rules.correlation_inside import counting, fed
from correlate.rules.correlation_order import inner_first
from correlate.rules.correlation_references import Counted
from correlate.rules.detections import read_rule
from correlate.rules.fields import Pipelines
from correlate.rules.filters import Filters
from correlate.rules.lines import line_of
from correlate.rules.reading import Names
from correlate.rules.rule import Refusal, Rule, level_of
from correlate.rules.written import Placeholders
from schemas.ids import digest

Document = dict[str, Any]
Look = Callable[[Rule, SigmaRule, Sequence[object]], None]
"""Shown each rule, what pySigma made of it after its fields were mapped, and its condition trees."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All that was loaded, in the order given, and all that was not."""

    rules: tuple[Rule, ...]
    sites_within: tuple[SitesWithin, ...]
    refusals: tuple[Refusal, ...]
    countings: tuple[Counting, ...] = ()

    @property
    def correlations(self) -> tuple[SitesWithin | Counting, ...]:
        """All of them: over sites, and inside trust domains."""
        return (*self.sites_within, *self.countings)


def load(
    files: Iterable[tuple[str, str]], placeholders: Placeholders = MappingProxyType({}), *, look: Look = lambda *_: None
) -> RuleBook:
    """Read Sigma rules, filters and correlations.

    Args:
        files: Path and YAML text of each file; a file may hold several documents. The path is only named, never opened.
        placeholders: What ``expand`` puts in the place of each name.
        look: Told of each rule: what explains a rule needs more than what evaluates it.

    Returns:
        The book. One bad document never stops the others: it is among the refusals.
    """
    loader = _Loader(placeholders, look)
    documents = [(path, document) for path, text in files for document in loader.documents(path, text)]
    for path, document in documents:  # before all rules: a filter may refer to an earlier file
        if "filter" in document:
            loader.take(path, document, lambda _, each: loader.filters.add(each, (other for _, other in documents)))
    for path, document in documents:
        if not {"filter", "correlation"} & document.keys():
            loader.take(path, document, loader.rule)
    correlations = [(path, document) for path, document in documents if "correlation" in document]
    for path, document in inner_first(correlations):  # after all rules: a correlation may refer to a later file
        loader.take(path, document, loader.correlation)
    return RuleBook(
        tuple(loader.rules), tuple(loader.sites_within), tuple(loader.refusals), fed(loader.countings, loader.sites_within)
    )


class _Loader:
    def __init__(self, placeholders: Placeholders, look: Look) -> None:
        self._look = look
        self.rules: list[Rule] = []
        self.sites_within: list[SitesWithin] = []
        self.countings: list[Counting] = []
        self.refusals: list[Refusal] = []
        self._placeholders = placeholders
        self._pipelines = Pipelines()
        self.filters = Filters(placeholders, self._pipelines)
        self._paths: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._by_reference: dict[str, Rule] = {}
        self._countings_by_reference: dict[str, Counting] = {}

    def documents(self, path: str, text: str) -> Iterator[Document]:
        """The documents of one file that are mappings; what follows a YAML error cannot be read and is refused with it."""
        empty = True
        self._texts[path] = text
        try:
            for document in yaml.load_all(text, SigmaYAMLLoader):
                if document is None:
                    continue
                empty = False
                if isinstance(document, dict):
                    yield document
                else:
                    self._refuse(path, {}, f"expected a mapping with a rule, found a {type(document).__name__}")
        except (
            yaml.YAMLError,
            RecursionError,
            ValueError,
            TypeError,
        ) as error:  # the last three: dates, cycles, keys that are lists
            self._refuse(path, {}, f"not valid YAML: {_where(error)}")
        else:
            if empty:
                self._refuse(path, {}, "the file holds no rule")

    def take(self, path: str, document: Document, read: Any) -> None:
        try:
            read(path, document)
        except Unsupported as error:
            line = self._line(path, document, error.place)
            self._refuse(path, document, f"line {line}: {error}" if line else str(error))
        except SigmaError as error:
            self._refuse(path, document, str(error))
        except Exception as error:  # noqa: BLE001 - pySigma raises AttributeError, KeyError, TypeError… on malformed rules
            self._refuse(path, document, f"malformed rule: {type(error).__name__}: {error}")

    def rule(self, path: str, document: Document) -> None:
        _check_kind(document)
        written = read_rule(document, self._placeholders)
        rule_id = self._unused_id(written.id, document)
        self._pipelines.apply(written)
        conditions = self.filters.narrowed(written)
        rule = Rule(
            id=rule_id,
            name=written.title,
            level=level_of(written.level),
            status=written.status.name.lower() if written.status else "",
            techniques=techniques_of(written.tags),
            tactics=tactics_of(written.tags),
            phase=phase_of(written.tags),
            logsource=written.logsource,
            path=path,
            predicate=compiled(conditions),
            tags=tuple(str(tag).lower() for tag in written.tags),
        )
        self._keep(rule_id, path)
        self.rules.append(rule)
        self._by_reference[rule_id] = rule
        if written.name:
            self._by_reference[written.name] = rule
        self._look(rule, written, conditions)

    def correlation(self, path: str, document: Document) -> None:
        written = parsed(document)
        rule_id = self._unused_id(written.id, document)
        counted = Counted(written, self._by_reference, self._countings_by_reference, self._mapped)
        if is_over_sites(written):
            self.sites_within.append(sites_within(written, bounds_of(document), counted, rule_id=rule_id, path=path))
        else:
            found = counting(written, document, counted, rule_id=rule_id, path=path)
            self.countings.append(found)
            self._countings_by_reference |= dict.fromkeys(filter(None, (rule_id, found.name)), found)
        self._keep(rule_id, path)

    def _mapped(self, field: str, rule: Rule) -> Names:
        return self._pipelines.mapped(field, rule.logsource)

    def _line(self, path: str, document: Document, place: tuple[str, ...]) -> int | None:
        section = "filter" if "filter" in document else "detection"
        return line_of(self._texts[path], str(document.get("title")), (section, *place)) if place else None

    def _unused_id(self, written: object, document: Document) -> str:
        rule_id = str(written) if written else digest("rule", json.dumps(document, sort_keys=True, default=str))
        if rule_id in self._paths:
            raise Unsupported(f"the id {rule_id} is already taken by {self._paths[rule_id]}")
        return rule_id

    def _keep(self, rule_id: str, path: str) -> None:
        self._paths[rule_id] = path

    def _refuse(self, path: str, document: Document, reason: str) -> None:
        self.refusals.append(Refusal(path, str(document.get("id") or ""), str(document.get("title") or ""), reason))


def _check_kind(document: Document) -> None:
    if "action" in document:
        raise Unsupported("collection actions (global, repeat, reset) are deprecated and not supported")
    if "detection" not in document:
        raise Unsupported("neither a rule nor a correlation: no key 'detection' or 'correlation'")


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem
