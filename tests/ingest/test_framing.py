"""Records do not depend on how the stream of bytes was cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.framing import BATCH_BYTES, BATCH_RECORDS, Framer, Record, batches


def frame(chunks: list[bytes], **options: int) -> list[Record]:
    """All records of a stream that comes in these chunks."""
    framer = Framer(**options)
    records = [record for chunk in chunks for record in framer.feed(chunk)]
    return records + framer.flush()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in chunks, cut at these places (modulo its length)."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[begin:end] for begin, end in pairwise(edges)]


def test_lines_end_with_lf_or_crlf_and_empty_ones_are_skipped():
    """Both line ends are understood in one stream, and positions count every byte, those of empty lines too."""
    assert frame([b"one\ntwo\r\n\n\r\nthree\n"]) == [Record(0, b"one", 3), Record(4, b"two", 3), Record(12, b"three", 5)]


def test_a_carriage_return_inside_a_line_belongs_to_it():
    """Only the CR right before the LF is a line end."""
    assert frame([b"a\rb\r\r\n"]) == [Record(0, b"a\rb\r", 4)]


def test_the_unfinished_last_line_waits_for_flush():
    """Tailing a file never gives half a line; a whole-file read gets it from flush, once."""
    framer = Framer()
    assert framer.feed(b"one\ntw") == [Record(0, b"one", 3)]
    assert framer.feed(b"o") == []
    assert framer.flush() == [Record(4, b"two", 3)]
    assert framer.flush() == []


def test_framing_starts_where_it_is_told():
    """A source that resumes at an offset gets positions of the file, not of the stream; they go on after a flush."""
    framer = Framer(position=100)
    assert framer.feed(b"a\nb") == [Record(100, b"a", 1)]
    assert framer.flush() == [Record(102, b"b", 1)]
    assert framer.feed(b"\nc\n") == [Record(104, b"c", 1)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_long_record_keeps_its_beginning_and_its_true_length(end):
    """A record over the limit says that it was cut, one of exactly the limit is whole, and the next is intact."""
    records = frame([b"x" * 11 + end, b"y" * 10 + end, b"z" + end], max_record=10)
    assert [(record.data, record.length) for record in records] == [(b"x" * 10, 11), (b"y" * 10, 10), (b"z", 1)]


def test_an_endless_line_does_not_fill_the_memory():
    """Ten megabytes without a line end leave no more than the limit in the framer."""
    framer = Framer(max_record=1000)
    for _ in range(160):
        framer.feed(b"x" * 65_536)
    assert len(framer._kept) <= 1001
    assert framer.feed(b"\nnext\n")[1] == Record(160 * 65_536 + 1, b"next", 4)


lines = st.lists(st.sampled_from([b"", b"a", b"bc\r", b"\r", b"long" * 5, b"\xff\x00"]), max_size=12)


@given(lines, st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.lists(st.integers(0, 500), max_size=8))
def test_the_cuts_change_nothing(content, end, ended, places):
    """The same bytes give the same records, in one chunk, in any chunks, or byte by byte."""
    data = end.join(content) + (end if ended else b"")
    whole = frame([data], max_record=8)
    assert frame(cut(data, places), max_record=8) == whole
    assert frame([data[i : i + 1] for i in range(len(data))], max_record=8) == whole


@given(st.binary(max_size=300))
def test_records_are_slices_of_the_stream(data):
    """What a record holds stands in the source at its position; no byte but line ends is lost."""
    records = frame([data])
    assert all(data[record.position : record.position + record.length] == record.data for record in records)
    assert sum(record.length for record in records) >= len(data.replace(b"\n", b"").replace(b"\r", b""))


def test_batches_keep_order_and_both_limits():
    """A run ends at 500 records or 512 KiB, and nothing is left out."""
    small = [Record(i, b"x", 1) for i in range(BATCH_RECORDS + 1)]
    large = [Record(i, b"x" * 200_000, 200_000) for i in range(5)]
    assert [len(run) for run in batches(small)] == [BATCH_RECORDS, 1]
    assert [len(run) for run in batches(large)] == [2, 2, 1]
    assert [record for run in batches(small + large) for record in run] == small + large


def test_a_record_longer_than_a_batch_travels_alone():
    """A limit on bytes never makes an empty run nor loses the record."""
    giant = Record(5, b"x" * (BATCH_BYTES + 1), BATCH_BYTES + 1)
    assert list(batches([Record(0, b"a", 1), giant, Record(9, b"b", 1)])) == [[Record(0, b"a", 1)], [giant], [Record(9, b"b", 1)]]
    assert list(batches([])) == []
