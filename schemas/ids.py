"""Ids are functions of content, so that a replay gives the same ids and sinks can upsert by them."""

from hashlib import blake2b

ID_BYTES = 16
"""128 bits: no collision to fear below 2**60 values, and short enough to read over the phone in part."""


def digest(*parts: str | bytes | int, key: bytes = b"") -> str:
    """Hash the parts, each framed by its length, into 32 hexadecimal characters.

    Args:
        parts: What the id is a function of; ``("ab", "c")`` and ``("a", "bc")`` give different ids.
        key: With a key (at most 64 bytes) the hash cannot be used to test guesses of the content.
    """
    framed: list[bytes] = []
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
        framed += (len(data).to_bytes(8, "big"), data)
    return blake2b(b"".join(framed), digest_size=ID_BYTES, key=key).hexdigest()


def event_id(site: str, source: str, epoch: str, position: int, record: bytes, *, key: bytes = b"") -> str:
    """The id of one log record: where it stood, in which life of the shipper, and what it said."""
    return digest("event", site, source, epoch, position, digest(record, key=key))
