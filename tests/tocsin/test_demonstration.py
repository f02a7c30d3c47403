"""tocsin.demonstration: the region's day as it is lived, and what was found held against what happened."""

import asyncio
import re
import smtplib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from schemas import codec
from schemas.batch import RawBatch
from tocsin.adapters.sqlite import Database, SqliteLog
from tocsin.cli import main
from tocsin.demonstration.life import STEP, Life
from tocsin.demonstration.mailbox import Mailbox, served
from tocsin.demonstration.score import Score, Truth, score
from tocsin.simulation.region import region

START = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
FAINT = 0.02
CAMPAIGN = Truth("c1", ("a", "b"), 2, frozenset({("ip", "203.0.113.1")}), START)
OTHER = Truth("c2", ("c", "d"), 2, frozenset({("ip", "203.0.113.2")}), START)


def incident(name: str, sites: str, *values: str, merged_into: str | None = None) -> Mapping[str, Any]:
    """What is stored of an incident, as far as the score reads it."""
    links = [{"entity": {"kind": "ip", "value": value}, "also": []} for value in values]
    return {
        "id": name,
        "sites": list(sites),
        "trust_domains": list(sites),
        "merged_into": merged_into,
        "opened": "2026-11-20T00:10:00Z",
        "entities": [],
        "why": {"links": links},
    }


def scored(*incidents: Mapping[str, Any], days: int = 1) -> Score:
    """Two campaigns held against these."""
    return score([CAMPAIGN, OTHER], incidents, days * DAY)


def test_a_perfect_night_is_told_as_it_was() -> None:
    """One incident for each campaign, with its sites and no other."""
    result = scored(incident("1", "ab", "203.0.113.1"), incident("2", "cd", "203.0.113.2"))

    assert str(result) == "campaigns 2 of 2 found, sites right 2 of 2, wrongly joined 0, regional items a week 0"
    assert result.perfect
    assert [match.time_to_join for match in result.matches] == [timedelta(minutes=10)] * 2


@pytest.mark.parametrize(
    ("incidents", "line"),
    [
        ([], "campaigns 0 of 2 found, sites right 0 of 2, wrongly joined 0, regional items a week 0"),
        (
            [incident("1", "abc", "203.0.113.1"), incident("2", "cd", "203.0.113.2")],
            "campaigns 2 of 2 found, sites right 1 of 2, wrongly joined 0, regional items a week 0",
        ),
        (
            [incident("1", "abcd", "203.0.113.1", "203.0.113.2")],
            "campaigns 2 of 2 found, sites right 0 of 2, wrongly joined 1, regional items a week 0",
        ),
        (
            [incident("1", "ab", "203.0.113.1"), incident("3", "ab", "203.0.113.1"), incident("2", "cd", "203.0.113.2")],
            "campaigns 2 of 2 found, sites right 1 of 2, wrongly joined 0, regional items a week 0",
        ),
        (
            [incident("1", "ab", "203.0.113.1"), incident("2", "cd", "203.0.113.2"), incident("9", "ef", "198.51.100.9")],
            "campaigns 2 of 2 found, sites right 2 of 2, wrongly joined 0, regional items a week 7",
        ),
        (
            [incident("1", "ab", "203.0.113.1", merged_into="2"), incident("2", "cd", "203.0.113.2")],
            "campaigns 1 of 2 found, sites right 1 of 2, wrongly joined 0, regional items a week 0",
        ),
    ],
    ids=[
        "nothing",
        "a site too many",
        "two campaigns in one",
        "one campaign in two",
        "one for nothing",
        "an alias does not count",
    ],
)
def test_each_way_to_be_wrong_is_counted(incidents: list[Mapping[str, Any]], line: str) -> None:
    """What is missed, too wide, joined, split or made up shows in the line, and none of it is perfect but the last kind."""
    assert str(scored(*incidents)) == line


def test_the_region_lives_in_order_and_loses_no_line(tmp_path: Path) -> None:
    """Every line of every log is fed once, never before its time, and the clock ends with the day."""
    simulated = region(START, scale=FAINT, names=())
    log = SqliteLog(Database(tmp_path / "log.db"))
    life = Life(simulated)

    async def live() -> list[RawBatch]:
        while await life.feed(log):
            pass
        messages = [message for place in simulated.places for message in await log.read(f"raw.{place.finess}", 0, 0, 1_000_000)]
        return [codec.decode_as(RawBatch, message.data) for message in messages]

    batches = asyncio.run(live())
    fed = {(batch.site, batch.source_type): [] for batch in batches}  # type: ignore[var-annotated]
    for batch in batches:
        fed[batch.site, batch.source_type] += batch.records
        assert batch.received - simulated.start >= STEP

    assert fed == {(log_.site, log_.source_type): list(log_.lines) for log_ in simulated.sources if log_.lines}
    assert life.lines == sum(len(log_.lines) for log_ in simulated.sources)
    assert life.now == START + DAY


def test_the_mailbox_keeps_what_arrives(tmp_path: Path) -> None:
    """A mail handed over by SMTP is in the folder, byte for byte, and can be read."""
    message = EmailMessage()
    message["Subject"] = "[TLP:AMBER] INC-1"
    message.set_content("Bonjour,\n")
    mailbox = Mailbox(tmp_path)
    with served(mailbox) as (host, port), smtplib.SMTP(host, port) as server:
        server.send_message(message, "tocsin@example.org", ["astreinte@example.org"])

    assert mailbox.mails[0]["Subject"] == "[TLP:AMBER] INC-1"
    assert b"Bonjour," in (tmp_path / "001.eml").read_bytes()


def test_the_demonstration_finds_every_campaign(capsys: pytest.CaptureFixture[str]) -> None:
    """``tocsin demo --once``: four campaigns in one day of eight hospitals, each one incident, and the mail of the first."""
    status = main(["demo", "--once", "--seed", "1", "--scale", "0.05"])
    text = capsys.readouterr().out

    assert text.splitlines()[-1] == "campaigns 4 of 4 found, sites right 4 of 4, wrongly joined 0, regional items a week 0"
    assert "Subject: [TLP:AMBER] INC-" in text
    assert "APPELEZ 04 65 71 00 15" in text
    assert status == 0


def test_the_worst_night_is_one_incident_of_the_highest_severity(capsys: pytest.CaptureFixture[str]) -> None:
    """The VPN of all eight hospitals is entered and what follows is seen: spread makes it worse, never less."""
    status = main(["demo", "--once", "--seed", "3", "--scale", "0.05", "--night-of-all"])
    text = capsys.readouterr().out

    assert "campaigns 4 of 4 found, sites right 4 of 4, wrongly joined 0" in text
    assert re.search(r"nuit-de-tous +found, all sites +critical", text)
    assert status == 0


def test_a_quiet_day_wakes_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """Scanners, the supplier, the update that fires everywhere and the shared directory: no incident, no mail."""
    status = main(["demo", "--once", "--seed", "2", "--scale", "0.2", "--without-campaigns"])
    lines = capsys.readouterr().out.splitlines()

    assert lines[-1] == "campaigns 0 of 0 found, sites right 0 of 0, wrongly joined 0, regional items a week 0"
    assert " 0 cross-site incidents, 0 mails, 0 dead letters" in lines[-2]
    assert status == 0
