"""Other people's FortiGate lines: recognised, understood, with the addresses and the time that they say."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.fortigate import evidence, parse
from schemas.event import Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="010000024", name="CH d'Exemple"), "pare-feu", datetime(2026, 3, 28, 12, tzinfo=UTC))
FILES = (
    "logs/syslog_devices/fortinet_ngfw.log",
    "logs_copyleft/wazuh-ruleset/fortigate.log",
    "logs_copyleft/syslog-ng/fortigate.log",
)
OTHERS = ("fortinet_web.log", "dell_sonicwall.log")


def lines(corpus: Path) -> list[str]:
    """The lines of the files that name a FortiGate; one file also holds a line of another machine."""
    found = [line for file in FILES for line in (corpus / file).read_text("utf-8").splitlines()]
    return [line for line in found if "devid=" in line]


def events(corpus: Path) -> list[tuple[str, Event]]:
    """Each line with its event."""
    return [(line, parse(line, ORIGIN)) for line in lines(corpus)]


def test_every_line_is_recognised_and_understood(corpus):
    """No line is refused or partly read, none is outside ECS, and each has a category."""
    read = events(corpus)
    assert len(read) == 31
    assert [line for line, event in read if "tags" in event or not evidence(line)] == []
    assert {name for _, event in read for name in (*unknown_fields(event), *mistyped_fields(event))} == set()
    assert all(event["event.category"] and event["event.type"] for _, event in read)


def test_addresses_are_those_of_the_line(corpus):
    """Source and destination are what the keys say, found by another way than the parser's; none is swapped."""
    for line, event in events(corpus):
        for key, field in (("srcip", "source.ip"), ("dstip", "destination.ip"), ("remip", "source.ip")):
            if told := re.search(rf" {key}=(\S+)", line):
                assert event[field] == told[1]


def test_outcomes_are_not_inverted(corpus):
    """What says denied, blocked or dropped is denied, and nothing else is; a failed login failed."""
    for line, event in events(corpus):
        stopped = re.search(r'\b(?:action="?(?:deny|blocked|dropped)|utmaction="?block)\b', line)
        assert ("denied" in event["event.type"]) == bool(stopped)
        if "status=failed" in line or "ssl-login-fail" in line:
            assert event["event.outcome"] == "failure"
        if "status=success" in line or "tunnel-up" in line:
            assert event["event.outcome"] == "success"


def test_the_zone_is_applied(corpus):
    """The local time of a line in ``tz``, or of the site where there is none, is the instant of its event."""
    for line, event in events(corpus):
        local = re.search(r"date=(\S+) time=(\S+)", line)
        zone = re.search(r'tz="([+-]\d\d)(\d\d)"', line)
        moment = datetime.fromisoformat(f"{local[1]}T{local[2]}")
        aware = (
            moment.replace(tzinfo=ORIGIN.site.zone) if zone is None else datetime.fromisoformat(f"{moment}{zone[1]}:{zone[2]}")
        )
        assert event["@timestamp"][:19] == aware.astimezone(UTC).isoformat()[:19]


def test_other_products_are_not_taken_for_it(corpus):
    """Lines of the maker's other products, and of another maker's firewall, give no evidence and are refused."""
    for name in OTHERS:
        for line in (corpus / "logs/syslog_devices" / name).read_text("utf-8").splitlines():
            assert evidence(line) is None
            with pytest.raises(NotUnderstood):
                parse(line, ORIGIN)
