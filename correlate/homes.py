"""Which incidents a tie belongs to: by what it names, what it counted, the hosts it is on, and the sites it is at."""

from collections.abc import Collection, Iterable, Mapping

from correlate import alongside, anchors, entry
from correlate.memory import Folder, home_of
from correlate.spread import spanning
from correlate.ties import ENOUGH_ALONE, Tie
from schemas.detection import Level
from schemas.incident import Incident, Link, Reason

HALF = 0.5
"""Weight of what says that two matters are one, and ties no hospitals by itself."""


class Homes:
    """Finds them.

    Args:
        domain_of: Trust domain of each site.
    """

    def __init__(self, domain_of: Mapping[str, str]) -> None:
        self._domain_of = domain_of

    def of(self, folder: Folder, tie: Tie) -> tuple[list[Incident], list[Link]]:
        """The incidents that the tie is part of, and what says so beside its own links."""
        homes = folder.homes(home_of(folder.memory, name) for name in tie.names)
        homes |= self._of_the_counted(folder, tie)
        near = self._on_the_same_hosts(folder, tie)
        links = [_same_hosts(sites) for name, (_, sites) in sorted(near.items()) if name not in homes]
        homes |= {name: home for name, (home, _) in near.items()}
        if beside := self._beside(folder, tie, homes):
            homes |= beside
            links.append(_same_sites(tie.sites))
        return list(homes.values()), links

    def domains(self, sites: Iterable[str]) -> frozenset[str]:
        """The trust domains of these sites."""
        return frozenset(map(self._domain, sites))

    def _domain(self, site: str) -> str:
        return self._domain_of.get(site, site)

    def _of_the_counted(self, folder: Folder, tie: Tie) -> dict[str, Incident]:
        """The incidents that what was counted is part of, at two trust domains: the count says of them what they are."""
        seen = ((folder.living(home_of(folder.memory, name)), self._domain(site)) for site, name in tie.counted)
        return folder.homes(spanning((home, domain) for home, domain in seen if home))

    def _on_the_same_hosts(self, folder: Folder, tie: Tie) -> dict[str, tuple[Incident, tuple[str, ...]]]:
        """The incidents that hold the hosts of the tie, with the sites of those hosts."""
        found = {}
        for inside in (False, True):
            held = anchors.holders(
                tie.places,
                lambda place: folder.living(anchors.incident_at(folder.memory, place, inside=inside)),  # noqa: B023 - called here
            )
            for name, home in folder.homes(held).items():
                if _is_mostly(home, self.domains(held[name])) and (inside or not (tie.has_value and _shares_a_value(home))):
                    found[name] = (home, held[name])
        return found

    def _beside(self, folder: Folder, tie: Tie, homes: Mapping[str, Incident]) -> dict[str, Incident]:
        """What goes on at the same sites in the same hours: whatever has three of them in common, or the one that can be meant.

        What nobody doubts takes the ways in at its sites with it, which were seen before it was.
        """
        domains = self.domains(tie.sites).union(*(home.trust_domains for home in homes.values()))
        shared = alongside.beside(folder.memory, domains, tie.begin, tie.end, folder.living)
        others = {
            name: home for name, home in folder.homes(shared).items() if name not in homes and _is_mostly(home, shared[name])
        }
        wide = {name: home for name, home in others.items() if len(shared[name]) >= alongside.WIDE}
        if any(_is_beyond_doubt(home) for home in homes.values()):
            wide |= {name: home for name, home in others.items() if entry.is_entry(home.techniques)}
        if homes or wide:
            return wide
        fitting = {name: home for name, home in others.items() if _may_be_meant(tie, home)}
        return fitting if len(fitting) == 1 else {}


def _is_mostly(incident: Incident, domains: Collection[str]) -> bool:
    """Whether these are half of its trust domains at least: what is everywhere would swallow whatever happens anywhere.

    An attack that nobody doubts is exempt: on the worst night it is everywhere.
    """
    return 2 * len(domains) >= len(incident.trust_domains) or _is_beyond_doubt(incident)


def _is_beyond_doubt(incident: Incident) -> bool:
    return incident.why.rules[0].level is Level.CRITICAL


def _may_be_meant(tie: Tie, incident: Incident) -> bool:
    """Whether they can be one although no value says so: one of them has none, or is only the way in to what nobody doubts."""
    apart = tie.has_value and _shares_a_value(incident)
    return not apart or (entry.is_entry(tie.techniques) and _is_beyond_doubt(incident))


def _shares_a_value(incident: Incident) -> bool:
    """Whether the incident has an attacker's value of its own: another value at the same sites may be another attacker."""
    return any(link.entity for link in incident.why.links)


def _same_hosts(sites: tuple[str, ...]) -> Link:
    return Link(reason=Reason.SAME_HOSTS, weight=ENOUGH_ALONE, sites=sites)


def _same_sites(sites: tuple[str, ...]) -> Link:
    return Link(reason=Reason.SAME_SITES, weight=HALF, sites=sites)
