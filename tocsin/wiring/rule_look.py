"""Rules on disk, looked at: checked, or one of them found by what a person calls it."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from correlate.rules.load import load
from schemas.errors import ConfigurationError
from tocsin import rule_check
from tocsin.rule_check import Finding, Read
from tocsin.rule_succession import Force
from tocsin.settings import RulesSection
from tocsin.wiring.rule_files import Files, beside, read_files
from tocsin.wiring.rules import Rules, as_set


def checked(section: RulesSection) -> tuple[Rules, list[Finding]]:
    """The rules of these folders as they are set, and what is wrong or looks wrong with them.

    Raises:
        ConfigurationError: a folder does not exist or holds no rule, or a setting fits none.
    """
    found = read_files(section.folders)
    tested = {path for path in found.texts if beside(path)}
    if not section.folders:
        tested = set(found.texts)  # the cases of what Tocsin ships are tried before it is shipped, and lie elsewhere then
    book, findings = rule_check.check(
        found.texts, found.unreadable, tested, lambda files, look: load(files, section.placeholders, look=look)
    )
    return as_set(Force(book, found.texts, frozenset(found.texts), found.unreadable), section), findings


def named(name: str, folders: Sequence[Path]) -> Read:
    """The rule with this id, name, title or file.

    Raises:
        ConfigurationError: there is none, several, or it is refused; says what was probably meant.
    """
    path = Path(name)
    files = _alone(path) if not folders and path.suffix in {".yml", ".yaml"} and path.is_file() else read_files(folders)
    read: list[Read] = []
    book = load(files.texts.items(), look=lambda *shown: read.append(Read(*shown)))
    found = [item for item in read if name in _callings(item)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(f"{name}: {len(found)} rules are called so: {', '.join(item.rule.id for item in found)}")
    for correlation in book.correlations:
        if name in {correlation.id, correlation.name, correlation.title, *_of_path(correlation.path)}:
            counted = ", ".join(correlation.rules)
            raise ConfigurationError(f"{name} is a correlation: no one event matches it; it counts the rules {counted}")
    for refusal in book.refusals:
        if name in {refusal.rule_id, refusal.title, *_of_path(refusal.path)}:
            raise ConfigurationError(f"{name} is refused: {refusal.path}: {refusal.reason}")
    known = {calling for item in read for calling in _callings(item)}
    close = get_close_matches(name, known, n=1)
    raise ConfigurationError(f"no rule is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))


def _alone(path: Path) -> Files:
    found = read_files([path])
    for reason in found.unreadable.values():
        raise ConfigurationError(f"{path}: {reason}")
    return found


def _callings(item: Read) -> set[str]:
    written = item.written.name
    return {item.rule.id, item.rule.name, *_of_path(item.rule.path), *([written] if written else [])}


def _of_path(path: str) -> set[str]:
    return {path, Path(path).name, Path(path).stem}
