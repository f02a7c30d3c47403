"""Whatever the bytes, each record becomes one event that may enter the pipeline, and the documented records become the documented events."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.auto import SOURCE_TYPES
from ingest.ecs import mistyped_fields, unknown_fields
from ingest.normalise import normalise
from ingest.parsers import PARSERS
from schemas.batch import RawBatch
from schemas.event import PARTIAL, RAW, Event, timestamp, validate_event
from schemas.ids import event_id
from schemas.site import Site

SITE = Site(finess="010000024", name="CH d'Exemple")
RECEIVED = datetime(2026, 3, 28, 12, tzinfo=UTC)
PAIRS = sorted((Path(__file__).parent / "pairs").glob("*/*.raw"))


def batch(source_type: str, *records: bytes, epoch: str = "e1") -> RawBatch:
    """A batch of the test site, received at ``RECEIVED``, a record every hundred bytes."""
    positions = tuple(range(0, 100 * len(records), 100))
    return RawBatch(
        site=SITE.finess,
        source="source-1",
        source_type=source_type,
        epoch=epoch,
        positions=positions,
        records=records,
        received=RECEIVED,
    )


def one(source_type: str, record: bytes) -> Event:
    """The event of one record."""
    [event] = normalise(batch(source_type, record), SITE)
    return event


@pytest.mark.parametrize("raw", PAIRS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_documented_record_gives_the_documented_event(raw):
    """The pair files say field by field what a record becomes; ``event.original`` is the record itself."""
    event = one(raw.parent.name, raw.read_bytes())
    assert event.pop("event.original") == raw.read_bytes().decode()
    assert event == orjson.loads(raw.with_suffix(".json").read_bytes())


def test_every_source_type_has_pairs():
    """No parser is without documented records."""
    assert {raw.parent.name for raw in PAIRS} == set(SOURCE_TYPES)


def test_one_event_for_each_record_in_order():
    """A batch with good, bad and empty-looking records gives as many events, each with the id of its position and content."""
    records = (b'{"message":"a"}', b"\x00", b"not JSON", b'{"message":"a"}')
    events = normalise(batch("ecs", *records), SITE)
    assert [event["event.id"] for event in events] == [
        event_id(SITE.finess, "source-1", "e1", position, record)
        for position, record in zip((0, 100, 200, 300), records, strict=True)
    ]
    assert events[0]["event.id"] != events[3]["event.id"]


def test_the_key_changes_ids_and_nothing_else():
    """With a key, an id cannot be used to test a guess of the record."""
    records = batch("ecs", b'{"message":"a"}')
    [plain], [keyed] = normalise(records, SITE), normalise(records, SITE, key=b"secret")
    assert plain.pop("event.id") != keyed.pop("event.id")
    assert plain == keyed


@pytest.mark.parametrize("source_type", PARSERS)
def test_what_is_not_understood_is_kept_raw_with_the_reason(source_type):
    """A record of another format keeps its text, says why, and takes its reception for its time."""
    event = one(source_type, b"the moon is full")
    assert event["tags"] == [RAW, "time:received"]
    assert event["event.original"] == "the moon is full"
    assert event["error.message"].startswith("expected ")
    assert event["@timestamp"] == event["event.created"] == "2026-03-28T12:00:00.000000Z"


def test_an_unknown_source_type_is_raw_and_names_the_known_ones():
    """A site that declares a type of a newer version loses no record."""
    event = one("fortigate_v9", b"x")
    assert event["error.message"] == f"unknown source type 'fortigate_v9'; known: {', '.join(SOURCE_TYPES)}"
    assert event["event.dataset"] == "fortigate_v9.raw"


def test_a_parser_that_fails_does_not_stop_the_batch():
    """JSON nested deeper than the parser can walk is kept raw, and the records around it are read."""
    deep = b'{"Event":{"System":{"EventID":1},"EventData":' + b'{"a":' * 990 + b"1" + b"}" * 992
    before, bad, after = normalise(batch("windows_event", b'{"EventID":1}', deep, b'{"EventID":2}'), SITE)
    assert (before["event.code"], after["event.code"]) == ("1", "2")
    assert bad["tags"] == [RAW, "time:received"]
    assert bad["event.original"].encode() == deep


@pytest.mark.parametrize("source_type", ["ecs", "windows_event"])
def test_a_record_cannot_choose_its_site(source_type):
    """``organization`` inside a record is overwritten, in any spelling."""
    forged = {"EventID": 1, "winlog": {"event_id": 1}, "organization": {"id": "999999999", "name": "x", "extra": 1}}
    for document in (forged, forged | {"organization.id": "999999999"}):
        event = one(source_type, orjson.dumps(document))
        assert (event["organization.id"], event["organization.name"]) == (SITE.finess, SITE.name)
        assert not [
            name for name in event if name.startswith("organization.") and name not in {"organization.id", "organization.name"}
        ]


@pytest.mark.parametrize(
    ("record", "text", "tags"),
    [
        ("é".encode(), "é", []),
        (b"\xef\xbb\xbf" + "é".encode(), "é", []),
        ("é".encode("utf-16"), "é", []),
        (b"\xe9", "é", ["encoding:latin1"]),
        (b"l\x92\xe9t\xe9", "l\u2019été", ["encoding:windows-1252"]),
        (b"\x81\xe9", "\x81é", ["encoding:latin1"]),
        (b"\xff\xfe\xe9", "ÿþé", ["encoding:latin1"]),
        (b"a\x00b", "a\x00b", []),
    ],
)
def test_any_encoding_is_read_without_loss(record, text, tags):
    """UTF-8, UTF-16 and the two legacy encodings of French Windows are told apart; what was not Unicode is tagged."""
    event = one("ecs", record)
    assert event["event.original"] == text
    assert [tag for tag in event["tags"] if tag.startswith("encoding:")] == tags


def test_a_time_far_in_the_future_is_set_aside():
    """A clock that is a month ahead cannot move a watermark: the claim is kept beside, the reception is the time."""
    event = one("ecs", b'{"@timestamp":"2026-04-28T12:00:00Z"}')
    assert event["@timestamp"] == "2026-03-28T12:00:00.000000Z"
    assert event["tocsin.original_timestamp"] == "2026-04-28T12:00:00.000000Z"
    assert event["tags"] == ["time:future"]


def test_a_time_within_a_day_ahead_is_believed():
    """Clocks drift: up to a day ahead, the record's time stands."""
    event = one("ecs", b'{"@timestamp":"2026-03-29T11:59:59Z"}')
    assert event["@timestamp"] == "2026-03-29T11:59:59.000000Z"
    assert "tags" not in event


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
NAMES = (
    "Event System EventData UserData EventID #attributes #text Data Provider TimeCreated SystemTime winlog event_id channel"
    " event_data winlog.event_id winlog.keywords @timestamp event kind tags EventTime UtcTime Channel Keywords Hashes QueryResults"
    " Message User MemberName AccountType ProcessId IpAddress TargetUserName source.ip host name event.category event.dataset"
    " message"
)
names = st.sampled_from(NAMES.split())
documents = st.recursive(json_values, lambda inner: st.dictionaries(names, inner, max_size=6), max_leaves=20)
hostile = st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
lines = st.from_regex(r"(<\d{1,3}>)?Mar [0-3]\d [0-2]\d:[0-6]\d:\d\d h sshd\[\d+\]: (Accepted|Failed) .{0,80}\Z").map(str.encode)


@given(
    st.lists(hostile | documents.map(orjson.dumps) | lines, min_size=1, max_size=4), st.sampled_from([*SOURCE_TYPES, "unknown"])
)
def test_no_bytes_raise_and_every_event_is_valid(records, source_type):
    """From random bytes, random JSON with the field names of each shape, and almost-lines, only well-formed events come out."""
    events = normalise(batch(source_type, *records), SITE)
    assert len(events) == len(records)
    for event in events:
        validate_event(event)
        orjson.dumps(event)
        assert timestamp(event) <= RECEIVED.replace(day=29)
        assert mistyped_fields(event) == []
        if event.get("tocsin.source_type", source_type) != "ecs":
            assert unknown_fields(event) == []
        if source_type == "unknown":
            assert RAW in event["tags"]


@given(hostile)
def test_normalising_is_a_function_of_its_input(record):
    """The same batch gives the same events: a replay sees what was seen."""
    assert one("sshd", record) == one("sshd", record)
    assert PARTIAL not in one("unknown", record).get("tags", ())
