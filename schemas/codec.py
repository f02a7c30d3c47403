r"""Nouns to bytes and back; the only file that knows the wire.

A message is one header line, ``tocsin/<version> <noun>\n``, readable in any Kafka tool, then MessagePack compressed with zstd.
Changes are additive: a reader of version N takes N, N-1 and N-2, because hospitals upgrade months late. Golden bytes of every
version are kept in ``tests/schemas/golden`` and never edited.
"""

from typing import TypeVar

import msgpack
import zstandard
from pydantic import ValidationError

from schemas.act import Act
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.detection import Detection, DetectionBatch
from schemas.errors import BadMessage
from schemas.incident import Incident, Membership
from schemas.notice import Notice, Receipt
from schemas.noun import Noun
from schemas.site import Site
from schemas.tick import Tick

VERSION = 3
READABLE = frozenset({1, 2, VERSION})
MAX_MESSAGE = 1_000_000
"""Bytes; a Kafka broker refuses more by default (``message.max.bytes`` 1,048,588)."""
MAX_DECODED = 64 * 1024 * 1024
"""Bytes after decompression; a small hostile message must not fill the memory."""

NOUNS: dict[str, type[Noun]] = {
    "raw_batch": RawBatch,
    "detection_batch": DetectionBatch,
    "detection": Detection,
    "membership": Membership,
    "incident": Incident,
    "notice": Notice,
    "receipt": Receipt,
    "act": Act,
    "tick": Tick,
    "dead_letter": DeadLetter,
    "site": Site,
}
NAMES = {noun: name for name, noun in NOUNS.items()}

N = TypeVar("N", bound=Noun)


def encode(noun: Noun) -> bytes:
    """The noun as one message; the same noun always gives the same bytes."""
    header = f"tocsin/{VERSION} {NAMES[type(noun)]}\n".encode()
    body = msgpack.packb(noun.model_dump(mode="python", by_alias=True, exclude_defaults=True), default=_text)
    return header + zstandard.ZstdCompressor(level=3).compress(body)


def decode(data: bytes) -> Noun:
    """The noun in a message.

    Raises:
        BadMessage: not a Tocsin message, of a version this reader does not know, or not a valid noun; the text says which.
    """
    header, separator, _ = data[:64].partition(b"\n")
    if not separator or not header.startswith(b"tocsin/"):
        raise BadMessage(f"no 'tocsin/<version> <noun>' header line, the message starts {data[:24]!r}")
    noun = _noun_named(header)
    try:
        return noun.model_validate(msgpack.unpackb(_decompress(data[len(header) + 1 :]), timestamp=0))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "value"
        raise BadMessage(f"{NAMES[noun]}: field {where}: {first['msg']}") from error
    except (zstandard.ZstdError, ValueError, msgpack.UnpackException) as error:
        raise BadMessage(f"{NAMES[noun]}: the body is not zstd over MessagePack: {error}") from error


def decode_as(noun: type[N], data: bytes) -> N:
    """The noun in a message that must be of one kind; raises ``BadMessage`` otherwise."""
    value = decode(data)
    if not isinstance(value, noun):
        raise BadMessage(f"expected {NAMES[noun]}, got {NAMES[type(value)]}")
    return value


def _noun_named(header: bytes) -> type[Noun]:
    version, _, name = header.removeprefix(b"tocsin/").decode("ascii", "replace").partition(" ")
    if not version.isdigit() or int(version) not in READABLE:
        raise BadMessage(f"message version {version!r}; this reader takes {sorted(READABLE)}")
    if name not in NOUNS:
        raise BadMessage(f"unknown noun {name!r}; known: {', '.join(NOUNS)}")
    return NOUNS[name]


def _decompress(data: bytes) -> bytes:
    packed = zstandard.ZstdDecompressor().stream_reader(data).read(MAX_DECODED + 1)
    if len(packed) > MAX_DECODED:
        raise ValueError(f"more than {MAX_DECODED} bytes when decompressed")
    return packed


def _text(value: object) -> str:
    raise TypeError(f"cannot put {type(value).__name__} on the wire")
