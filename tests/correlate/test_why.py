"""How an incident explains itself."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate import why
from schemas.detection import Level
from schemas.incident import Example, Link, Reason, RuleCount
from tests.builders import NIGHT, entity, many_sites

A, B, C, D = many_sites(4)


def tie(name: str, *sites: str, weight: float = 1.0) -> Link:
    """A value that ties these sites."""
    return Link(reason=Reason.SHARED_ENTITY, entity=entity(f"domain:{name}"), weight=weight, sites=sites)


def rule(name: str, level: Level = Level.HIGH, count: int = 1) -> RuleCount:
    """A rule's members."""
    return RuleCount(id=name, name=name, level=level, count=count)


@pytest.mark.parametrize(
    ("levels", "domains", "expected"),
    [
        ([Level.LOW, Level.HIGH], 1, Level.HIGH),
        ([Level.HIGH, Level.LOW], 2, Level.HIGH),
        ([Level.HIGH], 3, Level.CRITICAL),
        ([Level.CRITICAL], 50, Level.CRITICAL),
        ([Level.INFORMATIONAL], 3, Level.LOW),
    ],
)
def test_spread_raises_the_severity_by_one(levels: list[Level], domains: int, expected: Level) -> None:
    """The worst level, and one more from three trust domains on, never above the highest."""
    assert why.severity([rule(str(place), level) for place, level in enumerate(levels)], domains) is expected


@given(st.sampled_from(Level), st.integers(1, 60), st.integers(0, 50))
def test_a_score_never_falls_with_more_of_anything(level: Level, domains: int, techniques: int) -> None:
    """From 0 to 100, growing with level, spread and techniques."""
    score = why.score(level, domains, techniques)

    assert 0 <= score <= 100
    assert score <= min(why.score(level, domains + 1, techniques), why.score(level, domains, techniques + 1))
    assert all(score <= why.score(worse, domains, techniques) for worse in Level if worse.rank > level.rank)


def test_rules_add_up_worst_first() -> None:
    """A thousand harmless matches do not hide a critical one."""
    counts = why.count_rules((rule("noise", Level.LOW, 1000),), [rule("noise", Level.LOW), rule("bad", Level.CRITICAL)])

    assert [(item.id, item.count) for item in counts] == [("bad", 1), ("noise", 1001)]


def test_links_of_one_value_are_one() -> None:
    """All its sites in order; strongest, then widest, first."""
    links = why.join_links([tie("x", B), tie("weak", A, B, C, weight=0.5)], [tie("x", A), tie("y", A, B, C)])

    assert [(link.entity.value if link.entity else "", link.sites) for link in links] == [
        ("y", (A, B, C)),
        ("x", (A, B)),
        ("weak", (A, B, C)),
    ]


def test_a_rule_and_a_value_are_two_links() -> None:
    """What ties is part of what a link is."""
    by_rule = Link(reason=Reason.SITES_WITHIN, rule_id="r", weight=1, sites=(A, B))
    by_hosts = Link(reason=Reason.SAME_HOSTS, weight=1, sites=(A, B))

    assert len(why.join_links([by_rule, tie("x", A, B)], [by_hosts, by_rule])) == 3


def test_each_site_has_its_earliest_example() -> None:
    """By site; of two at one moment, the one with the lesser id."""

    def example(site: str, minute: int, name: str) -> Example:
        return Example(site=site, detection_id=name, event_ids=("e",), time=NIGHT + timedelta(minutes=minute))

    first, second, third = example(A, 5, "b"), example(A, 5, "a"), example(A, 9, "0")

    assert why.earliest_examples([example(B, 1, "x"), first], [third, second]) == (second, example(B, 1, "x"))


def test_missing_data_is_told_anew_and_signs_stay() -> None:
    """Each sign once, in one order, after the data that is missing now."""
    assert why.missing(("no logs of A",), (why.CUT, why.FORGOTTEN, why.CUT)) == ("no logs of A", why.FORGOTTEN, why.CUT)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([tie("x", A, B)], "x"),
        ([tie("x", A, B), tie("y", A, B)], None),
        ([tie("x", A, B, C), tie("y", A, B)], "x"),
        ([tie("x", A, B), tie("y", B, C), tie("z", A, C)], None),
        ([tie("x", A, B), tie("y", A, B), tie("z", B, C)], "z"),
    ],
)
def test_the_only_link_is_the_one_that_splits(links: list[Link], expected: str | None) -> None:
    """None when there is a second way round, also a long one."""
    found = why.only_link(links, {})

    assert (found.entity.value if found and found.entity else None) == expected


def test_what_ties_within_one_trust_domain_is_no_way_round() -> None:
    """Two sites of one GHT hang together anyway."""
    domains = {A: "GHT", B: "GHT"}

    assert why.only_link([tie("x", A, C), tie("y", B, C)], domains) is None
    assert why.only_link([tie("x", A, C), tie("y", A, B)], domains) == tie("x", A, C)


LINKS = st.lists(st.sets(st.sampled_from([A, B, C, D, *many_sites(9)[4:]]), min_size=2, max_size=4), min_size=1, max_size=25)


def together(links: Sequence[Link]) -> set[frozenset[str]]:
    """Which sites hang together, by walking."""
    groups: set[frozenset[str]] = set()
    for start in {site for link in links for site in link.sites}:
        reached = {start}
        while further := {site for link in links if reached & set(link.sites) for site in link.sites} - reached:
            reached |= further
        groups.add(frozenset(reached))
    return groups


@given(LINKS, st.integers(1, 25))
def test_the_links_that_are_kept_tell_the_same(ties: list[set[str]], limit: int) -> None:
    """Cut to any length, the same sites hang together, and the same single link, if any, would split them."""
    links = why.join_links((), [tie(f"v{place}.example", *sorted(sites)) for place, sites in enumerate(ties)])
    kept = why.strongest(links, limit)
    sites = {site for link in links for site in link.sites}

    assert together(kept) == together(links)
    assert [link for link in links if link in kept] == list(kept)
    assert len(kept) <= max(limit, 2 * (len(sites) - 1))
    if len(together(links)) == 1 and len(links) > limit:
        assert why.only_link(kept, {}) == why.only_link(links, {})
