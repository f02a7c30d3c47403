"""The source type ``auto`` picks by evidence, says which and why, and never reads a record as what it does not look like."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.auto import AUTO, OTHER, SOURCE_TYPES, UNKNOWN, pick
from ingest.normalise import normalise
from ingest.parsers import EVIDENCE, PARSERS
from schemas.batch import RawBatch
from schemas.event import RAW, Event
from schemas.site import Site
from tocsin.wiring.rules import known_source_type

SITE = Site(finess="990000019", name="CH de Brèves")
PAIRS = Path(__file__).parent / "pairs"
SUDO = "Mar 27 13:06:56 srv-ssh sudo:  jmartin : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/bin/ls"
SSHD = "Mar 27 13:06:56 srv-ssh sshd[1]: Invalid user x from 203.0.113.66 port 40022"
WEB = '203.0.113.66 - - [27/Mar/2026:13:06:56 +0100] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"'
ECS = '{"@timestamp":"2026-03-27T12:06:56Z","event":{"kind":"event"}}'
MOON = "the moon is full"


def events(*texts: str, source_type: str = AUTO) -> list[Event]:
    """The events of one batch."""
    batch = RawBatch(
        site=SITE.finess,
        source="source-1",
        source_type=source_type,
        epoch="e1",
        positions=tuple(range(len(texts))),
        records=tuple(text.encode("utf-8", "surrogatepass") for text in texts),
        received=datetime(2026, 3, 28, 12, tzinfo=UTC),
    )
    return normalise(batch, SITE)


def types(*texts: str) -> list[tuple[str, bool]]:
    """The source type of each event, and whether it is tagged as another than its batch's."""
    return [(event["tocsin.source_type"], OTHER in event.get("tags", ())) for event in events(*texts)]


def test_every_parser_gives_evidence():
    """No source type is out of reach of ``auto``."""
    assert EVIDENCE.keys() == PARSERS.keys()
    assert {*PARSERS, AUTO} == set(SOURCE_TYPES)


def test_an_operator_may_write_every_source_type():
    """Settings and commands accept what normalisation knows, ``auto`` too, and say what was meant by a slip."""
    assert [known_source_type(name) for name in SOURCE_TYPES] == [*SOURCE_TYPES]
    for slip, meant in (("linux_aut", "linux_auth"), ("web-access", "web_access"), ("automatic", "auto")):
        with pytest.raises(argparse.ArgumentTypeError, match=f"did you mean '{meant}'"):
            known_source_type(slip)


def test_linux_auth_is_preferred_to_sshd():
    """A file of sshd lines alone is an ``auth.log`` that said nothing else yet."""
    assert types(SSHD, SSHD) == [("linux_auth", False)] * 2


def test_a_record_of_another_type_is_read_by_its_own_and_tagged():
    """The batch's type is that of most records; the odd one is read as what it is."""
    read = events(WEB, SUDO, WEB)
    assert [event["event.dataset"] for event in read] == ["web.access", "linux.auth", "web.access"]
    assert [event.get("tags") for event in read] == [None, [OTHER], None]
    assert read[1]["tocsin.source_evidence"] == "syslog line of sudo"


def test_of_two_types_with_as_many_votes_the_preferred_one_is_the_batchs():
    """A tie is settled by the order of preference, not by that of the records."""
    assert types(WEB, SUDO) == [("web_access", True), ("linux_auth", False)]
    assert types(SUDO, WEB) == [("linux_auth", False), ("web_access", True)]


def test_equal_records_vote_each():
    """Two equal lines are two votes: the batch is of what most of it is."""
    assert types(ECS, ECS, SUDO) == [("ecs", False), ("ecs", False), ("linux_auth", True)]


def test_a_record_that_nothing_claims_is_raw_and_says_what_was_tried():
    """It is not forced into its neighbours' type, and the reader learns which types looked at it."""
    _, event = events(WEB, MOON)
    assert event["tags"] == [RAW, "time:received"]
    assert event["error.message"] == f"no source type fits; tried: {', '.join(EVIDENCE)}"
    assert (event["tocsin.source_type"], event["event.dataset"]) == (UNKNOWN, "auto.raw")


def test_what_looks_right_and_is_not_says_both():
    """A record that is claimed and then refused keeps the claim and the refusal."""
    (event,) = events('{"@timestamp":')
    assert (event["tocsin.source_type"], event["tags"][0]) == ("ecs", RAW)
    assert event["error.message"].startswith("expected a JSON object")


@pytest.mark.parametrize("text", [SUDO, SSHD, WEB, ECS])
def test_auto_reads_as_the_picked_parser_does(text):
    """But for what it says of the pick, the event is the one that the declared type gives."""
    (automatic,) = events(text)
    (declared,) = events(text, source_type=automatic["tocsin.source_type"])
    del automatic["tocsin.source_type"], automatic["tocsin.source_evidence"]
    assert automatic == declared


def test_a_record_cannot_say_its_own_type():
    """The two fields are the pick's, whatever an ECS document brings along."""
    (event,) = events('{"@timestamp":"2026-03-27T12:06:56Z","tocsin":{"source_type":"x"},"tocsin.source_evidence":"y"}')
    assert (event["tocsin.source_type"], event["tocsin.source_evidence"]) == ("ecs", "a JSON object with '@timestamp'")


@pytest.mark.parametrize("raw", sorted(PAIRS.glob("*/*.raw")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_documented_records_are_picked_as_their_type_or_not_at_all(raw):
    """Of all documented records, none is taken for another type's; what no parser claims is what its own refuses or half reads."""
    text = raw.read_bytes().decode()
    chosen = pick((text,))[text].source_type
    if raw.parent.name == AUTO:
        assert chosen == raw.stem
    elif chosen == UNKNOWN:
        (event,) = events(text, source_type=raw.parent.name)
        assert "tags" in event or raw.parent.name == "ecs"
    else:
        assert chosen == {"sshd": "linux_auth"}.get(raw.parent.name, raw.parent.name)


SAMPLES = [SUDO, SSHD, WEB, ECS, MOON, '{"EventID":1}', '{"winlog":{"event_id":1}}']
records = st.lists(st.sampled_from(SAMPLES) | st.text(max_size=80), min_size=1, max_size=8)


@given(records)
def test_the_pick_is_a_function_of_the_records_whatever_their_order(texts):
    """The same records in any order are picked alike, twice over."""
    assert pick(texts) == pick(list(reversed(texts))) == pick(texts)


@given(records)
def test_neighbours_decide_only_between_types_that_fit(texts):
    """No record is read as a type that its own form does not speak for, and none that something fits stays unread."""
    for text, chosen in pick(texts).items():
        fitting = {name for name, reason in EVIDENCE.items() if reason(text)}
        assert chosen.source_type in (fitting or {UNKNOWN})


def mutated(text: str) -> st.SearchStrategy[str]:
    """The text with a piece of it cut out, doubled or replaced."""
    places = st.integers(0, len(text))
    cuts = st.tuples(places, places, st.text(max_size=12) | st.sampled_from(['"', "\\", "\x00", " ; ", "[", "]", "\ud800"]))
    return cuts.map(lambda cut: text[: min(cut[0], cut[1])] + cut[2] + text[max(cut[0], cut[1]) :])


ORIGINALS = [path.read_bytes().decode() for path in sorted(PAIRS.glob("*/*.raw"))]


@given(st.data())
def test_no_mutation_of_a_documented_record_makes_anything_raise(data):
    """Cut, doubled and broken records give one event each under ``auto`` and under their type, and the evidence never raises."""
    text = data.draw(st.sampled_from(ORIGINALS).flatmap(mutated))
    assert all(reason(text) is None or isinstance(reason(text), str) for reason in EVIDENCE.values())
    for source_type in (AUTO, *PARSERS):
        (event,) = events(text, source_type=source_type)
        assert "the parser failed" not in event.get("error.message", "")
