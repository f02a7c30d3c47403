"""The three stages, made from the settings."""

from collections.abc import Iterable
from datetime import UTC, datetime

from correlate.guards import Guards
from correlate.rules.select import Finder
from correlate.stage import Correlator
from notify.region import Desk
from notify.region import Region as Known
from notify.stage import Escalator
from schemas.errors import ConfigurationError
from schemas.site import Contact, Site
from tocsin.analysis import Analysis
from tocsin.settings import Region, RegionSection
from tocsin.wiring.indicators import beside
from tocsin.wiring.rules import Rules, detector


def utc_now() -> datetime:
    """The clock of every driver."""
    return datetime.now(UTC)


def single_site(finess: str, timezone: str) -> Site:
    """A site of which only this is known.

    Raises:
        ConfigurationError: the zone does not exist.
    """
    try:
        return Site(finess=finess, name=finess, timezone=timezone)
    except ValueError as error:
        raise ConfigurationError(f"--timezone {timezone}: not an IANA time zone, such as Europe/Paris") from error


def region_of(sites: Iterable[str]) -> Region:
    """A region of which only the sites' numbers are known: for a replay without a configuration."""
    section = RegionSection(
        name="replay",
        contacts=(Contact(role="grades", name="replay", email="replay@tocsin.invalid"),),
        desk=Desk(name="replay", phone="0000"),
    )
    return Region(region=section, site=tuple(Site(finess=finess, name=finess) for finess in sorted(set(sites))))


def analysis(region: Region, rules: Rules) -> Analysis:
    """The stage that turns raw batches into events and detections."""
    known = {site.finess: site for site in region.site}
    return Analysis(known, finder(region, rules), region.region.event_key.get_secret_value().encode())


def finder(region: Region, rules: Rules) -> Finder:
    """What finds detections in a region's events; made anew at a reload."""
    return beside(detector(rules), region.indicators)


def count(stage: Correlator, rules: Rules) -> None:
    """Let a running stage count for the correlations of these rules."""
    stage.use(rules.book.sites_within, rules.book.countings)


def correlator(region: Region, rules: Rules, *, at_once: bool = False) -> Correlator:
    """The stage that turns detections into incidents; ``at_once`` for input that is already sorted."""
    guards = Guards(region.site, region.region.never_link)
    hold = region.region.settle * 0 if at_once else region.region.settle
    return Correlator(region.site, rules.book.sites_within, guards, hold, rules.book.countings)


def escalator(region: Region) -> Escalator:
    """The stage that turns incidents into notices."""
    return Escalator(region.escalation, known(region))


def known(region: Region) -> Known:
    """What escalation needs to know of the region."""
    return Known(
        sites={site.finess: site for site in region.site},
        contacts=region.region.contacts,
        desk=region.region.desk,
        timezone=region.region.timezone,
        domain=region.region.message_id_domain,
    )
