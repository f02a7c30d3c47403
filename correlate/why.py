"""Explains an incident: how bad, how sure, and what would split it."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.detection import Level
from schemas.incident import Example, Link, RuleCount

NO_BASELINE = "none: no snapshot of what is normal exists yet, so rarity was not weighed"

MAX_RULES = 100
"""Rules counted by name in one incident."""

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
    """Add up counts by rule, most frequent first."""
    counts = {rule.id: rule for rule in known}
    for rule in fresh:
        before = counts[rule.id].count if rule.id in counts else 0
        counts[rule.id] = rule.model_copy(update={"count": before + rule.count})
    return tuple(sorted(counts.values(), key=lambda rule: (-rule.count, rule.id))[:MAX_RULES])


def join_links(known: Sequence[Link], fresh: Iterable[Link]) -> tuple[Link, ...]:
    """One link for each value or rule, with all the sites it ties; strongest, then widest, first."""
    links = {_identity(link): link for link in known}
    for link in fresh:
        before = links.get(_identity(link))
        sites = {*link.sites, *(before.sites if before else ())}
        links[_identity(link)] = link.model_copy(update={"sites": tuple(sorted(sites))})
    return tuple(sorted(links.values(), key=lambda link: (-link.weight, -len(link.sites), _identity(link))))


def earliest_examples(known: Sequence[Example], fresh: Iterable[Example]) -> tuple[Example, ...]:
    """The earliest example of each site, by site."""
    best: dict[str, Example] = {}
    for example in (*known, *fresh):
        other = best.get(example.site)
        if other is None or (example.time, example.detection_id) < (other.time, other.detection_id):
            best[example.site] = example
    return tuple(best[site] for site in sorted(best))


def only_link(links: Sequence[Link], domain_of: Mapping[str, str]) -> Link | None:
    """The link without which the trust domains would no longer hang together; None when there is a second way round."""
    for link in links:
        rest = [other for other in links if other is not link]
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


def _identity(link: Link) -> tuple[str, str, str]:
    return link.reason, link.entity.key if link.entity else "", link.rule_id or ""
