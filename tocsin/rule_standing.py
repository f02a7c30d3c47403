"""What a region decides about its rules: ``[[rules.setting]]`` on a rule book."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from correlate.counting.definition import Counting
from correlate.rules.correlation import SitesWithin
from correlate.rules.load import RuleBook
from correlate.rules.rule import Rule
from correlate.rules.select import Standing, default_state
from schemas.detection import State
from schemas.errors import ConfigurationError
from tocsin.rule_setting import RuleSetting
from tocsin.settings import RulesSection

STATES: Mapping[str, State | None] = {"on": State.ON, "shadow": State.SHADOW, "off": None}

Correlation = SitesWithin | Counting
Written = Rule | Correlation


class Misset(ConfigurationError):
    """A setting that fits nothing; ``number`` is its place in the table, from 0, ``key`` what is wrong in it."""

    def __init__(self, number: int, key: str, reason: str) -> None:
        super().__init__(f"rules.setting.{number}.{key}: {reason}")
        self.number = number
        self.key = key


@dataclass(frozen=True, slots=True)
class Decided:
    """The rules that run, and how each stands."""

    book: RuleBook
    """Without what is off everywhere; correlations with the thresholds of the region."""
    standings: Mapping[str, Standing] = field(default_factory=dict)
    """By rule id, for every rule of the book."""


def decided(book: RuleBook, section: RulesSection) -> Decided:
    """Apply the settings to a book, in their order.

    Raises:
        Misset: a setting names a rule that the book does not have, or fits none, or asks what cannot be.
    """
    standings = {rule.id: Standing(State.ON if section.all_on else default_state(rule)) for rule in book.rules}
    correlations: dict[str, Correlation] = {rule.id: _undecided(rule, section) for rule in book.correlations}
    for number, setting in enumerate(section.setting):
        chosen = _chosen(number, setting, book)
        if setting.state is not None:
            _stand(number, setting, chosen, standings, correlations)
        else:
            _count(number, setting, chosen, correlations)
    for rule_id in _silent(book.correlations) & standings.keys():
        standings[rule_id] = standings[rule_id].silent
    rules = tuple(rule for rule in book.rules if not standings[rule.id].is_off)
    over_sites = tuple(rule for rule in correlations.values() if isinstance(rule, SitesWithin))
    inside = tuple(rule for rule in correlations.values() if isinstance(rule, Counting))
    running = replace(book, rules=rules, sites_within=over_sites, countings=inside)
    return Decided(running, {rule.id: standings[rule.id] for rule in rules})


def _undecided(rule: Correlation, section: RulesSection) -> Correlation:
    """One that only feeds another stays silent, whatever is on."""
    if section.all_on and isinstance(rule, Counting) and not rule.is_evidence_only:
        return replace(rule, state=State.ON)
    return rule


def _chosen(number: int, setting: RuleSetting, book: RuleBook) -> list[Written]:
    every: tuple[Written, ...] = (*book.rules, *book.correlations)
    written = {rule.id: rule for rule in every}
    for rule_id in setting.ids:
        if rule_id not in written:
            raise Misset(number, "ids", _unknown(rule_id, written, book))
    chosen = [rule for rule in written.values() if _fits(setting, rule)]
    if not chosen:
        key = next(key for key in ("paths", "tags", "levels", "ids") if getattr(setting, key))
        raise Misset(number, key, "no rule fits")
    return chosen


def _unknown(rule_id: str, written: Iterable[str], book: RuleBook) -> str:
    for refusal in book.refusals:
        if refusal.rule_id == rule_id:
            return f"the rule {rule_id} is refused: {refusal.path}: {refusal.reason}"
    close = get_close_matches(rule_id, list(written), n=1)
    return f"no folder holds a rule with the id {rule_id!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _fits(setting: RuleSetting, rule: Written) -> bool:
    return (
        (not setting.ids or rule.id in setting.ids)
        and (not setting.levels or rule.level in setting.levels)
        and _any_like(setting.paths, [rule.path, "/" + rule.path], beginning="*/")
        and _any_like([tag.lower() for tag in setting.tags], tags_of(rule))
    )


def _any_like(globs: Sequence[str], words: Iterable[str], *, beginning: str = "") -> bool:
    """Whether there is no glob, or a word that one of them fits; ``beginning`` may stand before it."""
    return not globs or any(fnmatchcase(word, glob) or fnmatchcase(word, beginning + glob) for word in words for glob in globs)


def tags_of(rule: Written) -> tuple[str, ...]:
    """The tags of a rule; of a correlation, those that its techniques and tactics were read from."""
    if isinstance(rule, Rule):
        return rule.tags
    return tuple(f"attack.{name.lower()}" for name in (*rule.techniques, *rule.tactics))


def _stand(
    number: int,
    setting: RuleSetting,
    chosen: Sequence[Written],
    standings: dict[str, Standing],
    correlations: dict[str, Correlation],
) -> None:
    state = STATES[setting.state or "off"]
    for rule in chosen:
        if isinstance(rule, Rule):
            before = standings[rule.id]
            elsewhere = {**before.elsewhere, **dict.fromkeys(setting.sites, state)}
            standings[rule.id] = before._replace(elsewhere=elsewhere) if setting.sites else Standing(state)
        elif setting.state == "off" and not setting.sites:
            correlations.pop(rule.id, None)
        elif isinstance(rule, Counting) and state and not setting.sites:
            correlations[rule.id] = rule if rule.is_evidence_only else replace(rule, state=state)
        elif rule.id in setting.ids:
            if setting.state == "on" and not setting.sites:
                correlations[rule.id] = rule
            else:
                raise Misset(
                    number, "state", f"{rule.id} is a correlation: it stands the same in the whole region{_no_shadow(rule)}"
                )


def _no_shadow(rule: Correlation) -> str:
    return ", on or off" if isinstance(rule, SitesWithin) else ""


def _count(number: int, setting: RuleSetting, chosen: Sequence[Written], correlations: dict[str, Correlation]) -> None:
    fitting = [rule for rule in chosen if isinstance(rule, SitesWithin)]
    if not fitting:
        named = ", ".join(rule.id for rule in chosen[:3])
        raise Misset(number, "threshold", f"only a correlation over sites has one, and these are none: {named}")
    for rule in fitting:
        if setting.threshold and rule.id in correlations:
            correlations[rule.id] = replace(rule, threshold=setting.threshold)


def _silent(correlations: Sequence[Correlation]) -> set[str]:
    """The rules that speak only through correlations, also through one that is off."""
    counted = {rule_id for correlation in correlations for rule_id in correlation.rules}
    return counted - {rule_id for correlation in correlations if correlation.generate for rule_id in correlation.rules}
