"""Nouns to bytes and back: every noun survives, any bytes give a clear error, and each version stays what it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import codec
from schemas.act import Act, Deed
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.detection import Detection, DetectionBatch, Entity, Found, Group, Kind, Level, Phase, State
from schemas.incident import Example, Incident, Link, Reason, RuleCount, Why
from schemas.notice import Receipt, Status
from schemas.noun import Noun
from schemas.tick import Tick
from tests.schemas.examples import EXAMPLES

GOLDEN = Path(__file__).parent / "golden"


def test_every_noun_has_an_example() -> None:
    """None can be added to the wire without golden bytes."""
    assert EXAMPLES.keys() == codec.NOUNS.keys()
    assert all(type(noun) is codec.NOUNS[name] for name, noun in EXAMPLES.items())
    fresh = {
        name: [field for field in type(noun).model_fields if field not in noun.model_fields_set]
        for name, noun in EXAMPLES.items()
    }
    assert not any(fresh.values()), "set the new field in a new golden version, and read the old one without it"


NEW_IN = {2: frozenset({"tactics", "phase", "also", "html"}), 3: frozenset({"counted", "signs", "reached", "indicators", "pap"})}
"""The fields that came with each version."""


def as_in_version(version: int, name: str) -> Noun:
    """The example without the fields that came later; ``tlp`` was an incident's before it was a detection's."""
    later = frozenset[str]().union(*(fields for since, fields in NEW_IN.items() if since > version))

    def older(value: Any) -> Any:
        if isinstance(value, dict):
            inside = {key: older(inner) for key, inner in value.items() if key not in later}
            return {key: inner for key, inner in inside.items() if key != "tlp" or "opened" in value or not later}
        return type(value)(older(inner) for inner in value) if isinstance(value, tuple | list) else value

    return codec.NOUNS[name].model_validate(older(EXAMPLES[name].model_dump(by_alias=True)))


@pytest.mark.parametrize("version", sorted(codec.READABLE))
@pytest.mark.parametrize("name", sorted(codec.NOUNS))
def test_every_readable_version_is_read_as_it_was_written(version: int, name: str) -> None:
    """Hospitals upgrade months late: bytes of each version mean the same for ever, and nothing that one says is lost on a later reader."""
    assert codec.decode((GOLDEN / f"v{version}" / f"{name}.bin").read_bytes()) == as_in_version(version, name)


@pytest.mark.parametrize("name", sorted(codec.NOUNS))
def test_this_version_is_written_as_ever(name: str) -> None:
    """Today's encoder gives the header and the MessagePack of the golden bytes, and the same bytes each time."""
    golden = (GOLDEN / f"v{codec.VERSION}" / f"{name}.bin").read_bytes()
    written = codec.encode(EXAMPLES[name])

    assert unpacked(written) == unpacked(golden)
    assert written == codec.encode(EXAMPLES[name])


def unpacked(message: bytes) -> tuple[bytes, bytes]:
    """Header line and MessagePack; how well zstd compresses is its own affair."""
    header, _, body = message.partition(b"\n")
    return header, zstandard.ZstdDecompressor().decompressobj().decompress(body)


INSTANTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
FINESS = st.from_regex(r"(?:\d\d|2[AB])[0-9]{7}", fullmatch=True).filter(str.isascii)
TEXTS = st.text(max_size=20)
ENTITIES = st.builds(Entity, kind=TEXTS, value=TEXTS)
RAW = st.lists(st.tuples(st.integers(0, 2**63), st.binary(max_size=40)), min_size=1, max_size=5, unique_by=lambda pair: pair[0])


def tuples(inner: st.SearchStrategy[object], least: int = 0) -> st.SearchStrategy[tuple[object, ...]]:
    """Some of these."""
    return st.lists(inner, min_size=least, max_size=3).map(tuple)


def raw_batches() -> st.SearchStrategy[RawBatch]:
    """Positions grow."""

    def make(rows: list[tuple[int, bytes]], site: str, text: str, received: datetime) -> RawBatch:
        positions, records = zip(*sorted(rows), strict=True)
        return RawBatch(
            site=site, source=text, source_type=text, epoch=text, positions=positions, records=records, received=received
        )

    return st.builds(make, RAW, FINESS, TEXTS, INSTANTS)


DETECTIONS = st.builds(
    Detection,
    id=TEXTS,
    kind=st.sampled_from(Kind),
    rule_id=TEXTS,
    rule_name=TEXTS,
    level=st.sampled_from(Level),
    time=INSTANTS,
    site=FINESS,
    event_ids=tuples(TEXTS),
    entities=tuples(ENTITIES),
    state=st.sampled_from(State),
    techniques=tuples(TEXTS),
    tactics=tuples(TEXTS),
    phase=st.sampled_from(Phase),
    sites=tuples(FINESS),
    groups=tuples(st.builds(Group, correlation=TEXTS, by=tuples(TEXTS), value=TEXTS)),
)
LINKS = st.builds(
    Link,
    reason=st.sampled_from(Reason),
    entity=st.none() | ENTITIES,
    also=tuples(ENTITIES),
    rule_id=st.none() | TEXTS,
    weight=st.floats(0, 1, exclude_min=True),
    sites=tuples(FINESS, 1),
)
WHYS = st.builds(
    Why,
    rules=tuples(st.builds(RuleCount, id=TEXTS, name=TEXTS, level=st.sampled_from(Level), count=st.integers(0, 2**40)), 1),
    links=tuples(LINKS, 1),
    examples=tuples(st.builds(Example, site=FINESS, detection_id=TEXTS, event_ids=tuples(TEXTS, 1), time=INSTANTS), 1),
    baseline=st.text(min_size=1, max_size=9),
    missing=tuples(TEXTS),
    only_link=st.none() | LINKS,
)
INCIDENTS = st.builds(
    Incident,
    id=TEXTS,
    version=st.integers(1, 2**40),
    sites=tuples(FINESS),
    trust_domains=tuples(TEXTS),
    first_seen=INSTANTS,
    last_seen=INSTANTS,
    opened=INSTANTS,
    severity=st.sampled_from(Level),
    score=st.integers(0, 100),
    detections=st.integers(1, 2**40),
    detection_ids=tuples(TEXTS),
    entities=tuples(ENTITIES),
    why=WHYS,
    merged_into=st.none() | TEXTS,
)
FOUND = st.builds(Found, position=st.integers(0, 2**63), detection=DETECTIONS)
NOUNS: dict[str, Callable[[], st.SearchStrategy[Noun]]] = {
    "raw_batch": raw_batches,
    "detection": lambda: DETECTIONS,
    "detection_batch": lambda: st.builds(
        DetectionBatch, site=FINESS, source=TEXTS, epoch=TEXTS, end=st.integers(0, 2**63), found=tuples(FOUND)
    ),
    "incident": lambda: INCIDENTS,
    "act": lambda: st.builds(Act, incident_id=TEXTS, deed=st.sampled_from(Deed), by=TEXTS, at=INSTANTS, comment=TEXTS),
    "tick": lambda: st.builds(Tick, now=INSTANTS),
    "dead_letter": lambda: st.builds(DeadLetter, topic=TEXTS, key=TEXTS, data=st.binary(max_size=99), reason=TEXTS),
    "receipt": lambda: st.builds(
        Receipt, notice_id=TEXTS, attempt=st.integers(0, 99), status=st.sampled_from(Status), at=INSTANTS
    ),
}


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_any_noun_survives(name: str) -> None:
    """Decoding what was encoded gives the same noun, and the same bytes again."""

    @settings(max_examples=60, deadline=None)
    @given(NOUNS[name]())
    def survives(noun: Noun) -> None:
        data = codec.encode(noun)
        assert codec.decode(data) == noun
        assert codec.encode(codec.decode(data)) == data
        assert data.startswith(f"tocsin/{codec.VERSION} {name}\n".encode())

    survives()
