"""Poison put straight on each topic of the cluster: dead letters with bytes and reason, the rest goes on, and a replay leaves no double."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import codec, topics
from schemas.batch import RawBatch
from tests.services.addresses import Services
from tests.services.region import STAGES, Region, wait_for
from tests.services.smtp import SmtpServer

SITES = ("010000024", "020000023")
UNDECLARED = "030000022"
POISON = b"\x00\xffnot a message"
READ_BY_A_STAGE = (topics.raw(SITES[0]), topics.DETECTIONS, topics.INCIDENTS, topics.ACTS, topics.RECEIPTS)


@pytest.fixture
def region(tmp_path: Path, services: Services, smtp: SmtpServer, prefix: str) -> Iterator[Region]:
    """A region whose workers run."""
    region = Region(tmp_path / "region", SITES, smtp, services, prefix, settle=1)
    region.provision()
    for stage in STAGES:
        region.start_worker(stage)
    yield region
    region.stop()


def batch(site: str, *lines: str) -> RawBatch:
    """A batch of sshd lines."""
    return RawBatch(
        site=site,
        source="sshd/auth.log",
        source_type="sshd",
        epoch="e",
        positions=tuple(range(len(lines))),
        records=tuple(line.encode() for line in lines),
        received=datetime.now(UTC),
    )


def login(address: str) -> str:
    """A line that a shipped rule detects."""
    return (
        f"{datetime.now(UTC).isoformat(timespec='seconds')} gate sshd[1]: Accepted password for admin from {address} port 22 ssh2"
    )


def test_poison_on_every_topic_becomes_dead_letters_and_the_work_goes_on(region: Region, smtp: SmtpServer) -> None:
    """Five topics, five letters with the bytes; good batches behind them still become an incident and mails."""
    for topic in READ_BY_A_STAGE:
        region.send_bytes(topic, "poison", POISON)
    for site in SITES:
        region.send(topics.raw(site), "sshd", batch(site, login("51.0.0.1")))

    wait_for("five dead letters", lambda: len(region.stored("dead")) >= len(READ_BY_A_STAGE), 90, region)
    wait_for("the incident", lambda: len(region.stored("incident")) == 1, 90, region)
    wait_for("its mails", lambda: len(smtp.delivered) == 3, 60, region)

    listed = region.run("dead", "--config", str(region.config), "list").stdout
    assert {letter["topic"] for letter in region.stored("dead")} == set(READ_BY_A_STAGE)
    assert all(letter["size"] == len(POISON) and "header line" in letter["reason"] for letter in region.stored("dead"))
    assert all(topic in listed for topic in READ_BY_A_STAGE)
    name = str(region.stored("dead")[0]["id"])
    shown = region.run("dead", "--config", str(region.config), "show", name).stdout
    assert "not a message" in shown


def test_a_batch_on_another_sites_topic_is_refused(region: Region) -> None:
    """One hospital's credential cannot speak for another: the broker ties it to a topic, and the topic to the site inside."""
    region.send(topics.raw(SITES[0]), "sshd", batch(SITES[1], login("51.0.0.9")))

    wait_for("the dead letter", lambda: len(region.stored("dead")) == 1, 90, region)

    assert f"site {SITES[1]} inside, on the topic raw.{SITES[0]}" in str(region.stored("dead")[0]["reason"])
    assert not region.stored("event")


def test_a_letter_replayed_twice_leaves_no_double(region: Region, services: Services) -> None:
    """A topic that appears while the worker runs, of a site not declared yet: its batch waits among the dead letters, and counts once however often it is put back."""
    services.kafka.add_topics(region.prefix + topics.raw(UNDECLARED), partitions=2)
    region.send(topics.raw(UNDECLARED), "sshd", batch(UNDECLARED, login("51.0.0.2"), login("51.0.0.3")))
    wait_for("the dead letter", lambda: len(region.stored("dead")) == 1, 90, region)
    assert f"site {UNDECLARED} is not declared" in str(region.stored("dead")[0]["reason"])

    region.config.write_text(
        region.config.read_text().replace("[smtp]", f'[[site]]\nfiness = "{UNDECLARED}"\nname = "new"\n[smtp]')
    )
    region.provision()
    region.kill("normalise")
    region.start_worker("normalise")
    for _ in range(2):
        region.run("dead", "--config", str(region.config), "replay", "all")
    wait_for("its events", lambda: len(region.stored("event")) >= 2, 90, region)
    wait_for("all is read", lambda: region.lag("normalise") == 0, 60, region)

    assert len(region.stored("event")) == 2
    assert len(region.stored("detection")) == 2
    (letter,) = region.stored("dead")
    assert letter["replayed"] == 2
    assert int(str(letter["size"])) < codec.MAX_MESSAGE
