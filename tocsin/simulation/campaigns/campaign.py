"""A campaign and its strikes: what happens, and the truth that the pipeline never reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from schemas.detection import Entity
from schemas.site import Finess
from tocsin.simulation.clock import DAY, at_local
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import Place

COUNTRIES = ("Moldova", "Seychelles", "Russian Federation", "Panama", "Viet Nam", "Iran")
"""Where attackers log in from; nobody on the staff lives there."""
HOSTERS = ("Netherlands", "Germany", "Finland")
"""Where rented servers stand."""


class Server(NamedTuple):
    """What the attacker has in the Internet."""

    domain: str
    ip: str

    @property
    def indicators(self) -> tuple[Entity, Entity]:
        """Its registered domain and its address."""
        return Entity(kind="domain", value=self.domain), Entity(kind="ip", value=self.ip)


@dataclass(frozen=True, slots=True)
class Strike:
    """What happens at one establishment, and what of the attacker can be seen there."""

    place: Place
    happenings: tuple[Happening, ...]
    indicators: tuple[Entity, ...]

    @property
    def begin(self) -> datetime:
        """The first attack."""
        return min(happening.time for happening in self.happenings)

    @property
    def end(self) -> datetime:
        """The last thing that the attacker does there."""
        return max(happening.time for happening in self.happenings)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One matter, in the order of its strikes."""

    name: str
    strikes: tuple[Strike, ...]

    @property
    def sites(self) -> tuple[Finess, ...]:
        """Who is hit, the first one first."""
        return tuple(strike.place.finess for strike in self.strikes)

    @property
    def trust_domains(self) -> tuple[str, ...]:
        """Those of the sites, each once."""
        return tuple(dict.fromkeys(strike.place.site.trust_domain for strike in self.strikes))

    @property
    def begin(self) -> datetime:
        """The first attack at any site."""
        return min(strike.begin for strike in self.strikes)

    @property
    def end(self) -> datetime:
        """When the last strike is over."""
        return max(strike.end for strike in self.strikes)

    @property
    def indicators(self) -> tuple[Entity, ...]:
        """All that can be seen of the attacker, each once."""
        return tuple(dict.fromkeys(indicator for strike in self.strikes for indicator in strike.indicators))

    def sites_of(self, indicator: Entity) -> tuple[Finess, ...]:
        """Where it can be seen."""
        return tuple(strike.place.finess for strike in self.strikes if indicator in strike.indicators)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a campaign may use: a day, places, and addresses and names that no other campaign has."""

    rng: Random
    places: tuple[Place, ...]
    start: datetime
    """Of the day on which it happens; it ends within 24 hours."""
    addresses: Sequence[str]
    seed: int

    def server(self, number: int, word: str) -> Server:
        """A rented server, named after the word."""
        return Server(f"{word}-{self.rng.getrandbits(24):06x}.example", self.addresses[number])

    def hour(self, earliest: float, latest: float, room: timedelta) -> datetime:
        """A moment between two local hours of the first place, with room for what follows."""
        moment = at_local(self.start, self.places[0].site.zone, self.rng.uniform(earliest, latest))
        return min(moment, self.start + DAY - room)

    def pick(self, count: int, *needed: str, first: Place | None = None) -> list[Place]:
        """Places of different trust domains that have these sources, in the order of being hit; ``first`` is one of them if it can be.

        Raises:
            ValueError: there are not as many.
        """
        able = [place for place in self.places if set(needed) <= set(place.sources)]
        self.rng.shuffle(able)
        if first in able:
            able.sort(key=lambda place: place is not first)
        apart = {place.site.trust_domain: place for place in reversed(able)}
        found = [place for place in able if apart[place.site.trust_domain] is place][:count]
        if len(found) < count:
            raise ValueError(
                f"a campaign needs {count} establishments with {' and '.join(needed) or 'logs'}; there are {len(found)}"
            )
        return found
