"""A replay is a function of its input: no clock, no disk, no order of files."""

import json
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.batch import RawBatch
from schemas.noun import iso
from tests.notify.stories import at
from tocsin.replay import Replay, Replayed, by_time
from tocsin.wiring.recorded import replay, take_file
from tocsin.wiring.rules import Rules, rulebook
from tocsin.wiring.stages import region_of

SITES = ("010000024", "020000023", "030000022")
ATTACKER = "51.0.0.1"
RECEIVED = at("+1 00:00")


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Those that Tocsin ships."""
    return rulebook(None)


def login(when: datetime, address: str = ATTACKER) -> bytes:
    """A line that a shipped rule detects."""
    return f"{iso(when)} gate sshd[1]: Accepted password for admin from {address} port 22 ssh2".encode()


def batch(site: str, *lines: bytes, first: int = 0, received: datetime = RECEIVED) -> RawBatch:
    """Lines of one site."""
    positions = tuple(range(first, first + len(lines)))
    return RawBatch(
        site=site,
        source="sshd/auth.log",
        source_type="sshd",
        epoch="replay",
        positions=positions,
        records=lines,
        received=received,
    )


def replayed(rules: Rules, batches: Iterable[RawBatch]) -> Replayed:
    """What these batches give."""
    machine: Replay = replay(region_of(SITES), rules)
    for one in batches:
        machine.take(one)
    return machine.finish()


def text(result: Replayed) -> str:
    """Everything, for comparison byte by byte."""
    return json.dumps([by_time(vars(result)[kind].values(), "@timestamp", "first_seen") for kind in sorted(vars(result))])


def campaign() -> list[RawBatch]:
    """Two attackers at three sites over an afternoon, each site in several batches."""
    return [
        batch(
            site, *(login(at("12:00") + timedelta(minutes=7 * n + 20 * k), f"51.0.0.{n % 2 + 1}") for n in range(6)), first=10 * k
        )
        for k, site in enumerate([*SITES, *SITES])
    ]


def test_the_same_input_gives_the_same_bytes(rules: Rules) -> None:
    """Twice, and with the sites in any order: each site's own order is what counts."""
    expected = replayed(rules, campaign())
    assert text(replayed(rules, campaign())) == text(expected)
    assert expected.incidents
    for seed in range(5):
        order = campaign()
        random.Random(seed).shuffle(order)
        order.sort(key=lambda one: one.positions[0])
        assert text(replayed(rules, order)) == text(expected)


def test_what_two_sites_share_is_one_incident_and_is_told(rules: Rules) -> None:
    """The incident names its sites, and notices go out on the clock of the logs."""
    result = replayed(rules, [batch(SITES[0], login(at("12:00"))), batch(SITES[1], login(at("12:30")))])
    (incident,) = result.incidents.values()
    assert incident["sites"] == [SITES[0], SITES[1]]
    assert len(result.events) == len(result.detections) == len(result.memberships) == 2
    told = {notice["at"] for notice in result.notices.values()}
    assert told
    assert all(iso(at("12:30")) <= moment <= iso(at("12:35")) for moment in told)


def test_nobody_is_told_twice(rules: Rules) -> None:
    """Each notice is one row, however many minutes pass in the logs."""
    result = replayed(rules, campaign())
    assert len({notice["message_id"] for notice in result.notices.values()}) == len(result.notices) > 0


def test_nothing_in_gives_nothing_out(rules: Rules) -> None:
    """No batch, or none with an event of interest."""
    assert not any(vars(replayed(rules, [])).values())
    quiet = replayed(rules, [batch(SITES[0], b"2026-01-31T12:00:00Z gate sshd[1]: Server listening on 0.0.0.0 port 22.")])
    assert (len(quiet.events), quiet.detections, quiet.incidents) == (1, {}, {})


@pytest.mark.timeout(120)
def test_a_log_line_from_another_age_ends_nothing(rules: Rules) -> None:
    """An event that claims a time decades away does not make the clock count every minute in between."""
    result = replayed(
        rules,
        [batch(SITES[0], login(at("12:00") - timedelta(days=20_000)), login(at("12:00"))), batch(SITES[1], login(at("12:30")))],
    )
    assert len(result.events) == 3
    assert [incident["sites"] for incident in result.incidents.values()] == [[SITES[0], SITES[1]]]


def test_a_file_is_read_whole(rules: Rules, tmp_path: Path) -> None:
    """Its unfinished last line is a record; a line that is too long is cut, and a dead letter says so."""
    path = tmp_path / "auth.log"
    path.write_bytes(b"\n".join([login(at("12:00")), b"x" * 1_000_000, login(at("12:01"))]))
    machine = replay(region_of(SITES), rules)
    take_file(machine, SITES[0], "sshd", path, RECEIVED)
    result = machine.finish()
    assert len(result.events) == 3
    (letter,) = result.dead.values()
    assert "record of 1000000 bytes" in letter["reason"]
