"""Rules and the cases that lie beside them on disk: ``X.yml`` is tried on those of ``X.tests.yaml``."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from correlate.rules.load import RuleBook
from schemas.errors import ConfigurationError
from tocsin.rule_cases import line_of, read_cases
from tocsin.rule_trial import failures
from tocsin.wiring.rule_files import TESTS, beside
from tocsin.wiring.rules import rulebook


class Tried(NamedTuple):
    """One rule file: how many cases it was tried on (None when it has none), and which failed."""

    path: str
    cases: int | None = None
    failures: tuple[str, ...] = ()
    """File, line, case, and what was expected."""
    refused: tuple[str, ...] = ()
    """Why documents of the file are no rules."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; a rule without cases is not wrong."""
        return not self.failures and not self.refused


def try_rules(folders: Sequence[Path]) -> Iterator[Tried]:
    """Try every rule below the folders, in the order of their paths.

    Raises:
        ConfigurationError: a folder has no rule, or a file of cases is none or lies beside no rule.
    """
    book = rulebook(folders).book
    rules, correlations = (rule.path for rule in book.rules), (rule.path for rule in book.correlations)
    paths = {*rules, *correlations, *(refusal.path for refusal in book.refusals)}
    _check_no_orphan(folders, list(paths))
    for path in sorted(paths):
        refused = tuple(refusal.reason for refusal in book.refusals if refusal.path == path)
        cases = beside(path)
        yield Tried(path, refused=refused) if refused or cases is None else _tried(path, cases, book)


def _tried(path: str, file: Path, book: RuleBook) -> Tried:
    text = _text(file)
    cases = read_cases(file, text)
    failed = (
        f"{file}:{line_of(text, ('cases', failure.number))}: {failure.case!r}: {failure.reason}"
        for failure in failures(cases, book, path)
    )
    return Tried(path, len(cases.cases), tuple(failed))


def _check_no_orphan(folders: Sequence[Path], paths: list[str]) -> None:
    """A file of cases whose rule was renamed would be forgotten in silence."""
    stems = [str(Path(path).with_suffix("")) for path in paths]
    for cases in sorted(found for folder in folders for ending in TESTS for found in folder.rglob(f"*{ending}")):
        stem = str(cases).removesuffix(".yaml").removesuffix(".yml").removesuffix(".tests")
        if stem not in stems:
            close = get_close_matches(stem, stems, n=1)
            raise ConfigurationError(
                f"{cases}: there is no rule {stem}.yml" + (f"; did you mean {close[0]}.yml?" if close else "")
            )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot read it: {error}") from error
