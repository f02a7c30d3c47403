"""Files as sources: read whole for a replay, followed as they grow for ``run`` and ``ship``. Gzip is known by its first bytes."""

import glob
import gzip
import logging
import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import NamedTuple

from schemas.errors import ConfigurationError

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"


def read_whole(path: Path) -> Iterator[bytes]:
    """The content in chunks, decompressed.

    Raises:
        ConfigurationError: there is no such file, it cannot be read, or its gzip data is cut; names the file.
    """
    try:
        with _open(path) as stream:
            while chunk := stream.read1(CHUNK):
                yield chunk
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigurationError(f"{path}: cannot read it: {reason}") from error


def modified(path: Path) -> datetime:
    """When the file was last written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


class Place(NamedTuple):
    """How far a followed file is read.

    ``offset`` is the next byte, in the file with this ``inode``; ``base`` is what earlier files of the same name came to, so that
    ``base + offset`` only grows.
    """

    inode: int = 0
    offset: int = 0
    base: int = 0

    @property
    def position(self) -> int:
        """The position of the next byte in the source."""
        return self.base + self.offset


class Followed:
    """A file that grows. When its name goes to another file, or it is cut short, the rest of the old one is read first.

    A file that was renamed while nobody followed it is found again by its inode, if it is in the same folder and its name begins as
    before. A gzip file is read once and whole: it does not grow. What cannot be read is said once.
    """

    def __init__(self, path: Path, place: Place) -> None:
        self.path = path
        self.place = place
        self._stream: BufferedIOBase | None = None
        self._trouble: tuple[str, int, int] | None = None

    def read(self) -> bytes:
        """The next bytes, at most ``CHUNK``; none when there is nothing new or the file cannot be read."""
        try:
            chunk = self._next()
        except (OSError, EOFError, zlib.error) as error:
            self._say(error)
            return b""
        self.place = self.place._replace(offset=self.place.offset + len(chunk))
        return chunk

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _next(self) -> bytes:
        if self._trouble and self._trouble[1:] == _stamp(self.path):
            return b""
        if self._stream is None:
            self._begin(self._found())
        chunk = self._read1()
        if chunk or self._is_still_it():
            if not self.place.offset and not chunk:
                self.close()  # nobody knows yet whether it will be gzip
            return chunk
        self._begin(self.path)
        return self._read1()

    def _begin(self, path: Path) -> None:
        """Open a file: at its place when it is the one that was being read, else at its start."""
        self.close()
        stream = _open(path)
        status = os.fstat(stream.fileno())
        is_same = status.st_ino == self.place.inode and (self.place.offset <= status.st_size or isinstance(stream, gzip.GzipFile))
        if not is_same:
            self.place = Place(status.st_ino, 0, self.place.position)
        stream.seek(self.place.offset)
        self._stream, self._trouble = stream, None

    def _found(self) -> Path:
        """Where the file is that was being read: under its name, or renamed beside it."""
        if self.place.inode in {0, _inode(self.path)}:
            return self.path
        beside = self.path.parent.glob(f"{glob.escape(self.path.stem)}*")
        return next((path for path in beside if _inode(path) == self.place.inode), self.path)

    def _is_still_it(self) -> bool:
        status = self.path.stat()
        is_whole = isinstance(self._stream, gzip.GzipFile) or status.st_size >= self.place.offset
        return status.st_ino == self.place.inode and is_whole

    def _read1(self) -> bytes:
        return self._stream.read1(CHUNK) if self._stream else b""

    def _say(self, error: Exception) -> None:
        """A file in trouble is opened again when it has changed."""
        self.close()
        reason = str(getattr(error, "strerror", "") or error)
        if self._trouble is None or self._trouble[0] != reason:
            logger.warning("%s: cannot read it: %s", self.path, reason)
        self._trouble = (reason, *_stamp(self.path))


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _stamp(path: Path) -> tuple[int, int]:
    """Changes when the file does."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_ctime_ns)


def _open(path: Path) -> BufferedIOBase:
    stream = path.open("rb")
    if stream.read(2) == GZIP_MAGIC:
        stream.close()
        return gzip.GzipFile(path)
    stream.seek(0)
    return stream
