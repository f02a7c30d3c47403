"""Files as sources: read whole for a replay, followed as they grow for ``run`` and ``ship``. Gzip is known by its first bytes."""

import gzip
import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from schemas.errors import ConfigurationError

CHUNK = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"


def read_whole(path: Path) -> Iterator[bytes]:
    """The content in chunks, decompressed.

    Raises:
        ConfigurationError: there is no such file, it cannot be read, or its gzip data is cut; names the file.
    """
    try:
        with _open(path) as stream:
            while chunk := stream.read(CHUNK):
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
    """A file that grows. A file of that name that is new, or shorter than it was, is read from its start.

    A gzip file is read once and whole: it does not grow.
    """

    def __init__(self, path: Path, place: Place) -> None:
        self.path = path
        self.place = place

    def read(self) -> bytes:
        """The next bytes, at most ``CHUNK``; none when there is nothing new or the file is not there."""
        try:
            status = self.path.stat()
            self.place = self._still(status)
            with _open(self.path) as stream:
                stream.seek(self.place.offset)
                chunk = stream.read(CHUNK)
        except (OSError, EOFError, zlib.error):
            return b""
        self.place = self.place._replace(offset=self.place.offset + len(chunk))
        return chunk

    def _still(self, status: os.stat_result) -> Place:
        inode, offset, base = self.place
        if inode == status.st_ino and (offset <= status.st_size or self._is_gzip()):
            return self.place
        return Place(status.st_ino, 0, base + offset)

    def _is_gzip(self) -> bool:
        with self.path.open("rb") as stream:
            return stream.read(2) == GZIP_MAGIC


def _open(path: Path) -> BinaryIO:
    stream = path.open("rb")
    magic = stream.read(2)
    stream.seek(0)
    return cast("BinaryIO", gzip.GzipFile(fileobj=stream)) if magic == GZIP_MAGIC else stream
