"""The correlator told the same in other orders: of sources, of batches that come again, of arrival."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.detection import Detection, DetectionBatch, State
from schemas.tick import Tick
from tests.builders import ANNECY, ATTACKER, BOURGOIN, NIGHT, SCANNER, VALENCE, VIENNE, batch, counted, detection, region

VALUES = (ATTACKER, SCANNER, "domain:evil.example", "10.0.0.1", "host:gateway")
HOSPITALS = (VIENNE, BOURGOIN, ANNECY, VALENCE)


@st.composite
def nights(draw: st.DrawFn) -> list[DetectionBatch]:
    """Batches of several sources, each in the order of its source."""
    batches = []
    for number in HOSPITALS:
        for source in ("a", "b"):
            minutes = draw(st.lists(st.integers(0, 3 * 1440), max_size=6))
            found = [_found(draw, number, source, rank, minute) for rank, minute in enumerate(minutes)]
            cut = draw(st.integers(0, len(found)))
            for start, part in ((0, found[:cut]), (cut, found[cut:])):
                if part:
                    batches.append(batch(*part, source=source, start=start))
    return batches


def _found(draw: st.DrawFn, number: str, source: str, rank: int, minute: int) -> Detection:
    name, moment = f"{number}-{source}-{rank}", NIGHT + timedelta(minutes=minute)
    values = draw(st.lists(st.sampled_from(VALUES), max_size=3, unique=True))
    if draw(st.booleans()):
        return counted(number, moment, *values, name=name)
    return detection(number, moment, *values, name=name)


def _shuffled(batches: Sequence[DetectionBatch], choose: Callable[[int], int]) -> list[DetectionBatch]:
    """Another interleaving of the sources, with earlier batches coming again."""
    waiting: dict[tuple[str, str], list[DetectionBatch]] = {}
    for item in batches:
        waiting.setdefault((item.site, item.source), []).append(item)
    order: list[DetectionBatch] = []
    while waiting:
        key = sorted(waiting)[choose(len(waiting))]
        order.append(waiting[key].pop(0))
        if not waiting[key]:
            del waiting[key]
        if choose(3) == 0:
            order.append(order[choose(len(order))])
    return order


@settings(max_examples=60, deadline=None)
@given(nights(), st.randoms(use_true_random=False))
def test_any_interleaving_with_any_replays_gives_the_same(batches: list[DetectionBatch], random: Random) -> None:
    """Within the settling time order of arrival means nothing: same incidents, memberships, and every word of why."""
    ends = NIGHT + timedelta(days=30)
    one, other = (region(hold=timedelta(days=10)).hear(Tick(now=NIGHT)) for _ in range(2))
    one.hear(*batches, Tick(now=ends))
    other.hear(*_shuffled(batches, random.randrange), Tick(now=ends))

    assert one.incidents == other.incidents
    assert one.memberships == other.memberships
    one.assert_explained()


@settings(max_examples=60, deadline=None)
@given(nights())
def test_versions_only_grow_and_nothing_is_said_twice(batches: list[DetectionBatch]) -> None:
    """Heard one by one at the time of each: every emitted version of an incident is above the last, every why is complete."""
    found = sorted((item.detection for part in batches for item in part.found), key=lambda item: (item.time, item.id))
    told = region().story(*found)

    latest: dict[str, int] = {}
    for name, version in told.versions:
        assert version > latest.get(name, 0)
        latest[name] = version
    assert latest == {name: body["version"] for name, body in told.incidents.items()}
    assert State.SHADOW not in {told.detections[body["detection_id"]]["state"] for body in told.memberships.values()}
    told.assert_explained()


@settings(max_examples=40, deadline=None)
@given(nights(), st.randoms(use_true_random=False))
def test_any_order_beyond_the_settling_still_explains_itself(batches: list[DetectionBatch], random: Random) -> None:
    """Late by days, the same detections may be grouped otherwise; why stays complete."""
    found = [item.detection for part in batches for item in part.found]
    random.shuffle(found)

    told = region().story(*found)
    told.assert_explained()
