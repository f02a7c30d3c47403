"""Ids are functions of content, so that a replay gives the same ids and sinks can upsert by them."""

from functools import lru_cache
from hashlib import blake2b

ID_BYTES = 16
"""128 bits: no collision to fear below 2**60 values, and short enough to read over the phone in part."""
_LENGTH_OF_ID = (2 * ID_BYTES).to_bytes(8, "big")


def digest(*parts: str | bytes | int, key: bytes = b"") -> str:
    """Hash the parts, each framed by its length, into 32 hexadecimal characters.

    Args:
        parts: What the id is a function of; ``("ab", "c")`` and ``("a", "bc")`` give different ids.
        key: With a key (at most 64 bytes) the hash cannot be used to test guesses of the content.
    """
    return _hash(b"".join(map(_frame, parts)), key)


def event_id(site: str, source: str, epoch: str, position: int, record: bytes, *, key: bytes = b"") -> str:
    """The id of one log record: where it stood, in which life of the shipper, and what it said.

    It is ``digest("event", site, source, epoch, position, digest(record, key=key))``; what a batch has in common is framed once.
    """
    said = blake2b(len(record).to_bytes(8, "big") + record, digest_size=ID_BYTES, key=key).hexdigest().encode()
    where = b"%d" % position
    framed = (_place(site, source, epoch), len(where).to_bytes(8, "big"), where, _LENGTH_OF_ID, said)
    return blake2b(b"".join(framed), digest_size=ID_BYTES).hexdigest()


@lru_cache(maxsize=1024)
def _place(site: str, source: str, epoch: str) -> bytes:
    return b"".join(map(_frame, ("event", site, source, epoch)))


def _frame(part: str | bytes | int) -> bytes:
    data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
    return len(data).to_bytes(8, "big") + data


def _hash(framed: bytes, key: bytes = b"") -> str:
    return blake2b(framed, digest_size=ID_BYTES, key=key).hexdigest()
