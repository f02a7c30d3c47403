"""tocsin.simulation.campaigns: the truth about each campaign is what the logs show, and what they do not."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from typing import NamedTuple

import orjson
import pytest

from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.detection import Entity
from schemas.event import Event, timestamp
from schemas.noun import parse_iso
from tocsin.simulation.campaigns import compte_fournisseur, nuit_de_tous, portail_exploite, rancongiciel_vpn
from tocsin.simulation.campaigns.campaign import Campaign
from tocsin.simulation.campaigns.chosen import CAMPAIGNS, campaigns
from tocsin.simulation.files import truth
from tocsin.simulation.inventing import places
from tocsin.simulation.places import PLACES
from tocsin.simulation.region import Simulated, SourceLog, region

START = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
SEEDS = (1, 2, 3)
MANY = range(40)
FAINT = 0.01
NIGHT_SEED = 4


@cache
def attacked(seed: int) -> Simulated:
    """A day with all campaigns; with one seed, the night of all."""
    return region(START, seed, scale=FAINT, names=(nuit_de_tous.NAME,) if seed == NIGHT_SEED else CAMPAIGNS)


@cache
def planned(seed: int) -> tuple[Campaign, ...]:
    """The campaigns alone."""
    return tuple(campaigns(seed, PLACES, START, 1, CAMPAIGNS))


def named(seed: int, name: str) -> Campaign:
    """One of them."""
    (found,) = (campaign for campaign in planned(seed) if campaign.name == name)
    return found


class Sighting(NamedTuple):
    """A line that shows something of an attacker."""

    site: str
    value: str
    time: datetime


@cache
def sightings(seed: int) -> tuple[Sighting, ...]:
    """Every line that shows an indicator, as the pipeline reads it. A supplier's account has its ordinary life, and is left out."""
    simulated = attacked(seed)
    values = [item.value for campaign in simulated.truth for item in campaign.indicators if item.kind != "supplier"]
    shown = re.compile(rf"(?<![0-9a-z-])({'|'.join(map(re.escape, values))})(?![0-9a-z-]|\.\d)".encode(), re.IGNORECASE)
    return tuple(
        Sighting(log.site, found.lower().decode(), timestamp(event))
        for log in simulated.sources
        for event, line in zip(_read(simulated, log), log.lines, strict=True)
        for found in set(shown.findall(line))
    )


def _read(simulated: Simulated, log: SourceLog) -> list[Event]:
    batch = RawBatch(
        site=log.site,
        source=log.file_name,
        source_type=log.source_type,
        epoch="test",
        positions=tuple(range(len(log.lines))),
        records=log.lines,
        received=START + DAY,
    )
    (site,) = (site for site in simulated.sites if site.finess == log.site)
    return normalise(batch, site)


ALL_RUNS = pytest.mark.parametrize("seed", [*SEEDS, pytest.param(NIGHT_SEED, id="night of all")])


@ALL_RUNS
def test_indicators_are_at_the_true_sites_and_at_no_other(seed: int) -> None:
    """What the attacker brings along is in the logs of the establishments that the truth names for it, and nowhere else."""
    for campaign in attacked(seed).truth:
        for indicator in (indicator for indicator in campaign.indicators if indicator.kind != "supplier"):
            seen = {sighting.site for sighting in sightings(seed) if sighting.value == indicator.value}
            assert seen == set(campaign.sites_of(indicator)), (campaign.name, indicator)


@ALL_RUNS
def test_nothing_of_an_attack_is_seen_before_it_begins_or_after_it_ends(seed: int) -> None:
    """Every line that shows an indicator lies within the strike at its establishment, to the second that the log tells."""
    for campaign in attacked(seed).truth:
        values = {indicator.value for indicator in campaign.indicators}
        for strike in campaign.strikes:
            times = [seen.time for seen in sightings(seed) if seen.site == strike.place.finess and seen.value in values]
            assert times
            assert strike.begin.replace(microsecond=0) <= min(times)
            assert max(times) <= strike.end


@pytest.mark.parametrize("seed", SEEDS)
def test_ordinary_days_show_no_indicator(seed: int) -> None:
    """Without campaigns no line of any establishment shows anything of an attacker."""
    quiet = region(START, seed, scale=FAINT, names=())
    values = [item.value.encode() for campaign in attacked(seed).truth for item in campaign.indicators if item.kind != "supplier"]
    assert len(values) > 15
    assert quiet.truth == ()
    lines = b"\n".join(line for log in quiet.sources for line in log.lines).lower()
    assert not [value for value in values if re.search(re.escape(value) + rb"(?![0-9])", lines)]
    assert b"203.0.113." not in lines


@pytest.mark.parametrize("seed", SEEDS)
def test_the_supplier_account_is_abused_where_the_truth_says(seed: int) -> None:
    """With a password it logs in at the two true establishments alone; its ordinary life is with a key."""
    entry = re.compile(rb"Accepted password for pacs-maint ")
    hit = {log.site for log in attacked(seed).sources if any(entry.search(line) for line in log.lines)}
    assert hit == set(named(seed, compte_fournisseur.NAME).sites)


@pytest.mark.parametrize("seed", MANY)
def test_a_campaign_is_at_as_many_trust_domains_as_sites(seed: int) -> None:
    """Three and two establishments that share no directory, all of it within the day."""
    assert [len(campaign.sites) for campaign in planned(seed)] == [3, 2, 2, 2]
    for campaign in planned(seed):
        assert len(campaign.trust_domains) == len(campaign.sites)
        assert START <= campaign.begin < campaign.end < START + DAY


@pytest.mark.parametrize("seed", MANY)
def test_campaigns_share_no_indicator(seed: int) -> None:
    """Unrelated attacks have nothing in common, whatever the seed."""
    for here, there in combinations(planned(seed), 2):
        assert set(here.indicators).isdisjoint(there.indicators)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ransomware_turns_its_infrastructure(seed: int) -> None:
    """Each site is entered from an address of its own, hours apart; the first and the last share only what encrypts."""
    first, second, last = named(seed, rancongiciel_vpn.NAME).strikes
    assert {indicator.kind for indicator in set(first.indicators) & set(last.indicators)} == {"hash"}
    assert {indicator.kind for indicator in set(first.indicators) & set(second.indicators)} == {"hash", "domain", "ip"}
    assert {indicator.kind for indicator in set(second.indicators) & set(last.indicators)} == {"hash", "domain", "ip"}
    assert second.begin - first.begin >= timedelta(hours=2)
    assert last.begin - second.begin >= timedelta(hours=2)


def test_the_account_is_the_only_link_with_an_odd_seed() -> None:
    """With an even seed the loot goes to one server as well."""
    for seed in MANY:
        one, other = named(seed, compte_fournisseur.NAME).strikes
        shared = {indicator.kind for indicator in set(one.indicators) & set(other.indicators)}
        assert shared == ({"supplier", "domain", "ip"} if seed % 2 == 0 else {"supplier"})


def test_the_supplier_account_comes_at_night() -> None:
    """Where it comes in by day there is a contract."""
    for seed in MANY:
        for strike in named(seed, compte_fournisseur.NAME).strikes:
            assert strike.begin.astimezone(strike.place.site.zone).hour in {2, 3, 4}


def test_two_unrelated_attacks_come_at_the_same_hours() -> None:
    """Loader and portal overlap in time, and in some runs one establishment is hit by both; the portal is watched at one at least."""
    both = 0
    for seed in MANY:
        _, _, loader, portal = planned(seed)
        assert loader.begin < portal.end
        assert portal.begin < loader.end
        both += not set(loader.sites).isdisjoint(portal.sites)
        assert any(portail_exploite.SEEN_BY in strike.place.sources for strike in portal.strikes)
    assert len(MANY) / 4 < both < len(MANY)


def test_the_night_of_all_is_a_night_at_all_eight() -> None:
    """One command server and one encryptor everywhere, rotating entries, all within the hours before the morning."""
    (campaign,) = attacked(NIGHT_SEED).truth
    assert set(campaign.sites) == {place.finess for place in PLACES}
    everywhere = {indicator.kind for indicator in campaign.indicators if len(campaign.sites_of(indicator)) == 8}
    assert everywhere == {"hash", "domain", "ip"}
    assert len([indicator for indicator in campaign.indicators if indicator.kind == "ip"]) == 5
    assert {strike.begin.astimezone(strike.place.site.zone).hour for strike in campaign.strikes} <= {2, 3, 4}


def test_one_campaign_is_the_same_without_the_others() -> None:
    """Each has its own addresses and its own dice."""
    for number, name in enumerate(CAMPAIGNS):
        (alone,) = campaigns(7, PLACES, START, 1, (name,))
        assert alone == planned(7)[number]


def test_a_long_simulation_is_attacked_in_its_second_half() -> None:
    """The quiet days before are what a baseline is made of."""
    for seed in MANY:
        for campaign in campaigns(seed, PLACES, START, 8, CAMPAIGNS):
            assert START + 4 * DAY <= campaign.begin < campaign.end < START + 8 * DAY


def test_a_large_region_is_attacked_as_well() -> None:
    """Invented establishments can be hit like the others."""
    fifty = places(50)
    hit = {site for seed in MANY for campaign in campaigns(seed, fifty, START, 1, CAMPAIGNS) for site in campaign.sites}
    assert hit - {place.finess for place in PLACES}


def test_the_truth_is_written_beside() -> None:
    """``truth.json`` says of each campaign its name, sites, trust domains, times, first attacks and indicators with their sites."""
    simulated = attacked(1)
    for plain, campaign in zip(orjson.loads(truth(simulated)), simulated.truth, strict=True):
        assert (plain["name"], tuple(plain["sites"])) == (campaign.name, campaign.sites)
        assert tuple(plain["trust_domains"]) == campaign.trust_domains
        assert parse_iso(plain["begin"]) == campaign.begin == min(map(parse_iso, plain["first_attack"].values()))
        assert parse_iso(plain["end"]) == campaign.end
        assert set(plain["first_attack"]) == set(campaign.sites)
        indicators = [Entity(kind=item["kind"], value=item["value"]) for item in plain["indicators"]]
        assert tuple(indicators) == campaign.indicators
        assert [tuple(item["sites"]) for item in plain["indicators"]] == [campaign.sites_of(item) for item in indicators]
