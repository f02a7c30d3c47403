"""Rules from disk or from the package, and what evaluates them."""

import argparse
import gc
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from correlate.entities import entities_of
from correlate.rules.load import RuleBook
from correlate.rules.match import Detector
from correlate.rules.rule import Rule
from correlate.rules.select import Finder, SiteBySite, Standing, default_state
from ingest.auto import SOURCE_TYPES
from schemas.detection import State
from schemas.errors import ConfigurationError
from tocsin.mistakes import line_of
from tocsin.rule_standing import Misset, decided
from tocsin.rule_succession import Force, Load, first
from tocsin.settings import RulesSection
from tocsin.wiring import rule_cache
from tocsin.wiring.rule_files import read_files

_NONE: Mapping[str, Standing] = MappingProxyType({})


class Rules(NamedTuple):
    """A rule book, and how its rules stand where that is not the default."""

    book: RuleBook
    all_on: bool = False
    standings: Mapping[str, Standing] = _NONE
    """By rule id."""
    force: Force | None = None
    """What it was made of; None when it was not made of files."""


def loading(section: RulesSection) -> Load:
    """Makes a book of files as a configuration wants them read."""
    return lambda texts: rule_cache.book_of(tuple(texts), section.placeholders, rule_cache.shelf())


def rulebook(folders: Sequence[Path] | None, *, all_on: bool = False) -> Rules:
    """Load every ``.yml`` and ``.yaml`` file below the folders, or the rules that Tocsin ships; one that cannot be read is refused.

    Raises:
        ConfigurationError: a folder does not exist, or there is no rule.
    """
    force = first(*read_files(folders or ()), loading(RulesSection()))
    return Rules(force.book, all_on, force=force)


def rulebook_of(section: RulesSection) -> Rules:
    """The rules that a configuration names, as it sets them.

    Raises:
        ConfigurationError: as ``rulebook``, or a setting fits no rule.
    """
    return as_set(first(*read_files(section.folders), loading(section)), section)


def as_set(force: Force, section: RulesSection) -> Rules:
    """The rules as a configuration sets them.

    Raises:
        ConfigurationError: a setting fits no rule; names the file and the line where it can be found.
    """
    try:
        found = decided(force.book, section)
    except Misset as error:
        raise ConfigurationError(f"{_place(section.file, error)}{error}") from error
    return Rules(found.book, section.all_on, found.standings, force)


def _place(file: Path | None, error: Misset) -> str:
    if file is None:
        return ""
    line = line_of(file.read_text(encoding="utf-8"), ("rules", "setting", error.number, error.key))
    return f"{file}:{line}: " if line else f"{file}: "


def detector(rules: Rules) -> Finder:
    """Evaluates the rules.

    What is loaded by now lives as long as the process: the garbage collector, which every batch of events awakes, need not look at it.
    """

    def state_of(rule: Rule) -> State:
        if rule.id in rules.standings:
            return rules.standings[rule.id].state or State.SHADOW  # off here and not elsewhere: SiteBySite leaves it out
        return State.ON if rules.all_on else default_state(rule)

    gc.freeze()
    found = Detector(rules.book, state_of, entities_of=entities_of, shelf=rule_cache.shelf(), later=rule_cache.later())
    differing = {rule_id: standing for rule_id, standing in rules.standings.items() if standing.elsewhere}
    return SiteBySite(found, differing) if differing else found


def warn_of_refused(command: str, rules: Rules) -> None:
    """Say on stderr how many rules are not evaluated, when there are any."""
    if refused := rules.book.refusals:
        first = f"{refused[0].path}: {' '.join(refused[0].reason.split())}"
        more = f", and {len(refused) - 1} more" if len(refused) > 1 else ""
        print(f"tocsin {command}: refused, see `tocsin rules check`: {first}{more}", file=sys.stderr)


def known_source_type(name: str) -> str:
    """The source type itself, or an error for argparse that says what was meant."""
    if name in SOURCE_TYPES:
        return name
    close = get_close_matches(name, SOURCE_TYPES, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(SOURCE_TYPES))}"
    raise argparse.ArgumentTypeError(f"unknown source type {name!r}; {hint}")
