"""Rules from disk or from the package, and what evaluates them."""

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from correlate.entities import entities_of
from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from correlate.rules.select import default_state
from ingest.auto import SOURCE_TYPES
from schemas.detection import State
from schemas.errors import ConfigurationError
from tocsin.settings import RulesSection

TESTS = (".tests.yaml", ".tests.yml")
"""Endings of files with the cases of a rule, which are no rules; other Sigma tools read every ``*.yml`` and so only pass over the first."""


class Rules(NamedTuple):
    """A rule book, and whether every rule of it is on."""

    book: RuleBook
    all_on: bool = False


def rulebook(folders: Sequence[Path] | None, *, all_on: bool = False) -> Rules:
    """Load every ``.yml`` and ``.yaml`` file below the folders, or the rules that Tocsin ships.

    Raises:
        ConfigurationError: a folder does not exist, or a file in it cannot be read.
    """
    if not folders:
        return Rules(load(_texts(files("rules"), "rules")), all_on)
    found: list[tuple[str, str]] = []
    for folder in folders:
        if not folder.exists():
            raise ConfigurationError(f"--rules {folder}: there is no such folder")
        found += _texts(folder, str(folder))
    return Rules(load(found), all_on)


def rulebook_of(section: RulesSection) -> Rules:
    """The rules that a configuration names."""
    return rulebook(section.folders, all_on=section.all_on)


def _texts(place: Traversable, name: str) -> list[tuple[str, str]]:
    if place.is_file():
        try:
            is_rule = name.endswith((".yml", ".yaml")) and not name.endswith(TESTS)
            return [(name, place.read_text(encoding="utf-8"))] if is_rule else []
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"rule file {name}: cannot read it: {error}") from error
    inside = sorted(place.iterdir(), key=lambda item: item.name)
    return [pair for item in inside for pair in _texts(item, f"{name}/{item.name}")]


def detector(rules: Rules) -> Detector:
    """Evaluates the rules."""
    state_of = (lambda _: State.ON) if rules.all_on else default_state
    return Detector(rules.book, state_of, entities_of=entities_of)


def known_source_type(name: str) -> str:
    """The source type itself, or an error for argparse that says what was meant."""
    if name in SOURCE_TYPES:
        return name
    close = get_close_matches(name, SOURCE_TYPES, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(SOURCE_TYPES))}"
    raise argparse.ArgumentTypeError(f"unknown source type {name!r}; {hint}")
