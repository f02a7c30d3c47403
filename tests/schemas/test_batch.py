"""RawBatch, the unit on the wire."""

import pytest
from pydantic import ValidationError

from schemas.batch import RawBatch
from tests.builders import BOURGOIN, NIGHT, VIENNE


def raw(positions: tuple[int, ...] = (0, 5), records: tuple[bytes, ...] = (b"a", b"b"), **changes: object) -> RawBatch:
    """A batch of these records."""
    facts = {"site": VIENNE, "source": "s", "source_type": "sshd", "epoch": "e1", "received": NIGHT, **changes}
    return RawBatch.model_validate({**facts, "positions": positions, "records": records})


@pytest.mark.parametrize(
    ("positions", "records", "reason"),
    [
        ((), (), "0 records with 0 positions"),
        ((0,), (b"a", b"b"), "2 records with 1 positions"),
        ((0, 0), (b"a", b"b"), "positions must grow"),
        ((5, 1), (b"a", b"b"), "positions must grow"),
    ],
)
def test_positions_fit_records(positions: tuple[int, ...], records: tuple[bytes, ...], reason: str) -> None:
    """One for each record, and they only grow."""
    with pytest.raises(ValidationError, match=reason):
        raw(positions, records)


def test_the_id_is_of_where_it_stood_and_what_it_holds() -> None:
    """When it was received is not part of it: a batch sent again is the same batch."""
    batch = raw()

    assert raw(received=NIGHT.replace(year=2027)).id == batch.id
    others = [raw(site=BOURGOIN), raw(source="t"), raw(epoch="e2"), raw((1, 5)), raw(records=(b"ab", b"")), raw((0,), (b"a",))]
    assert len({batch.id, *(other.id for other in others)}) == 7
