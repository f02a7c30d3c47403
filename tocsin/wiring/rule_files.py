"""Rule files on disk or in the package: their texts, and a stamp that changes when they do."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from schemas.errors import ConfigurationError

TESTS = (".tests.yaml", ".tests.yml")
"""Endings of files with the cases of a rule, which are no rules; other Sigma tools read every ``*.yml`` and so only pass over the first."""
RULES = (".yml", ".yaml")
MAX_BYTES = 4 * 1024 * 1024
"""The longest file that is read as rules."""

Stamp = Mapping[str, tuple[int, ...]]


class Files(NamedTuple):
    """Rule files by path, in the order of their folders and names."""

    texts: Mapping[str, str]
    unreadable: Mapping[str, str]
    """Path → why."""


def read_files(folders: Sequence[Path]) -> Files:
    """Read every ``.yml`` and ``.yaml`` file below the folders, or those that Tocsin ships; hidden files and folders are passed over.

    Raises:
        ConfigurationError: a folder does not exist, or no rule file is below any of them.
    """
    if not folders:
        return _read(_files_below(files("rules"), "rules", {}), {})
    for folder in folders:
        if not folder.exists():
            raise ConfigurationError(f"--rules {folder}: there is no such folder")
    unreadable: dict[str, str] = {}
    found = _read((place for folder in folders for place in _files_below(folder, str(folder), unreadable)), unreadable)
    if not found.texts and not found.unreadable:
        raise ConfigurationError(f"no rule below {', '.join(map(str, folders))}: expected files that end in {' or '.join(RULES)}")
    return found


def beside(path: str) -> Path | None:
    """The file with the cases of a rule file, when there is one."""
    stem = Path(path).with_suffix("")
    return next((found for ending in TESTS if (found := Path(f"{stem}{ending}")).exists()), None)


def stamp(folders: Sequence[Path], *others: Path) -> Stamp:
    """Changes when a file below the folders, or one of the others, is written, added, removed or replaced."""
    below = (path for folder in folders for path, _ in _files_below(folder, str(folder), {}))
    return {path: _written(Path(path)) for path in (*below, *map(str, others))}


def _written(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _files_below(place: Traversable, name: str, unreadable: dict[str, str]) -> Iterator[tuple[str, Traversable]]:
    try:
        if not place.is_dir():
            if name.endswith(RULES) and not name.endswith(TESTS):
                yield name, place
            return
        inside = sorted(place.iterdir(), key=lambda item: item.name)
    except OSError as error:
        unreadable[name] = _reason(error)
        return
    for item in inside:
        if not item.name.startswith("."):
            yield from _files_below(item, f"{name}/{item.name}", unreadable)


def _read(places: Iterator[tuple[str, Traversable]], unreadable: dict[str, str]) -> Files:
    texts: dict[str, str] = {}
    for name, place in places:
        try:
            with place.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                unreadable[name] = f"longer than {MAX_BYTES:,} bytes"
            else:
                texts[name] = content.decode("utf-8")
        except UnicodeDecodeError as error:
            unreadable[name] = f"not UTF-8 text: {error.reason} at byte {error.start}"
        except OSError as error:
            unreadable[name] = _reason(error)
    return Files(texts, unreadable)


def _reason(error: OSError) -> str:
    return f"cannot read it: {error.strerror or error}"
