"""Holds what was found against what really happened. The pipeline never sees the truth; this comes after it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Body = Mapping[str, Any]
WEEK = timedelta(days=7)


class Truth(NamedTuple):
    """One campaign, as the simulator staged it."""

    name: str
    sites: tuple[str, ...]
    trust_domains: int
    indicators: frozenset[tuple[str, str]]
    """Kind and value."""
    second_hit: datetime
    """When it reached a second trust domain: nobody can join it before."""


class Match(NamedTuple):
    """What became of one campaign; ``incidents`` are the living ones that speak of one of its indicators, the widest first."""

    campaign: Truth
    incidents: tuple[Body, ...]

    @property
    def found(self) -> bool:
        """Whether an incident tells of it."""
        return bool(self.incidents)

    @property
    def sites_right(self) -> bool:
        """Whether one incident names all its sites and no other."""
        return len(self.incidents) == 1 and set(self.incidents[0]["sites"]) == set(self.campaign.sites)

    @property
    def time_to_join(self) -> timedelta | None:
        """From the first act at the second site to the detection that joined the two, on the region's clock.

        Never below zero: some logs cut their seconds.
        """
        opened = [datetime.fromisoformat(incident["opened"]) for incident in self.incidents]
        return max(min(opened) - self.campaign.second_hit, timedelta(0)) if opened else None


class Score(NamedTuple):
    """The demonstration's result."""

    matches: tuple[Match, ...]
    wrongly_joined: int
    """Incidents that speak of two campaigns."""
    extra: tuple[Body, ...]
    """Cross-site incidents that are no campaign's."""
    duration: timedelta

    @property
    def found(self) -> int:
        """Campaigns found."""
        return sum(match.found for match in self.matches)

    @property
    def sites_right(self) -> int:
        """Campaigns that are one incident with all their sites."""
        return sum(match.sites_right for match in self.matches)

    @property
    def items_a_week(self) -> int:
        """How many regional items an analyst would have had in a week for nothing, at this rate."""
        return round(len(self.extra) * (WEEK / self.duration))

    @property
    def perfect(self) -> bool:
        """Whether all is as it should be."""
        return self.sites_right == len(self.matches) and not self.wrongly_joined

    def __str__(self) -> str:
        """The last line of the demonstration."""
        count = len(self.matches)
        return (
            f"campaigns {self.found} of {count} found, sites right {self.sites_right} of {count}, "
            f"wrongly joined {self.wrongly_joined}, regional items a week {self.items_a_week}"
        )


def score(truth: Sequence[Truth], incidents: Collection[Body], duration: timedelta) -> Score:
    """Compare campaigns that reached two trust domains with the living incidents that span two."""
    regional = [body for body in incidents if len(body["trust_domains"]) > 1 and not body["merged_into"]]
    spoken = {body["id"]: _spoken(body) for body in regional}
    campaigns = [campaign for campaign in truth if campaign.trust_domains > 1]
    told = {body["id"]: sum(bool(campaign.indicators & spoken[body["id"]]) for campaign in campaigns) for body in regional}
    matches = tuple(
        Match(
            campaign,
            tuple(
                sorted(
                    (body for body in regional if campaign.indicators & spoken[body["id"]]),
                    key=lambda body: (-len(set(body["sites"]) & set(campaign.sites)), body["id"]),
                )
            ),
        )
        for campaign in campaigns
    )
    extra = tuple(body for body in regional if not told[body["id"]])
    return Score(matches, sum(count > 1 for count in told.values()), extra, duration)


def _spoken(body: Body) -> frozenset[tuple[str, str]]:
    """The values that an incident speaks of: what links it, and what its detections name."""
    linking = [entity for link in body["why"]["links"] if link["entity"] for entity in (link["entity"], *link["also"])]
    return frozenset((entity["kind"], entity["value"]) for entity in (*linking, *body["entities"]))
