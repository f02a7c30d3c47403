"""Correlations that count other correlations; references, aliases, generate, and rules that several correlations share."""

import pytest

from correlate.rules.load import load
from schemas.detection import State
from tests.builders import ANNECY, VIENNE
from tests.correlate.correlations.story import ID, RULES, Region, book, correlation, refusal, region, rule

INNER = "00000000-0000-4000-8000-0000000000aa"


def inner(
    kind: str = "event_count", condition: str = "{gte: 2}", *, name: str = "burst", number: str = INNER, **options: str
) -> str:
    """A correlation to be counted by another."""
    return (
        correlation(kind, condition, **options)
        .replace(ID, number)
        .replace("the_correlation", name)
        .replace("The corr", "Inner corr")
    )


def by_rule(told: Region) -> dict[str, list[float]]:
    """When each correlation fired."""
    return {
        name: [end for end, body in zip(told.ends, told.raised, strict=True) if body["rule.name"] == name]
        for name in dict.fromkeys(body["rule.name"] for body in told.raised)
    }


@pytest.mark.parametrize("reference", ["burst", INNER])
def test_both_levels_fire_and_group_fields_are_kept(reference: str) -> None:
    """Failures in bursts, then a success of the same user: the inner one in shadow, the outer one on, with the events of both."""
    outer = correlation("temporal_ordered", rules=f"[{reference}, b]")
    told = region(inner(), outer).see((0, "a"), (1, "a")).see((2, "b"), user="eve")
    assert by_rule(told) == {"Inner correlation": [1]}
    told.see((3, "b"))

    assert by_rule(told) == {"Inner correlation": [1], "The correlation": [3]}
    first, second = told.raised
    assert (first["state"], second["state"]) == (State.SHADOW, State.ON)
    assert second["event_ids"] == ["e00001", "e00002", "e00004"]


def test_an_inner_correlation_with_more_group_fields() -> None:
    """The outer one groups by one of the inner one's fields: bursts on two hosts of one user."""
    outer = correlation("value_count", "{gte: 2, field: host.name}", rules="[burst]")
    told = region(inner(by="[user.name, host.name]"), outer).see((0, "a"), (1, "a"), host__name="x")
    assert "The correlation" not in by_rule(told)
    assert by_rule(told.see((2, "a"), (3, "a"), host__name="y"))["The correlation"] == [3]


def test_a_field_that_the_inner_one_does_not_group_by_is_refused() -> None:
    """It could only be guessed."""
    outer = correlation("event_count", "{gte: 2}", rules="[burst]", by="[host.name]")
    refusals = load((f"{number}.yml", text) for number, text in enumerate((inner(), outer, *RULES))).refusals
    assert "no group-by field of the correlation 'burst'" in refusals[0].reason


def test_three_levels_in_any_order_of_files() -> None:
    """Each correlation is read after those it refers to."""
    middle = inner("event_count", "{gte: 2}", name="bursts", number=INNER[:-1] + "b", rules="[burst]", span="1m")
    outer = correlation("temporal", rules="[bursts, b]", span="2m")
    told = region(outer, middle, inner()).see((0, "a"), (1, "a"), (30, "a"), (31, "a"), (40, "b"))
    assert told.ends == [1, 31, 31, 40]


def test_correlations_that_refer_to_one_another_are_refused() -> None:
    """A circle never ends."""
    one = inner(name="one", rules="[two]")
    two = inner(name="two", number=INNER[:-1] + "b", rules="[one]")
    refusals = load((f"{number}.yml", text) for number, text in enumerate((one, two))).refusals
    assert len(refusals) == 2
    assert all("unknown, refused, or a correlation that counts it" in refusal.reason for refusal in refusals)


def test_an_absence_may_be_a_step_and_is_refused_where_it_would_always_be_late() -> None:
    """A heartbeat stops, then B: fires. What is itself judged when its window closes would have closed before."""
    silence = inner("event_count", "{eq: 0}")
    told = region(silence, correlation("temporal", rules="[burst, b]", span="1m")).see((0, "a"), (20, "b"), (1000, "other"))
    assert by_rule(told) == {"Inner correlation": [10], "The correlation": [20]}

    outer = correlation("temporal", "b and not burst", rules="[burst, b]")
    (refused,) = load((f"{number}.yml", text) for number, text in enumerate((silence, outer, *RULES))).refusals
    assert "could tell" in refused.reason


def test_k_sites_of_a_correlation() -> None:
    """A correlation over sites counts what a correlation inside each of them raised."""
    outer = correlation("value_count", "{gte: 2, field: organization.id}", rules="[burst]", by="[]", span="1h")
    told = region(inner(), outer).see((0, "a"), (1, "a"), (2, "a")).see((5, "a"), site=ANNECY)
    assert "The correlation" not in by_rule(told)
    told.see((6, "a"), site=ANNECY)
    assert by_rule(told)["The correlation"] == [6]
    assert told.raised[-1]["sites"] == [VIENNE, ANNECY]


def test_generate_lets_the_inner_one_alert_too() -> None:
    """Without it, only the outermost correlation does; the rules below likewise."""
    outer = correlation("temporal", rules="[burst, b]", more="generate: true")
    told = region(inner(more="generate: true"), outer).see((0, "a"), (1, "a"))
    assert told.raised[0]["state"] == State.ON
    ((found,),) = told.detector.detect([told.event(2, "a")])
    assert found.state is State.ON
    ((silent,),) = region(inner()).detector.detect([told.event(2, "a")])
    assert silent.state is State.SHADOW
    assert silent.groups


def test_a_name_an_id_and_a_mapped_alias() -> None:
    """One name over fields that differ by rule; each rule is referred to once by name and once by id."""
    text = correlation(
        "temporal",
        rules="[a, 00000000-0000-4000-8000-000000000002]",
        by="[who]",
        more="aliases: {who: {a: user.name, b: winlog.event_data.TargetUserName}}",
    )
    told = region(text).see((0, "a")).see((1, "b"), user=None, winlog__event_data__TargetUserName="eve")
    assert told.ends == []
    assert told.see((2, "b"), user=None, winlog__event_data__TargetUserName="BOB").ends == [2]


def test_an_alias_must_speak_of_every_rule() -> None:
    """A rule without the field would never count."""
    text = correlation("temporal", rules="[a, b]", by="[who]", more="aliases: {who: {a: user.name}}")
    assert "the alias 'who' says nothing of the rule" in refusal(text)
    assert "unknown" in refusal(correlation("temporal", rules="[a]", more="aliases: {who: {zzz: user.name}}"))


def test_a_field_is_mapped_for_each_rule() -> None:
    """One Sigma field is read where each rule's log source has it: ``User`` of a process creation, and of a Linux process."""
    windows = rule("w", 11).replace("{product: demo}", "{product: windows, category: process_creation}")
    linux = rule("l", 12).replace("{product: demo}", "{product: linux, category: process_creation}")
    found = book(correlation("event_count", "{gte: 2}", rules="[w, l]", by="[User]"), rules=(windows, linux)).countings[0]
    assert found.keys[found.rules[0]] != found.keys[found.rules[1]]


def test_two_correlations_that_share_a_rule_both_fire() -> None:
    """Each has its own state."""
    other = inner(name="other", rules="[a]", condition="{gte: 3}")
    assert by_rule(region(correlation("event_count", "{gte: 2}"), other).see((0, "a"), (1, "a"), (2, "a"))) == {
        "The correlation": [1],
        "Inner correlation": [2],
    }


def test_an_unknown_rule_is_refused() -> None:
    """The reason names it."""
    assert "'zzz'" in refusal(correlation("event_count", "{gte: 2}", rules="[zzz]"))


def test_too_long_a_timespan_is_refused() -> None:
    """Matches are remembered for seven days."""
    assert "7 days" in refusal(correlation("event_count", "{gte: 2}", span="8d"))
    assert "Timespan" in refusal(correlation("event_count", "{gte: 2}", span="5"))
