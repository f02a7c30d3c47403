"""One batch becomes events, their detections, and what the correlator must hear."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from schemas import codec, topics
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.detection import Detection, DetectionBatch, Group, Kind, Level, State
from schemas.errors import BadMessage
from schemas.event import Event, timestamp
from schemas.noun import iso
from schemas.output import Document, Emit, Output
from schemas.site import Site
from schemas.tick import Tick
from tests.notify.stories import at
from tocsin.analysis import MAX_FOUND, Analysis

SITE = "010000024"
NOW = at("+3 08:00")


class Marking:
    """Finds in each record as many detections as it says: ``3 on``, ``2 shadow``, ``1 counted``."""

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """See ``Detector``."""
        return [list(self._found(event)) for event in events]

    def _found(self, event: Event) -> Iterator[Detection]:
        count, _, what = str(event["event.original"]).rpartition("]: ")[2].partition(" ")
        for number in range(int(count)):
            yield Detection(
                id=f"{event['event.id']}-{number}",
                kind=Kind.SIGMA,
                rule_id="r",
                rule_name="Rule",
                level=Level.HIGH,
                time=timestamp(event),
                site=SITE,
                event_ids=(event["event.id"],),
                state=State.ON if what == "on" else State.SHADOW,
                groups=(Group(correlation="c", value="v"),) if what == "counted" else (),
            )


def batch(*records: str, when: datetime = NOW, site: str = SITE) -> RawBatch:
    """Records ten positions apart."""
    lines = tuple(f"{iso(when)} gate sshd[1]: {record}".encode() for record in records)
    positions = tuple(range(0, 10 * len(lines), 10))
    return RawBatch(
        site=site, source="sshd/auth.log", source_type="sshd", epoch="e", positions=positions, records=lines, received=NOW
    )


def step(message: object) -> list[Output]:
    """What one message gives."""
    stage = Analysis({SITE: Site(finess=SITE, name="CH")}, Marking())
    return list(stage.step({}, message))  # type: ignore[arg-type]  # any noun


def kinds(outputs: Sequence[Output]) -> list[str]:
    """The documents' kinds, in order."""
    return [output.kind for output in outputs if isinstance(output, Document)]


def onward(outputs: Sequence[Output]) -> list[DetectionBatch]:
    """What the correlator hears."""
    emits = [output for output in outputs if isinstance(output, Emit)]
    assert {(emit.topic, emit.key) for emit in emits} == {(topics.DETECTIONS, f"{SITE}/sshd/auth.log")}
    return [emit.noun for emit in emits if isinstance(emit.noun, DetectionBatch)]


def test_events_then_detections_then_one_message() -> None:
    """Every record is an event, every detection a document, and the correlator hears of those that matter to it."""
    outputs = step(batch("1 on", "0 x", "2 shadow", "1 counted"))
    assert kinds(outputs) == ["event"] * 4 + ["detection"] * 4
    (message,) = onward(outputs)
    assert [found.position for found in message.found] == [0, 30]
    assert (message.site, message.source, message.epoch, message.end) == (SITE, "sshd/auth.log", "e", 30)


def test_a_batch_without_detections_still_says_how_far_it_came() -> None:
    """An empty message with the last position and the latest event time; of several messages, the last one says it."""
    (message,) = onward(step(batch("0 x", "0 x")))
    assert (message.end, message.found, message.reached) == (10, (), NOW)

    several = onward(step(batch(f"{MAX_FOUND} on", "1 on")))
    assert [message.reached for message in several] == [None, NOW]


@pytest.mark.parametrize("counts", [[MAX_FOUND], [MAX_FOUND, 1], [150, 40, 40, 1], [1] * 450, [3 * MAX_FOUND, 1]])
def test_messages_are_cut_between_records(counts: list[int]) -> None:
    """No record's detections are split over two messages, ends only grow, and everything arrives in order."""
    messages = onward(step(batch(*(f"{count} on" for count in counts))))
    positions = [[found.position for found in message.found] for message in messages]
    assert [position for run in positions for position in run] == [10 * n for n, count in enumerate(counts) for _ in range(count)]
    assert all(earlier.end < later.end for earlier, later in pairwise(messages))
    assert all(max(run) <= message.end for run, message in zip(positions, messages, strict=True) if run)
    assert all(min(run) > message.end for run, message in zip(positions[1:], messages, strict=False))
    assert messages[-1].end == 10 * (len(counts) - 1)
    assert all(len(run) <= max(MAX_FOUND, *counts) for run in positions)
    assert all(len(codec.encode(message)) < codec.MAX_MESSAGE for message in messages)


@pytest.mark.parametrize(
    ("age", "day"),
    [
        (timedelta(0), "2026-02-03"),
        (timedelta(days=30), "2026-01-04"),
        (timedelta(days=30, seconds=1), "late"),
        (timedelta(days=9000), "late"),
        (timedelta(hours=-23), "2026-02-04"),
        (timedelta(days=-400), "2026-02-03"),
    ],
)
def test_log_lines_cannot_make_indices_at_will(age: timedelta, day: str) -> None:
    """An event is stored by its day; one far older goes to the late ones, and a time from the future never names an index."""
    event = next(output for output in step(batch("0 x", when=NOW - age)) if isinstance(output, Document))
    assert event.day == day
    assert event.version is None


def test_a_replay_gives_the_same_outputs() -> None:
    """Ids are functions of content."""
    assert step(batch("1 on", "2 shadow")) == step(batch("1 on", "2 shadow"))


def test_a_site_that_is_not_declared_is_a_bad_message() -> None:
    """The reason names it."""
    with pytest.raises(BadMessage, match="site 020000023 is not declared"):
        step(batch("0 x", site="020000023"))


def test_a_shippers_dead_letter_is_stored() -> None:
    """Hospitals have no store of their own to keep it in."""
    letter = DeadLetter(topic=f"source/{SITE}", key="s", data=b"x", reason="cut", site=SITE, source="s")
    assert step(letter) == [letter.document()]


def test_time_is_nothing_to_it_and_other_nouns_are_bad() -> None:
    """A tick passes, an incident's message does not."""
    assert step(Tick(now=NOW)) == []
    with pytest.raises(BadMessage, match="expected a raw_batch, got a DetectionBatch"):
        step(DetectionBatch(site=SITE, source="s", epoch="e", end=0))
