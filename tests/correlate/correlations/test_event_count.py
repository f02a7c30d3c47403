"""event_count: how many events, in a window that slides over event time."""

import pytest

from schemas.detection import State
from tests.builders import ANNECY, VIENNE
from tests.correlate.correlations.story import ID, correlation, region

THREE = correlation("event_count", "{gte: 3}")


def test_exactly_the_timespan_counts() -> None:
    """Both ends of the window count."""
    assert region(THREE).see((0, "a"), (5, "a"), (10, "a")).ends == [10]


def test_a_millisecond_more_than_the_timespan_does_not() -> None:
    """Event time decides to the microsecond."""
    assert region(THREE).see((0, "a"), (5, "a"), (10.001, "a")).ends == []


def test_a_window_straddles_a_round_minute() -> None:
    """Windows slide; they are no buckets of the clock."""
    assert region(THREE).see((55, "a"), (59, "a"), (61, "a")).ends == [61]


def test_the_detection_is_whole() -> None:
    """It names its rule, events, site, entities and count, and is on by its status and level."""
    (found,) = region(THREE).see((0, "a"), (1, "a"), (2, "a"), source__ip="203.0.113.9").raised

    assert (found["rule.id"], found["rule.name"], found["kind"]) == (ID, "The correlation", "sigma_correlation")
    assert found["event_ids"] == ["e00001", "e00002", "e00003"]
    assert (found["site"], found["sites"], found["counted"]) == (VIENNE, [], 3)
    assert {"kind": "ip", "value": "203.0.113.9"} in found["entities"]
    assert (found["state"], found["signs"]) == (State.ON, [])


def test_several_rules_count_together_and_one_event_counts_once() -> None:
    """Two rules that match the same event make one event; different events add up."""
    text = correlation("event_count", "{gte: 3}", rules="[a, b]")
    assert region(text).see((0, "a b"), (1, "a b")).ends == []
    assert region(text).see((0, "a b"), (1, "a"), (2, "b")).ends == [2]


def test_groups_do_not_add_up() -> None:
    """Three events of two users are no three of one; case does not make a user another."""
    told = region(THREE).see((0, "a"), (1, "a")).see((2, "a"), user="eve")
    assert told.ends == []
    assert told.see((3, "a"), user="BOB").ends == [3]


def test_all_group_by_fields_make_one_key() -> None:
    """A user on two hosts is two groups."""
    text = correlation("event_count", "{gte: 2}", by="[user.name, host.name]")
    told = region(text).see((0, "a"), host__name="x").see((1, "a"), host__name="y")
    assert told.ends == []
    assert told.see((2, "a"), host__name="x").ends == [2]


def test_without_group_by_all_of_a_trust_domain_count_together() -> None:
    """But never those of another hospital."""
    text = correlation("event_count", "{gte: 3}", by="[]")
    told = region(text).see((0, "a")).see((1, "a"), user="eve").see((2, "a"), site=ANNECY)
    assert told.ends == []
    assert told.see((3, "a"), user="zoe").ends == [3]


def test_the_same_account_at_two_hospitals_is_two() -> None:
    """The trust domain is part of the key; two members of one GHT have one directory, and both are named."""
    moments = [(0, "a"), (1, "a")]
    assert region(THREE).see(*moments).see((2, "a"), site=ANNECY).ends == []
    (found,) = region(THREE, ght={VIENNE: "GHT", ANNECY: "GHT"}).see(*moments).see((2, "a"), site=ANNECY).raised
    assert found["sites"] == [VIENNE, ANNECY]


def test_grouping_by_the_site_separates_a_trust_domain() -> None:
    """A rule that groups by organization.id counts each establishment alone."""
    text = correlation("event_count", "{gte: 3}", by="[organization.id]")
    told = region(text, ght={VIENNE: "GHT", ANNECY: "GHT"}).see((0, "a"), (1, "a")).see((2, "a"), site=ANNECY)
    assert told.ends == []
    assert told.see((3, "a")).ends == [3]


@pytest.mark.parametrize("user", [None, [], ["bob", "eve"]])
def test_a_missing_group_key_leaves_the_event_out(user: object) -> None:
    """Nothing is pooled under nothing, and several values are not guessed from."""
    assert region(THREE).see((0, "a"), (1, "a")).see((2, "a"), (3, "a"), (4, "a"), user=user).ends == []


def test_more_than_and_ranges_with_a_lower_bound() -> None:
    """Gt needs one more; two lower bounds hold together."""
    assert region(correlation("event_count", "{gt: 3}")).see((0, "a"), (1, "a"), (2, "a")).ends == []
    assert region(correlation("event_count", "{gt: 3}")).see((0, "a"), (1, "a"), (2, "a"), (3, "a")).ends == [3]
    assert region(correlation("event_count", "{gt: 1, gte: 3}")).see((0, "a"), (1, "a"), (2, "a")).ends == [2]


def test_an_episode_is_told_of_once_and_again_when_it_has_doubled() -> None:
    """A flood is no flood of alerts; the count of each update is exact; the ids differ."""
    told = region(THREE).see(*((second, "a") for second in range(100)))

    assert [body["counted"] for body in told.raised] == [3, 6, 12, 24, 48, 96]
    assert len({body["id"] for body in told.raised}) == 6


def test_after_a_quiet_timespan_it_fires_again() -> None:
    """An episode ends when the condition has not held for a timespan; the next one is another."""
    told = region(THREE).see((0, "a"), (1, "a"), (2, "a"), (20, "a"), (21, "a"), (22, "a"))
    assert told.ends == [2, 22]
    assert len({body["id"] for body in told.raised}) == 2


def test_what_it_raises_ties_hospitals_like_any_other_detection() -> None:
    """Two hospitals with three failures each from one public address are one incident, through the correlation alone."""
    told = region(THREE).see((0, "a"), (1, "a"), (2, "a"), source__ip="203.0.113.66")
    told.see((3, "a"), (4, "a"), (5, "a"), source__ip="203.0.113.66", site=ANNECY)

    (incident,) = told.incidents.values()
    assert incident["sites"] == [VIENNE, ANNECY]
    assert {rule["id"] for rule in incident["why"]["rules"]} == {ID}
