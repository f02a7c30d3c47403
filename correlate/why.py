"""Explains an incident: how bad, how sure, and what would split it."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.detection import Level
from schemas.incident import Example, Link, RuleCount

FORGOTTEN = "a value was seen more often than is remembered: some detections from before the link was found are not members"
HURRIED = (
    "detections came faster than they could be put in order: heard in another order, the same ones could be grouped otherwise"
)
CUT = "more values, rules or entities belong to this incident than it lists"
SIGNS = (FORGOTTEN, HURRIED, CUT)
"""What is said once and stays. None of them names a value: some of it is not for every reader."""

_LEVEL_SCORE = {Level.INFORMATIONAL: 5, Level.LOW: 15, Level.MEDIUM: 35, Level.HIGH: 60, Level.CRITICAL: 80}
_PER_DOMAIN = 5
_PER_TECHNIQUE = 1
_SPREAD = 3
"""Trust domains from which the same attack is worse than its worst detection: current spread raises the severity."""


def severity(rules: Iterable[RuleCount], trust_domains: int) -> Level:
    """The worst level among the members, one higher from ``_SPREAD`` trust domains on."""
    worst = max((rule.level for rule in rules), key=lambda level: level.rank)
    levels = list(Level)
    return levels[min(worst.rank + 1, len(levels) - 1)] if trust_domains >= _SPREAD else worst


def score(level: Level, trust_domains: int, techniques: int) -> int:
    """0 to 100: how bad, then how far it has spread, then how much of an attack is seen."""
    return min(100, _LEVEL_SCORE[level] + _PER_DOMAIN * (trust_domains - 1) + _PER_TECHNIQUE * min(techniques, 5))


def count_rules(known: Sequence[RuleCount], fresh: Iterable[RuleCount]) -> tuple[RuleCount, ...]:
    """Add up counts by rule; worst level, then most frequent, first: a flood of harmless matches hides nothing."""
    counts = {rule.id: rule for rule in known}
    for rule in fresh:
        before = counts[rule.id].count if rule.id in counts else 0
        counts[rule.id] = rule.model_copy(update={"count": before + rule.count})
    return tuple(sorted(counts.values(), key=lambda rule: (-rule.level.rank, -rule.count, rule.id)))


def join_links(known: Sequence[Link], fresh: Iterable[Link]) -> tuple[Link, ...]:
    """One link for each value or rule, with all the sites it ties; strongest, then widest, first."""
    links = {_identity(link): link for link in known}
    for link in fresh:
        before = links.get(_identity(link))
        sites = {*link.sites, *(before.sites if before else ())}
        links[_identity(link)] = link.model_copy(update={"sites": tuple(sorted(sites))})
    return tuple(sorted(links.values(), key=lambda link: (-link.weight, -len(link.sites), _identity(link))))


def strongest(links: Sequence[Link], limit: int) -> tuple[Link, ...]:
    """At most ``limit`` links, in the order given, or as many as are needed.

    What holds all sites together is kept, and a second way round where there is one, so that ``only_link`` says the same (a sparse
    certificate of connectivity, Nagamochi and Ibaraki 1992).
    """
    if len(links) <= limit:
        return tuple(links)
    first = _spanning(links)
    second = _spanning([link for link in links if link not in first])
    others = [link for link in links if link not in first and link not in second]
    kept = [*first, *second, *others[: max(0, limit - len(first) - len(second))]]
    return tuple(link for link in links if link in kept)


def earliest_examples(known: Sequence[Example], fresh: Iterable[Example]) -> tuple[Example, ...]:
    """The earliest example of each site, by site."""
    best: dict[str, Example] = {}
    for example in (*known, *fresh):
        other = best.get(example.site)
        if other is None or (example.time, example.detection_id) < (other.time, other.detection_id):
            best[example.site] = example
    return tuple(best[site] for site in sorted(best))


def missing(data: Iterable[str], signs: Iterable[str]) -> tuple[str, ...]:
    """The data that is missing now, and every sign ever given."""
    texts = (*data, *signs)
    return (*(text for text in texts if text not in SIGNS), *(sign for sign in SIGNS if sign in texts))


def only_link(links: Sequence[Link], domain_of: Mapping[str, str]) -> Link | None:
    """The link without which the trust domains would no longer hang together; None when there is a second way round.

    Links that are not enough alone hold nothing.
    """
    holding = [link for link in links if link.weight >= 1]
    for link in holding:
        rest = [other for other in holding if other is not link]
        if len(_islands(links, rest, domain_of)) > 1:
            return link
    return None


def _islands(links: Sequence[Link], kept: Sequence[Link], domain_of: Mapping[str, str]) -> list[set[str]]:
    """Groups of trust domains that the kept links hold together."""
    islands = [{domain} for domain in {domain_of.get(site, site) for link in links for site in link.sites}]
    for link in kept:
        tied = {domain_of.get(site, site) for site in link.sites}
        apart = [island for island in islands if not island & tied]
        islands = [*apart, set().union(*(island for island in islands if island & tied))]
    return islands


def _spanning(links: Sequence[Link]) -> list[Link]:
    """The links that each tie sites which those before them left apart."""
    islands = [{site} for site in {site for link in links for site in link.sites}]
    needed = []
    for link in links:
        touched = [island for island in islands if not island.isdisjoint(link.sites)]
        if len(touched) > 1:
            needed.append(link)
            islands = [*(island for island in islands if island.isdisjoint(link.sites)), set().union(*touched)]
    return needed


def _identity(link: Link) -> tuple[str, str, str]:
    return link.reason, "+".join(entity.key for entity in (link.entity, *link.also) if entity), link.rule_id or ""
