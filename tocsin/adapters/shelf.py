"""A folder that remembers bytes by name: what is costly to make again, such as parsed rules and compiled patterns.

What is read here is unpickled, and what unpickles runs: so the folder belongs to this user alone (mode 0700, checked at every start,
no symbolic link), and each file carries the digest of its content, which finds damage. A folder that is not so is not used.
"""

import os
import stat
import tempfile
from hashlib import blake2b
from pathlib import Path

_DIGEST = 32
MAX_FILES = 512
"""Files kept; the oldest go first. Their names are digests, so what is out of date is never asked for again."""


class FolderShelf:
    """Passes for ``correlate.rules.engine.ports.Shelf``; never an error: what cannot be kept is made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder if _ours_alone(folder) else None

    def get(self, name: str) -> bytes | None:
        """The content under this name, or None when there is none or it is damaged."""
        if self._folder is None:
            return None
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        told, content = content[:_DIGEST], content[_DIGEST:]
        return content if told == _digest(content) else None

    def put(self, name: str, content: bytes) -> None:
        """Remember, whole or not at all."""
        if self._folder is None:
            return
        try:
            handle, path = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(content) + content)
            Path(path).replace(self._folder / name)
            _prune(self._folder)
        except OSError:
            return


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()


def _ours_alone(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077


def _prune(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in files[:-MAX_FILES]:
        path.unlink(missing_ok=True)
