"""Standard input as bytes; gzip is known by its first byte, which no text of a log begins with."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader
from typing import cast

from ingest.adapters.files import GZIP_MAGIC

CHUNK = 256 * 1024


class Input:
    """What comes on standard input, as soon as it comes. Read to its end, it says whether that was the end."""

    def __init__(self) -> None:
        self.damage = ""
        """Why there was more that could not be read: gzip data that is cut or damaged."""

    def chunks(self) -> Iterator[bytes]:
        """Decompressed, in pieces of any length."""
        stream = _stream()
        return self._whole(iter(lambda: stream.read1(CHUNK), b""))

    def lines(self) -> Iterator[bytes]:
        """The same line by line."""
        return self._whole(iter(_stream()))

    def _whole(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from parts
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.damage = f"stdin: gzip data that cannot be read to its end: {error}"


def _stream() -> BufferedIOBase:
    standard = cast("BufferedReader", sys.stdin.buffer)
    return gzip.GzipFile(fileobj=standard) if standard.peek(1)[:1] == GZIP_MAGIC[:1] else standard
