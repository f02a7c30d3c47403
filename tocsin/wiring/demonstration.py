"""The demonstration, wired: a simulated region into an embedded pipeline, its mail into a mailbox of this machine."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.adapters.sqlite import Database
from tocsin.demonstration.life import Life
from tocsin.demonstration.mailbox import LOOPBACK, Mailbox, served
from tocsin.demonstration.score import Truth
from tocsin.settings import Region, read
from tocsin.simulation.campaigns.campaign import Campaign
from tocsin.simulation.files import region_toml
from tocsin.simulation.region import Simulated
from tocsin.wiring import single
from tocsin.wiring.rules import rulebook_of

Body = Mapping[str, Any]
Tell = Callable[[datetime, int, Sequence[Body]], None]
EVERYTHING = 1_000_000
TICK_SECONDS = 60.0
"""On the region's clock."""
KINDS = ("detection", "lead", "incident", "notice", "dead")


class Lived(NamedTuple):
    """What became of a region's days: how many lines were read, and what was stored, by kind."""

    lines: int
    stored: Mapping[str, Sequence[Body]]


class Demonstration:
    """One simulated region, from its first line to its last.

    Args:
        simulated: The region.
        folder: Where its file, its configuration and its mails go.
    """

    def __init__(self, simulated: Simulated, folder: Path) -> None:
        self.simulated = simulated
        self.mailbox = Mailbox(folder / "mails")
        self.configuration = folder / "region.toml"

    def prepare(self) -> None:
        """Write the configuration and an empty store, for a console that is opened before anything happens."""
        data = self._configured(LOOPBACK, 25).region.data
        data.parent.mkdir(parents=True, exist_ok=True)
        Database(data).close()

    def run(self, tell: Tell) -> Lived:
        """Live through all days; ``tell`` hears the region's time, the lines so far, and the incidents that are there."""
        with served(self.mailbox) as (host, port):
            return asyncio.run(self._live(self._configured(host, port), tell))

    def _configured(self, host: str, port: int) -> Region:
        server = f'[smtp]\nhost = "{host}"\nport = {port}\ntls = "none"\nsender = "tocsin@region.example.org"\n'
        self.configuration.write_text(f"{region_toml(self.simulated)}\n{server}", encoding="utf-8")
        return read(self.configuration, Region)

    async def _live(self, region: Region, tell: Tell) -> Lived:
        life = Life(self.simulated)
        running = single.embedded(
            region, rulebook_of(region.rules), clock=life.clock, fed_by=lambda log: partial(life.feed, log), durable=False
        )
        try:
            while await running.driver.round(tick_seconds=TICK_SECONDS):
                tell(life.now, life.lines, await running.store.recent("incident", EVERYTHING))
            return Lived(life.lines, {kind: await running.store.recent(kind, EVERYTHING) for kind in KINDS})
        finally:
            running.database.close()


def truth_of(campaign: Campaign) -> Truth:
    """What a campaign is held against."""
    hits = sorted((strike.begin, strike.place.site.trust_domain) for strike in campaign.strikes)
    second = next((begin for begin, domain in hits if domain != hits[0][1]), hits[0][0])
    return Truth(
        name=campaign.name,
        sites=tuple(campaign.sites),
        trust_domains=len(campaign.trust_domains),
        indicators=frozenset((indicator.kind, indicator.value) for indicator in campaign.indicators),
        second_hit=second,
    )
