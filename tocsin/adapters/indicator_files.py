"""Feeds as folders of JSON files: STIX bundles, MISP events (one by one, or as a feed with its manifest), warning lists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from correlate.indicators.refusal import Because, Refusal
from schemas.errors import ConfigurationError

MAX_FILE = 256 << 20
"""Bytes; reading a JSON document takes several times its size in memory."""

MANIFEST = "manifest.json"
"""Names the events of a MISP feed, each a file ``<uuid>.json`` beside it."""


def documents(folder: Path) -> Iterator[tuple[str, Any]]:
    """Each file below the folder with its JSON, in the order of their paths; a ``Refusal`` in its place when it cannot be read.

    Raises:
        ConfigurationError: there is no such folder, or it may not be read.
    """
    if not folder.exists():
        raise ConfigurationError(f"indicators: {folder}: there is no such folder")
    try:
        paths = [folder] if folder.is_file() else sorted(_files(folder))
    except OSError as error:
        raise ConfigurationError(f"indicators: {folder}: cannot read it: {error.strerror}") from error
    for path in paths:
        yield str(path), _document(path)


def _files(folder: Path) -> Iterator[Path]:
    """A folder with a manifest is a feed: what the manifest does not name is no part of it."""
    manifest = folder / MANIFEST
    named = _named(manifest) if manifest.is_file() else None
    for item in folder.iterdir():
        if item.is_dir() and not item.is_symlink():
            yield from _files(item)
        elif item.suffix == ".json" and item.name != MANIFEST and (named is None or item.stem in named):
            yield item
    yield from (path for uuid in named or () if not (path := folder / f"{uuid}.json").exists())


def _named(manifest: Path) -> frozenset[str] | None:
    """The UUIDs in a manifest; None when it is none, and every file counts."""
    document = _document(manifest)
    if not isinstance(document, dict):
        return None
    return frozenset(name for name in document if "/" not in name and "\\" not in name and "\0" not in name)


def _document(path: Path) -> Any:
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            return Refusal(str(path), "", Because.UNREADABLE, f"{size} bytes; at most {MAX_FILE} are read from one file")
        return orjson.loads(path.read_bytes())
    except OSError as error:
        return Refusal(str(path), "", Because.UNREADABLE, str(error.strerror))
    except orjson.JSONDecodeError as error:
        return Refusal(str(path), f"line {error.lineno}", Because.UNREADABLE, f"no JSON: {error.msg}")
