"""tocsin.simulation: the region is a function of its seed, its logs are read whole, and the truth about them is what the rules find."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files as resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from correlate.entities import entities_of
from correlate.guards import Guards
from correlate.rules.load import load
from correlate.rules.match import Detector
from ingest.normalise import normalise
from notify.policy import default_policy, unheld_roles
from notify.region import Region as Known
from schemas.batch import RawBatch
from schemas.detection import Detection, State
from schemas.event import PARTIAL, RAW, Event, timestamp
from tocsin.settings import Region
from tocsin.simulation.files import files, log_path
from tocsin.simulation.places import SUPPLIER_EXIT
from tocsin.simulation.region import Simulated, SourceLog, region
from tocsin.simulation.sshd_day import SCANNERS

START = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
ATTACKED = region(START)
QUIET = region(START, attacked=False)
(CAMPAIGN,) = ATTACKED.truth
VALUES = [entity.value.encode() for entity in CAMPAIGN.indicators]


@cache
def events_of(log: SourceLog) -> list[Event]:
    """The lines as the pipeline reads them, received when the day is over."""
    batch = RawBatch(
        site=log.site,
        source=log.file_name,
        source_type=log.source_type,
        epoch="test",
        positions=tuple(range(len(log.lines))),
        records=log.lines,
        received=START + DAY,
    )
    (site,) = (site for site in ATTACKED.sites if site.finess == log.site)
    return normalise(batch, site)


def detected(simulated: Simulated) -> list[Detection]:
    """What the shipped rules find in all logs."""
    rules = [(item.name, item.read_text(encoding="utf-8")) for item in resources("rules").iterdir() if item.name.endswith(".yml")]
    detector = Detector(load(rules), entities_of=entities_of)
    events = [event for log in simulated.sources for event in events_of(log)]
    return [found for per_event in detector.detect(events) for found in per_event]


def sites_with(simulated: Simulated, text: bytes, source_type: str) -> set[str]:
    """Establishments of which a log of this type has the text."""
    logs = (log for log in simulated.sources if log.source_type == source_type)
    return {log.site for log in logs if any(text in line for line in log.lines)}


def test_the_same_seed_gives_the_same_bytes() -> None:
    """The region is a function of its arguments, also when the start is told in another zone."""
    elsewhere = START.astimezone(ZoneInfo("Indian/Reunion"))
    assert files(region(START)) == files(ATTACKED) == files(region(elsewhere))


def test_another_seed_gives_other_logs_and_another_attacker() -> None:
    """Nothing that varies is fixed by the code: every log differs, and so do the indicators."""
    other = region(START, seed=2)
    assert [here.lines != there.lines for here, there in zip(ATTACKED.sources, other.sources, strict=True)] == [True] * 6
    assert other.truth[0].indicators != CAMPAIGN.indicators


def test_the_bytes_do_not_change_with_the_version() -> None:
    """Python's own promise about seeds covers ``random()`` alone; this notices when another version draws otherwise."""
    first = next(log for log in QUIET.sources if log.source_type == "sshd").lines[0]
    assert first == b"Nov 20 01:18:01 bastion sshd[5969]: Invalid user pacs from 192.0.2.66 port 50243"


def test_a_second_day_leaves_the_first_as_it_was() -> None:
    """Days draw from sources of their own: a longer simulation starts with the same lines, but for what midnight cut off."""
    for short, long in zip(QUIET.sources, region(START, days=2, attacked=False).sources, strict=True):
        assert len(long.lines) > 1.8 * len(short.lines)
        assert long.lines[: len(short.lines)] == short.lines


@pytest.mark.parametrize(
    ("start", "days"), [pytest.param(START.replace(tzinfo=None), 1, id="no zone"), pytest.param(START, 0, id="no day")]
)
def test_a_start_without_zone_or_no_day_is_refused(start: datetime, days: int) -> None:
    """A naive start would mean another day on another machine."""
    with pytest.raises(ValueError, match="expected a start with a time zone and at least one day"):
        region(start, days=days)


def test_every_windows_line_is_an_object_of_its_shipper() -> None:
    """Three establishments write Windows events in three real shapes, one JSON object a line."""
    shapes = {"990000001": "winlog", "990000019": "EventTime", "990000027": "Event"}
    windows = [log for log in ATTACKED.sources if log.source_type == "windows_event"]
    assert {log.site for log in windows} == set(shapes)
    for log in windows:
        assert all(shapes[log.site] in json.loads(line) for line in log.lines)


def test_the_parsers_understand_every_line() -> None:
    """No line is raw or read in part, and none tells a time that had to be guessed."""
    events = [event for log in ATTACKED.sources for event in events_of(log)]
    assert len(events) == sum(len(log.lines) for log in ATTACKED.sources)
    assert [event["event.original"] for event in events if {RAW, PARTIAL} & set(event.get("tags", ()))] == []
    assert all(START <= timestamp(event) < START + DAY for event in events)


@pytest.mark.parametrize("log", ATTACKED.sources, ids=log_path)
def test_a_log_is_in_the_order_of_time(log: SourceLog) -> None:
    """A log grows at its end, to the second: that is all that NXLog and syslog tell."""
    seconds = [timestamp(event).replace(microsecond=0) for event in events_of(log)]
    assert all(earlier <= later for earlier, later in pairwise(seconds))


def test_an_establishment_writes_some_thousands_of_lines_a_day() -> None:
    """Enough to look like a day, few enough for a demonstration."""
    for site in ATTACKED.sites:
        assert 1500 <= sum(len(log.lines) for log in ATTACKED.sources if log.site == site.finess) <= 3000


def test_a_simulation_may_start_at_any_hour() -> None:
    """A day that starts in the afternoon is whole: it ends a day later, and the attack is in it."""
    afternoon = region(START + timedelta(hours=15))
    events = [event for log in afternoon.sources for event in events_of(log)]
    assert sites_with(afternoon, afternoon.truth[0].indicators[0].value.encode(), "sshd") == set(CAMPAIGN.sites)
    assert len(events) == sum(len(log.lines) for log in afternoon.sources)
    assert 0.8 < len(events) / sum(len(log.lines) for log in ATTACKED.sources) < 1.2


def test_the_attack_is_at_exactly_the_true_sites() -> None:
    """Every indicator of the campaign is in the logs of the establishments it names, and of no other; without attack, nowhere."""
    address, domain = VALUES
    assert sites_with(ATTACKED, address, "sshd") == set(CAMPAIGN.sites)
    assert sites_with(ATTACKED, address, "windows_event") == set(CAMPAIGN.sites)
    assert sites_with(ATTACKED, domain, "windows_event") == set(CAMPAIGN.sites)
    assert sites_with(ATTACKED, b"delete shadows", "windows_event") == set(CAMPAIGN.sites)
    assert len(CAMPAIGN.sites) == 2
    assert not any(sites_with(QUIET, value, kind) for value in VALUES for kind in ("sshd", "windows_event"))
    assert QUIET.truth == ()


def test_the_second_site_is_hit_forty_minutes_after_the_first() -> None:
    """The neighbour has time to be warned."""
    address = CAMPAIGN.indicators[0].value
    logins = {
        log.site: min(timestamp(event) for event in events_of(log) if event.get("source.ip") == address)
        for log in ATTACKED.sources
        if log.source_type == "sshd" and log.site in CAMPAIGN.sites
    }
    first, second = (logins[site] for site in CAMPAIGN.sites)
    assert second - first == timedelta(minutes=40)


def test_the_rules_find_the_campaign_and_what_it_shares() -> None:
    """Each shipped rule matches at both establishments hit and nowhere else; what they share is the indicators, nothing more."""
    found = detected(ATTACKED)
    where: dict[str, set[str]] = {}
    for detection in found:
        where.setdefault(detection.rule_name, set()).add(detection.site)
    assert len(where) == 5
    assert set(map(frozenset, where.values())) == {frozenset(CAMPAIGN.sites)}
    assert {detection.state for detection in found} == {State.ON}
    may_link = Guards(ATTACKED.sites).may_link
    assert {entity for detection in found for entity in detection.entities if may_link(entity)} == set(CAMPAIGN.indicators)


def test_an_ordinary_day_raises_nothing() -> None:
    """Backups, inventories, encoded commands and the Internet's noise leave the rules that Tocsin ships silent."""
    assert detected(QUIET) == []


def test_the_noise_that_raises_nothing_is_the_same_everywhere() -> None:
    """The silence above is not that of empty logs: scanners, a supplier and look-alikes of the attack are at all three sites."""
    everywhere = {site.finess for site in QUIET.sites}
    for address in (*SCANNERS, SUPPLIER_EXIT):
        assert sites_with(QUIET, f" from {address} ".encode(), "sshd") == everywhere
    for text in (b"list shadows", b"-EncodedCommand", b"login.microsoftonline.com", b"-keepVersions:14"):
        assert sites_with(QUIET, text, "windows_event") == everywhere


def test_scanners_never_get_in() -> None:
    """No login of the ordinary day comes from an address that guesses passwords."""
    lines = [line for log in QUIET.sources if log.source_type == "sshd" for line in log.lines if b"Accepted" in line]
    assert len(lines) > 100
    assert not any(f" {scanner} ".encode() in line for line in lines for scanner in SCANNERS)


def test_the_configuration_declares_the_region() -> None:
    """``region.toml`` is valid, and holds the establishments, their contacts and every log where ``files`` puts it."""
    written = files(ATTACKED)
    config = Region.model_validate(tomllib.loads(written["region.toml"].decode()))
    assert config.site == ATTACKED.sites
    assert config.region.contacts == ATTACKED.region_contacts
    logs = {str(source.path): (source.site, source.type) for source in config.source}
    assert logs == {log_path(log): (log.site, log.source_type) for log in ATTACKED.sources}
    assert set(written) == {"region.toml", "truth.json", *logs}


def test_the_configuration_can_name_its_folder() -> None:
    """Who reads ``region.toml`` from another place finds the logs."""
    config = tomllib.loads(files(ATTACKED, "/var/demo/")["region.toml"].decode())
    assert [source["path"] for source in config["source"]] == [f"/var/demo/{log_path(log)}" for log in ATTACKED.sources]


def test_everyone_whom_the_policy_names_is_there() -> None:
    """The standard escalation finds somebody for every role at every establishment, at addresses that nobody has."""
    known = Known(
        sites={site.finess: site for site in ATTACKED.sites},
        contacts=ATTACKED.region_contacts,
        desk=Region.model_validate(tomllib.loads(files(ATTACKED)["region.toml"].decode())).region.desk,
    )
    assert unheld_roles(default_policy(), known) == ()
    everyone = [*ATTACKED.region_contacts, *(contact for site in ATTACKED.sites for contact in site.contacts)]
    assert {contact.email.rpartition("@")[2].removesuffix("example.org")[-1:] for contact in everyone} <= {"", "."}
    assert len({contact.email for contact in everyone}) == len(everyone) == 9


def test_the_truth_is_written_beside() -> None:
    """``truth.json`` says what really happened: name, establishments and indicators of each campaign."""
    (written,) = json.loads(files(ATTACKED)["truth.json"])
    assert (written["name"], tuple(written["sites"])) == (CAMPAIGN.name, CAMPAIGN.sites)
    assert [(item["kind"], item["value"]) for item in written["indicators"]] == [
        (entity.kind, entity.value) for entity in CAMPAIGN.indicators
    ]
    assert json.loads(files(QUIET)["truth.json"]) == []


def test_a_log_is_written_line_by_line() -> None:
    """A file is its lines, each with an end."""
    written = files(ATTACKED)
    for log in ATTACKED.sources:
        assert written[log_path(log)] == b"\n".join((*log.lines, b""))
