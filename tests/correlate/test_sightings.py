"""Who saw which value."""

from datetime import timedelta
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from correlate import record
from correlate.sightings import MAX_PER_SITE, MAX_SIGHTINGS, REACH, Seen, Sighting, step
from tests.builders import NIGHT, many_sites

WEEK = REACH // timedelta(microseconds=1)


def alone(site: str) -> str:
    """Each site is its own trust domain."""
    return site


def seen(*sightings: Sighting) -> tuple[Seen, tuple[Sighting, ...]]:
    """The state after these, and what the last one tied."""
    state, tied = Seen(), ()
    for item in sightings:
        state, tied = step(state, item, alone)
    return state, tied


def saw(site: str, time: int, name: str = "") -> Sighting:
    """A sighting named after its site and time."""
    return Sighting(time, name or f"{site}-{time}", site)


def test_two_sites_are_tied_one_is_not() -> None:
    """Seen twice at one site ties nothing; another site ties all three."""
    assert seen(saw("a", 1), saw("a", 2))[1] == ()
    assert seen(saw("a", 1), saw("a", 2), saw("b", 3))[1] == (saw("a", 1), saw("a", 2), saw("b", 3))


def test_sites_of_one_trust_domain_are_one() -> None:
    """Two members of one GHT tie nothing."""
    first, _ = step(Seen(), saw("a", 1), lambda _: "ght")

    assert step(first, saw("b", 2), lambda _: "ght")[1] == ()


def test_the_reach_is_seven_days_both_ways() -> None:
    """To the microsecond, whether the new sighting is the later or the earlier."""
    for near, far in ((WEEK, WEEK + 1), (-WEEK, -WEEK - 1)):
        assert len(seen(saw("a", 0), saw("b", near))[1]) == 2
        assert seen(saw("a", 0), saw("b", far))[1] == ()


def test_seen_again_changes_nothing() -> None:
    """A replayed sighting leaves the state as it is and ties the same."""
    state, tied = seen(saw("a", 1), saw("b", 2))

    assert step(state, saw("b", 2), alone) == (state, tied)


def test_a_noisy_site_keeps_its_first_and_its_last() -> None:
    """The middle goes, is counted, and pushes nobody else out."""
    state, _ = seen(saw("b", -WEEK * 2), *(saw("a", time) for time in range(100)))
    times = [item.time for item in state.sightings if item.site == "a"]
    half = MAX_PER_SITE // 2

    assert times == [*range(half), *range(100 - half, 100)]
    assert saw("b", -WEEK * 2) in state.sightings
    assert state.dropped == 100 - MAX_PER_SITE


def test_what_is_tied_before_it_is_dropped_is_not_lost() -> None:
    """Only what goes before a link is found is missing among the members."""
    state, tied = seen(saw("b", 0), *(saw("a", time) for time in range(100)))

    assert state.dropped == 0
    assert tied[-1] == saw("a", 99)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), min_size=1, max_size=80))
def test_what_was_heard_last_is_always_tied(pairs: list[tuple[str, int]]) -> None:
    """However full the memory, a new sighting is among what it ties, and every other trust domain in memory too."""
    state = Seen()
    for site, time in pairs:
        before = state
        state, tied = step(state, saw(site, time), alone)
        others = {item.site for item in before.sightings} - {site}
        assert {item.site for item in tied} - {site} == others
        assert (saw(site, time) in tied) == bool(others)
        assert max((sum(item.site == name for item in state.sightings) for name in "abc"), default=0) <= MAX_PER_SITE


def test_a_value_seen_everywhere_fits_its_record() -> None:
    """Full of real ids, with every site of a large region in it."""
    start = record.microseconds(NIGHT)
    state = Seen()
    for number in range(12):
        for place, site in enumerate(many_sites(150)):
            name = sha256(f"{site}{number}".encode()).hexdigest()[:32]
            state, _ = step(state, Sighting(start + number * 1000 + place, name, site), alone)

    assert len(state.sightings) == MAX_SIGHTINGS
    assert len({item.site for item in state.sightings}) == 150
    data = record.pack(NIGHT, state)
    assert len(data) < record.MAX_STATE
    assert Seen.load(record.unpack(data)) == state
