"""tocsin.simulation.formats: the lines are those that real machines write, and the parsers understand every one of them."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest

from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import PARTIAL, RAW, Event, timestamp
from tocsin.simulation.addresses import ABROAD, SCANNERS
from tocsin.simulation.formats.sources import FORMATS
from tocsin.simulation.places import PLACES
from tocsin.simulation.region import SourceLog, region

SUMMER = datetime(2026, 7, 3, 22, tzinfo=UTC)
"""Midnight in France."""
DAY = timedelta(days=1)
REGION = region(SUMMER, seed=5, scale=0.05)
LOGS = REGION.sources


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
        received=SUMMER + DAY,
    )
    (site,) = (site for site in REGION.sites if site.finess == log.site)
    return normalise(batch, site)


def every(dataset: str) -> list[Event]:
    """The events of a data set at all establishments."""
    return [event for log in LOGS for event in events_of(log) if event["event.dataset"] == dataset]


@pytest.mark.parametrize("source_type", FORMATS)
def test_the_parsers_understand_every_line(source_type: str) -> None:
    """No line is raw or read in part, and none tells a time outside its day: the zone is applied, the year is right."""
    events = [event for log in LOGS if log.source_type == source_type for event in events_of(log)]
    assert len(events) > 100
    assert [event["event.original"] for event in events if {RAW, PARTIAL} & set(event.get("tags", ()))] == []
    assert all(SUMMER <= timestamp(event) < SUMMER + DAY for event in events)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.site}/{log.file_name}")
def test_a_log_is_in_the_order_of_time(log: SourceLog) -> None:
    """A log grows at its end, to the second: that is all that NXLog, syslog and the firewalls tell."""
    seconds = [timestamp(event).replace(microsecond=0) for event in events_of(log)]
    assert all(earlier <= later for earlier, later in pairwise(seconds))


def test_windows_events_come_in_three_shapes() -> None:
    """Winlogbeat, NXLog and evtx_dump all ship somewhere, one JSON object a line."""
    shapes = {"winlogbeat": "winlog", "nxlog": "EventTime", "evtx": "Event"}
    shippers = {place.finess: place.shipper for place in PLACES}
    windows = [log for log in LOGS if log.source_type == "windows_event"]
    assert {shippers[log.site] for log in windows} == set(shapes)
    assert all(shapes[shippers[log.site]] in json.loads(line) for log in windows for line in log.lines)


def test_only_fortigate_says_where_a_vpn_user_is() -> None:
    """Both firewalls tell logins that succeed and fail, with the public address as source; the country is FortiGate's alone."""
    fortigate = [event for event in every("fortigate.vpn") if event.get("event.action") == "vpn-login"]
    stormshield = [
        event for event in (*every("stormshield.vpn"), *every("stormshield.auth")) if event.get("event.action") == "vpn-login"
    ]
    for events in (fortigate, stormshield):
        assert {event["event.outcome"] for event in events} == {"success", "failure"}
        assert all(not event["source.ip"].startswith("10.") for event in events)
    assert any(event.get("source.geo.country_name") == "France" for event in fortigate)
    assert not any("source.geo.country_name" in event for event in stormshield)


def test_the_internet_is_the_source_of_what_it_tries() -> None:
    """Denied connections come from scanners, and attacks that a device sees from outside, never from inside."""
    denied = [
        event
        for dataset in ("fortigate.traffic", "stormshield.filter")
        for event in every(dataset)
        if "denied" in event.get("event.type", ())
    ]
    assert len(denied) > 20
    assert all(event["source.ip"] in (*SCANNERS, "192.0.2.210") for event in denied)
    for dataset in ("fortigate.utm", "stormshield.alarm", "suricata.alert"):
        assert every(dataset)
        assert not any(event["source.ip"].startswith("10.") for event in every(dataset))


def test_a_doctor_is_abroad_in_one_week_at_one_establishment() -> None:
    """The address of a holiday logs in at one place and at no other."""
    addresses = {ip for ip, _ in ABROAD}
    abroad = {log.site for log in LOGS for event in events_of(log) if event.get("source.ip") in addresses}
    assert len(abroad) == 1


def test_breaking_the_glass_is_told_with_its_reason() -> None:
    """An emergency access names who and why; an ordinary one has no reason to give."""
    accesses = every("dpi.access")
    emergencies = [event for event in accesses if event["event.action"] == "acces-urgence"]
    assert 8 <= len(emergencies) < len(accesses) / 5
    assert all(event["event.reason"] and event["user.name"] for event in emergencies)
    assert not any("event.reason" in event for event in accesses if event["event.action"] == "consultation")
