"""Any bytes at all: a noun or ``BadMessage``, nothing else."""

from typing import Any

import msgpack
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import codec
from schemas.errors import BadMessage
from schemas.site import Site
from schemas.tick import Tick
from tests.builders import NIGHT


def message(body: Any, header: str = "tocsin/1 tick") -> bytes:
    """A message around any body."""
    return raw(msgpack.packb(body), header)


def raw(packed: bytes, header: str = "tocsin/1 tick") -> bytes:
    """A message around any bytes."""
    return header.encode() + b"\n" + zstandard.ZstdCompressor().compress(packed)


def refused(data: bytes) -> str:
    """The reason."""
    with pytest.raises(BadMessage) as caught:
        codec.decode(data)
    return str(caught.value)


def noun_or_bad(data: bytes) -> bool:
    """Whether it is a noun; any other exception than ``BadMessage`` goes through."""
    try:
        codec.decode(data)
    except BadMessage:
        return False
    return True


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    """No run of bytes is taken for a message by chance, none raises anything else."""
    assert not noun_or_bad(data)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(codec.NOUNS)), PLAIN)
@example("tick", {"now": "0001-01-01T00:00:00+14:00"})
@example("tick", {"now": "9999-12-31T23:59:59-14:00"})
@example("tick", {"now": float("inf")})
@example("tick", {"now": 10**18})
@example("tick", {"now": msgpack.Timestamp(2**33)})
@example("site", {"finess": "380781435", "name": "x", "timezone": "../../etc/passwd"})
def test_any_body_is_a_noun_or_refused(name: str, body: Any) -> None:
    """A well-formed message with any plain value in it raises nothing but ``BadMessage``."""
    assert noun_or_bad(message(body, f"tocsin/1 {name}")) in {True, False}


@settings(max_examples=200)
@given(st.binary(max_size=100))
def test_any_packed_bytes_are_refused(packed: bytes) -> None:
    """Bytes that unpack to nothing sensible."""
    assert not noun_or_bad(raw(packed))


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_message_is_refused_or_a_noun(data: st.DataObject) -> None:
    """Cut anywhere, or with any byte changed."""
    whole = codec.encode(Site(finess="380781435", name="CH de Vienne"))
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=1)) + whole[place + 1 :]

    assert not noun_or_bad(whole[:place])
    assert noun_or_bad(damaged) in {True, False}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no 'tocsin/<version> <noun>' header line"),
        (b"{}\n", "header line, the message starts b'{}"),
        (b"tocsin/1 tick", "header line"),
        (b"tocsin/1 tick" + b" " * 60 + b"\n", "header line"),
        (message({}, "tocsin/9 tick"), "message version '9'; this reader takes [1, 2, 3]"),
        (message({}, "tocsin/\xb2 tick"), "message version"),
        (message({}, "tocsin/-1 tick"), "message version '-1'"),
        (message({}, "tocsin/1 tock"), "unknown noun 'tock'; known: raw_batch"),
        (message({}, "tocsin/1"), "unknown noun ''"),
        (message({}), "tick: field now: Field required"),
        (message({"now": "yesterday"}), "tick: field now: "),
        (message({"now": "2026-01-31T02:00:00"}), "tick: field now: Input should have timezone"),
        (message({"now": "0001-01-01T00:00:00+14:00"}), "lies outside the years 1 to 9999"),
        (message({"now": "2026-01-31T02:00:00Z", "later": 1}), "tick: field later: Extra inputs"),
        (message([]), "tick: field value: "),
        (b"tocsin/1 tick\nplain", "tick: the body is not zstd over MessagePack"),
        (raw(b"\xc1"), "tick: the body is not zstd over MessagePack"),
        (raw(b"\x91" * 5000), "tick: the body is not zstd over MessagePack"),
        (raw(msgpack.packb({}) + b"\x00"), "tick: the body is not zstd over MessagePack"),
    ],
)
def test_the_reason_says_what_is_wrong(data: bytes, reason: str) -> None:
    """The noun, the field, and what was expected."""
    assert reason in refused(data)


def test_a_small_message_cannot_fill_the_memory() -> None:
    """A body that grows beyond the bound is refused before it is read."""
    bomb = raw(b"\x00" * (codec.MAX_DECODED + 1))

    assert len(bomb) < 100_000
    assert f"more than {codec.MAX_DECODED} bytes when decompressed" in refused(bomb)


def test_a_message_of_another_kind_is_refused() -> None:
    """Where one noun must be, another is a bad message."""
    data = codec.encode(Tick(now=NIGHT))

    assert codec.decode_as(Tick, data) == Tick(now=NIGHT)
    with pytest.raises(BadMessage, match="expected site, got tick"):
        codec.decode_as(Site, data)
