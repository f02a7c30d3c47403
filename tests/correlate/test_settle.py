"""Sites are heard in the order of event time, whatever the order of arrival."""

from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from correlate import record, settle
from schemas.detection import Detection
from tests.builders import BOURGOIN, NIGHT, VIENNE, detection

WAIT = timedelta(seconds=5)
SECOND = timedelta(seconds=1)


def found(second: float, name: str) -> Detection:
    """A detection, that many seconds into the night."""
    return detection(VIENNE, NIGHT + second * SECOND, name=name)


def released(memory: dict[str, bytes], now: datetime) -> list[str]:
    """The ids that leave, in order."""
    return [item.id for item in settle.release(memory, now, WAIT).detections]


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcdefgh")), unique_by=lambda pair: pair[1]), st.randoms())
def test_any_interleaving_leaves_in_one_order(pairs: list[tuple[int, str]], random: Random) -> None:
    """All that waited together leave sorted by (event time, id)."""
    shuffled = [found(second, name) for second, name in pairs]
    random.shuffle(shuffled)
    memory: dict[str, bytes] = {}
    for item in shuffled:
        settle.hold(memory, [item], NIGHT)

    assert released(memory, NIGHT + WAIT) == [name for _, name in sorted(pairs)]
    assert list(memory) in ([], [settle.QUEUE])


def test_each_waits_its_time() -> None:
    """Until ``wait`` after its own arrival, to the microsecond."""
    memory: dict[str, bytes] = {}
    settle.hold(memory, [found(3, "first")], NIGHT)
    settle.hold(memory, [found(1, "second")], NIGHT + SECOND)

    assert released(memory, NIGHT + WAIT - timedelta(microseconds=1)) == []
    assert released(memory, NIGHT + WAIT) == ["first"]
    assert released(memory, NIGHT + WAIT + SECOND) == ["second"]
    assert released(memory, NIGHT + 9 * WAIT) == []


def test_what_is_held_is_held_once() -> None:
    """The same detection again does not wait again, nor leave twice."""
    memory: dict[str, bytes] = {}
    settle.hold(memory, [found(0, "a"), found(0, "a")], NIGHT)
    settle.hold(memory, [found(0, "a")], NIGHT + SECOND)

    assert released(memory, NIGHT + WAIT) == ["a"]
    assert released(memory, NIGHT + 9 * WAIT) == []


def test_nothing_changes_while_nothing_leaves() -> None:
    """A tick that releases nothing rewrites nothing."""
    memory: dict[str, bytes] = {}
    settle.hold(memory, [], NIGHT)
    assert memory == {}
    settle.hold(memory, [found(0, "a")], NIGHT)
    before = dict(memory)

    assert settle.release(memory, NIGHT + SECOND, WAIT) == settle.Released()
    assert memory == before


def test_a_full_queue_fits_its_record_and_lets_the_earliest_go() -> None:
    """The bound holds for real ids; who leaves before its time is the earliest, in order, and it is said."""
    memory: dict[str, bytes] = {}
    names = [sha256(str(number).encode()).hexdigest()[:32] for number in range(settle.MAX_HELD + 200)]
    settle.hold(memory, [detection(BOURGOIN, NIGHT - number * SECOND, name=name) for number, name in enumerate(names)], NIGHT)
    leaving = settle.release(memory, NIGHT, WAIT)

    assert leaving.early
    assert [item.id for item in leaving.detections] == names[: settle.MAX_HELD - 1 : -1]
    assert len(memory[settle.QUEUE]) < record.MAX_STATE
    rest = settle.release(memory, NIGHT + WAIT, WAIT)
    assert (len(rest.detections), rest.early) == (settle.MAX_HELD, False)
