"""How the correlator's small records are kept: MessagePack with the moment of last use in front.

The moment (the pipeline's clock, not event time) lets a sweep forget a record without decoding it.
"""

from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

import msgpack

MAX_STATE = 64 * 1024
"""Bytes of one record; a Kafka message and a changelog entry fail near 1 MB."""

_MOMENT = Struct(">q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pack(touched: datetime, value: Any) -> bytes:
    """A record last used at ``touched``."""
    return _MOMENT.pack(microseconds(touched)) + bytes(msgpack.packb(value))


def unpack(data: bytes | None) -> Any:
    """The value of a record, or None."""
    return None if data is None else msgpack.unpackb(data[_MOMENT.size :], strict_map_key=False)


def touched(data: bytes) -> datetime:
    """When the record was last used."""
    return from_microseconds(_MOMENT.unpack_from(data)[0])


def microseconds(instant: datetime) -> int:
    """Exact integer time: sorts, compares and packs without loss."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """The inverse of ``microseconds``."""
    return _EPOCH + timedelta(microseconds=value)
