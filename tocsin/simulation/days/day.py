"""One day of one establishment, as each kind of life needs to know it."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import NamedTuple

from tocsin.simulation.clock import anytime, working
from tocsin.simulation.places import Place


class Day(NamedTuple):
    """Everything that a kind of life is a function of."""

    place: Place
    rng: Random
    start: datetime
    number: int
    """Counted from the first day of the simulation, which is 0."""
    weekly: int
    """The night of the week on which the region's weekly things happen; the same everywhere."""
    scale: float
    """How much louder than usual the noise is."""
    seed: int

    @property
    def is_weekly(self) -> bool:
        """Whether the weekly things happen."""
        return self.number % 7 == self.weekly

    @property
    def has_portal(self) -> bool:
        """Whether the establishment has a patient portal."""
        return "web_access" in self.place.sources

    def times(self, usual: float) -> int:
        """How often something happens that happens ``usual`` times a day in a middling hospital; about a tenth more or less."""
        return max(1, round(usual * self.place.size * self.scale * self.rng.uniform(0.9, 1.1)))

    def at_work(self, usual: float) -> Iterator[datetime]:
        """So many moments, most of them in busy hours."""
        return (working(self.rng, self.start, self.place.site.zone) for _ in range(self.times(usual)))

    def at_any_time(self, usual: float) -> Iterator[datetime]:
        """So many moments, day and night alike."""
        return (anytime(self.rng, self.start) for _ in range(self.times(usual)))
