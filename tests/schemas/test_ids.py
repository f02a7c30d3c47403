"""Ids are functions of content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import digest, event_id

PARTS = st.lists(st.text() | st.binary() | st.integers(), max_size=4)


def plain(part: str | bytes | int) -> bytes:
    """A part as bytes: text and its bytes are one, as are a number and its digits."""
    return part if isinstance(part, bytes) else str(part).encode()


@given(PARTS, PARTS)
def test_ids_differ_exactly_when_parts_do(one: list[str | bytes | int], other: list[str | bytes | int]) -> None:
    """Each part is framed: no two lists of parts run together."""
    assert (digest(*one) == digest(*other)) == ([plain(part) for part in one] == [plain(part) for part in other])


def test_an_id_is_128_bits_in_hexadecimal() -> None:
    """And stays what it is for ever: stores are full of them."""
    assert digest("batch", 7, b"\xff") == "ec449f163e7f5cb4c4b8bc788943d4f0"
    assert digest("ab", "c") != digest("a", "bc")


def test_text_that_is_not_unicode_has_an_id() -> None:
    """A file name may hold any bytes; Python reads them as lone surrogates."""
    assert digest(b"\xff".decode("utf-8", "surrogateescape")) == digest(b"\xff")


def test_with_a_key_guesses_cannot_be_tested() -> None:
    """Another key, another id; where it stood is part of it as well as what it said."""
    known = event_id("380781435", "s", "e1", 0, b"record", key=b"secret")

    assert known == event_id("380781435", "s", "e1", 0, b"record", key=b"secret")
    others = [
        event_id("380781435", "s", "e1", 0, b"record", key=b"other"),
        event_id("380781435", "s", "e1", 0, b"record"),
        event_id("380780049", "s", "e1", 0, b"record", key=b"secret"),
        event_id("380781435", "t", "e1", 0, b"record", key=b"secret"),
        event_id("380781435", "s", "e2", 0, b"record", key=b"secret"),
        event_id("380781435", "s", "e1", 1, b"record", key=b"secret"),
        event_id("380781435", "s", "e1", 0, b"other", key=b"secret"),
    ]
    assert len({known, *others}) == 8


@pytest.mark.parametrize("size", [65, 100])
def test_too_long_a_key_is_refused(size: int) -> None:
    """BLAKE2b takes 64 bytes (RFC 7693 §2.1); a longer one is a mistake to hear of."""
    with pytest.raises(ValueError, match="64 bytes"):
        digest("x", key=b"k" * size)


@given(st.text(), st.text(), st.text(), st.integers(min_value=0), st.binary(), st.binary(max_size=64))
def test_the_id_of_an_event_is_the_digest_of_its_place_and_record(
    site: str, source: str, epoch: str, position: int, record: bytes, key: bytes
) -> None:
    """However it is computed: each of its parts is framed, the record under the key."""
    expected = digest("event", site, source, epoch, position, digest(record, key=key))
    assert event_id(site, source, epoch, position, record, key=key) == expected
