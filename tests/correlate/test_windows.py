"""k sites within w, match by match."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from correlate import record
from correlate.windows import MAX_EPISODES, MAX_EVIDENCE, MAX_PER_SITE, REACH, Evidence, Met, Window, step
from tests.builders import NIGHT, many_sites

WIDTH = timedelta(seconds=10)
SECOND = 1_000_000
GHT = {"a1": "A", "a2": "A"}


def matched(site: str, second: float, name: str = "") -> Evidence:
    """A match at that second."""
    return Evidence(int(second * SECOND), name or f"{site}@{second}", site, (f"e-{site}@{second}",), ("0" * 16,))


def run(matches: Iterable[Evidence], window: Window = Window(), threshold: int = 3) -> tuple[Window, list[Met]]:  # noqa: B008 - frozen
    """The state after these matches, and all that was met."""
    met = []
    for item in matches:
        window, one = step(window, item, width=WIDTH, threshold=threshold, domain=lambda site: GHT.get(site, site))
        met += [one] if one else []
    return window, met


def told(*matches: Evidence, threshold: int = 3) -> list[list[str]]:
    """The sites counted each time something is met."""
    return [sorted({item.site for item in one.evidence}) for one in run(matches, threshold=threshold)[1]]


def test_the_third_site_meets_three_within_ten_seconds() -> None:
    """Two are silent; both ends of the window count; a microsecond beyond does not."""
    assert told(matched("a", 0), matched("b", 5)) == []
    assert told(matched("a", 0), matched("b", 5), matched("c", 10)) == [["a", "b", "c"]]
    assert told(matched("a", 0), matched("b", 5), matched("c", 10.000001)) == []


def test_repetition_is_silent_and_a_fourth_joins() -> None:
    """Nothing is said of a site that was said, and the episode keeps its name."""
    _, met = run([matched(site, second) for second in range(5) for site in "abc"] + [matched("d", 12), matched("a", 13)])

    assert [len({item.site for item in one.evidence}) for one in met] == [3, 4]
    assert len({one.episodes for one in met}) == 1


def test_sites_of_one_trust_domain_count_once_and_are_both_named() -> None:
    """Two members of a GHT are one of three; the second is still told of when it is hit."""
    assert told(matched("a1", 0), matched("a2", 1), matched("b", 2)) == []
    assert told(matched("a1", 0), matched("b", 1), matched("c", 2), matched("a2", 3)) == [
        ["a1", "b", "c"],
        ["a1", "a2", "b", "c"],
    ]


def test_an_episode_lasts_while_matches_follow() -> None:
    """Within one window of the last match a site joins; later it begins anew, with a name of its own."""
    _, met = run([*(matched(site, 0) for site in "abc"), matched("d", 10), matched("e", 20), *(matched(s, 31) for s in "abc")])

    assert [sorted({item.site for item in one.evidence}) for one in met] == [
        ["a", "b", "c"],
        ["a", "b", "c", "d"],
        ["d", "e"],
        ["a", "b", "c"],
    ]
    first, *_, last = (one.episodes for one in met)
    assert [one.episodes for one in met] == [first, first, first, last]
    assert first != last


def test_a_replayed_match_changes_nothing() -> None:
    """A match that is remembered is the same state, silently."""
    before, _ = run(matched(site, 0) for site in "abc")

    assert run([matched("c", 0)], before) == (before, [])


def test_late_matches_complete_an_earlier_window() -> None:
    """Days late, beside a running episode that goes on undisturbed."""
    day = 86_400
    _, met = run([
        matched("a", 0),
        *(matched(site, 3 * day) for site in "abc"),
        matched("b", 1),
        matched("c", 2),
        matched("d", 3 * day + 1),
        matched("d", 3),
    ])  # fmt: skip

    assert [len({item.site for item in one.evidence}) for one in met] == [3, 3, 4, 4]
    assert [one.episodes == met[0].episodes for one in met] == [True, False, True, False]
    assert met[1].episodes == met[3].episodes


def test_a_late_match_that_is_not_enough_ends_nothing() -> None:
    """The running episode keeps its name when a lonely match comes from before it."""
    _, met = run([*(matched(site, 1000) for site in "abc"), matched("a", 0), matched("d", 1001)])

    assert len(met) == 2
    assert met[0].episodes == met[1].episodes


def test_a_late_match_between_two_episodes_makes_them_one() -> None:
    """They are named together, the earlier first, and are one from then on."""
    _, met = run([
        *(matched(site, 0) for site in "abc"),
        *(matched(site, 18) for site in "abc"),
        matched("d", 9),
        matched("e", 19),
    ])  # fmt: skip

    first, second, both, after = (one.episodes for one in met)
    assert both == (*first, *second)
    assert after == first


def test_what_comes_later_than_the_reach_is_counted_alone_and_stops_nothing() -> None:
    """A match from before all memory meets nobody, and leaves the state as it was."""
    before, _ = run([matched("a", 0), matched("b", 1)])
    late = matched("c", -2 * REACH.total_seconds())

    assert run([late], before) == (before, [])
    assert len(run([late, matched("c", 2)], before)[1]) == 1


def test_one_noisy_site_is_bounded_and_met_all_the_same() -> None:
    """Thousands of matches leave some, the latest always; another site meets it, on time or some windows late."""
    window, _ = run([matched("a", second) for second in range(5000)], threshold=2)

    assert len(window.evidence) == MAX_PER_SITE
    assert window.evidence[-1] == matched("a", 4999)
    for second in (4999, 4990, 4980, 4970):
        assert run([matched("b", second)], window, threshold=2)[1]


def test_a_noisy_site_pushes_nobody_out() -> None:
    """In a full window it is the noisiest that loses a match."""
    quiet = [matched(f"q{number}", number / 1000) for number in range(MAX_EVIDENCE - 5)]
    window, _ = run([*quiet, *(matched("noisy", second) for second in range(10))], threshold=10**6)

    assert {item.site for item in quiet} < {item.site for item in window.evidence}
    assert len(window.evidence) == MAX_EVIDENCE


def test_a_full_window_fits_its_record() -> None:
    """Five hundred sites, real ids, the most episodes: below the bound, and read back as it was."""
    start = record.microseconds(NIGHT)
    window = Window()
    for night in range(MAX_EPISODES + 2):
        for place, site in enumerate(many_sites(500)):
            time = start + night * 100 * SECOND + place * 1000
            name = sha256(f"{site}{night}".encode()).hexdigest()[:32]
            new = Evidence(time, name, site, (name,), ("0" * 16, "1" * 16))
            window, _ = step(window, new, width=WIDTH, threshold=3, domain=lambda site: site)

    assert (len(window.evidence), len(window.episodes)) == (MAX_EVIDENCE, MAX_EPISODES)
    assert {len(episode.sites) for episode in window.episodes} == {500}
    data = record.pack(NIGHT, window)
    assert len(data) < record.MAX_STATE
    assert Window.load(record.unpack(data)) == window


MATCHES = st.lists(st.tuples(st.sampled_from(["a1", "a2", "b", "c", "d"]), st.integers(0, 60)), max_size=14, unique=True)


@settings(max_examples=300, deadline=None)
@given(MATCHES)
def test_it_says_what_counting_by_hand_says(pairs: list[tuple[str, int]]) -> None:
    """In any order: something is met exactly if some window of ten seconds holds three trust domains."""
    _, met = run(matched(site, second) for site, second in pairs)
    full = any(len({GHT.get(site, site) for site, second in pairs if start <= second <= start + 10}) >= 3 for _, start in pairs)

    assert bool(met) == full
    for one in met:
        times = [item.time for item in one.evidence]
        assert max(times) - min(times) <= 10 * SECOND
