"""One turn of a stage: what it asks and what it changes, or a dead letter and nothing else."""

from collections.abc import Iterable, MutableMapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec, topics
from schemas.batch import RawBatch
from schemas.errors import BadMessage
from schemas.noun import Noun
from schemas.output import Emit, Output
from schemas.tick import Tick
from tests.notify.stories import at
from tocsin.adapters.faust_table import FaustState
from tocsin.drivers.stage import Overlay, Turn

TICK = codec.encode(Tick(now=at("02:10")))


class Odd:
    """A stage that writes, emits, and then does what it is told."""

    name = "odd"
    topics: tuple[str, ...] = ("in",)

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterable[Output]:
        """Fails after it has written and emitted."""
        memory["new"] = b"1"
        del memory["old"]
        yield Emit("out", "k", message)
        if self._error:
            raise self._error


def turn(stage: Odd, data: bytes = TICK, topic: str = "in") -> Turn:
    """One message over a state with one record."""
    return Turn(stage, FaustState({"old": b"0"}), topic, "key", data)


def test_a_turn_gives_outputs_and_changes() -> None:
    """Nothing is written to the state itself."""
    done = turn(Odd())
    assert (done.dead, done.changes) == (None, {"new": b"1", "old": None})
    assert done.outputs == [Emit("out", "k", Tick(now=at("02:10")))]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BadMessage("expected something else"), "expected something else"),
        (ValueError("surprise"), "odd: ValueError: surprise"),
        (KeyError("k"), "odd: KeyError: 'k'"),
        (RecursionError("deep"), "odd: RecursionError: deep"),
        (ValueError("half a character \udcff"), "odd: ValueError: half a character ?"),
        (BadMessage("half a character \ud800"), "half a character ?"),
    ],
)
def test_a_stage_that_raises_changes_nothing(error: Exception, reason: str) -> None:
    """The message is a dead letter with its bytes and the reason; what the stage had written or asked is dropped."""
    done = turn(Odd(error))
    assert (done.outputs, done.changes) == ([], {})
    assert done.dead is not None
    assert (done.dead.topic, done.dead.key, done.dead.data, done.dead.reason) == ("in", "key", TICK, reason)
    assert codec.decode(codec.encode(done.dead)) == done.dead


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: TICK[:-3] + tail))
def test_no_bytes_raise(data: bytes) -> None:
    """Whatever is on a topic, a turn ends: with outputs, or with a dead letter that keeps the bytes."""
    done = turn(Odd(), data)
    assert done.dead is None or (done.dead.data, done.changes) == (data, {})


def test_a_batch_on_the_topic_of_another_site_is_poison() -> None:
    """A hospital cannot speak for another one, whatever its messages say."""
    batch = RawBatch(
        site="010000024", source="s", source_type="sshd", epoch="e", positions=(0,), records=(b"x",), received=at("02:10")
    )
    data = codec.encode(batch)
    assert turn(Odd(), data, topics.raw("010000024")).dead is None
    foreign = turn(Odd(), data, topics.raw("020000023")).dead
    assert foreign is not None
    assert "010000024" in foreign.reason


def test_the_overlay_is_a_mapping_of_both() -> None:
    """It shows its own writes over the state's records, and deletes what is not there as a dict would."""
    overlay = Overlay(FaustState({"kept": b"1", "gone": b"2", "changed": b"3"}))
    del overlay["gone"]
    overlay["changed"] = b"4"
    overlay["added"] = b"5"
    assert dict(overlay) == {"kept": b"1", "changed": b"4", "added": b"5"}
    assert (len(overlay), "gone" in overlay, overlay.get("gone")) == (3, False, None)
    with pytest.raises(KeyError):
        del overlay["gone"]
    with pytest.raises(KeyError):
        _ = overlay["never"]
    overlay["gone"] = b"6"
    assert overlay.changes == {"gone": b"6", "changed": b"4", "added": b"5"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.binary(max_size=3)), max_size=20))
def test_the_overlay_behaves_as_a_dict(writes: list[tuple[str, bytes | None]]) -> None:
    """After any writes and deletes, overlay and dict hold the same, and putting the changes makes the state the same."""
    table = {"a": b"0", "b": b"0"}
    overlay, model = Overlay(FaustState(table)), dict(table)
    for key, value in writes:
        for mapping in (overlay, model):
            if value is None:
                mapping.pop(key, None)
            else:
                mapping[key] = value
    assert dict(overlay) == model
    FaustState(table).put(overlay.changes)
    assert table == model
