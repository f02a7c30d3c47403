"""Nothing lost, nothing doubled: parts are killed with -9, and services stopped, while logs keep coming.

Each fault strikes ``TOCSIN_FAULT_ROUNDS`` times (2) at random moments; a table of all faults is printed at the end.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from tests.services.addresses import Node, Services
from tests.services.region import STAGES, Region, wait_for
from tests.services.smtp import SmtpServer

ROUNDS = int(os.environ.get("TOCSIN_FAULT_ROUNDS", "2"))
SITES = ("010000024", "020000023", "030000022")
MAILS_AN_INCIDENT = 3
"""On call at each of the two hospitals hit, and the GRADeS."""
AWAY_SECONDS = 30
PATIENCE = 300 * ROUNDS
"""Seconds: what was written meanwhile waits to be worked off."""
NOISE = 40
"""Harmless lines between two that matter."""

pytestmark = pytest.mark.timeout(1500 * ROUNDS)

table: list[str] = ["fault                    events  incidents  mails  lost  doubled  uncertain"]


@dataclass
class Load:
    """Hospitals' logs, written while the region works; what must come of them is known from what was written."""

    folder: Path
    attacks: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)

    def path(self, site: str) -> Path:
        """The log of one site."""
        return self.folder / f"{site}-auth.log"

    def write(self) -> None:
        """A few lines a site four times a second; each attack enters two hospitals from one address that nobody else has."""
        start = datetime.now(UTC) - timedelta(minutes=5)
        while not self.ended.is_set():
            first = SITES[self.attacks % len(SITES)]
            second = SITES[(self.attacks + 1) % len(SITES)]
            address = attacker(self.attacks)
            self.attacks += 1
            for site in SITES:
                moment = start + timedelta(seconds=self.attacks)
                noise = [
                    f"{_stamp(moment)} Failed password for root from 10.0.0.{number} port 22 ssh2" for number in range(NOISE)
                ]
                hit = (
                    [f"{_stamp(moment)} Accepted password for admin from {address} port 22 ssh2"]
                    if site in {first, second}
                    else []
                )
                self._append(site, [*noise, *hit])
            self.ended.wait(0.25)

    def _append(self, site: str, lines: Sequence[str]) -> None:
        with self.path(site).open("a") as stream:
            stream.write("".join(line + "\n" for line in lines))
        self.lines[site] += len(lines)


def attacker(number: int) -> str:
    """The address of one attack, out of 100.0.0.0/10's public neighbours."""
    return str(IPv4Address("51.0.0.1") + number)


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='milliseconds')} gate sshd[4711]:"


@pytest.fixture(scope="module", autouse=True)
def _print_table() -> Iterator[None]:
    yield
    print("\n" + "\n".join(table))


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Logs that keep coming until the test says enough."""
    load = Load(tmp_path)
    for site in SITES:
        load.path(site).touch()
    yield load
    load.ended.set()


@pytest.fixture
def cluster(tmp_path: Path, services: Services, smtp: SmtpServer, prefix: str, load: Load) -> Iterator[Region]:
    """Workers and shippers that all run."""
    region = Region(tmp_path / "cluster", SITES, smtp, services, prefix, settle=1)
    region.provision()
    for site in SITES:
        region.start(f"ship-{site}", "ship", "--config", str(region.shipper(site, [("sshd", load.path(site))])))
    for stage in STAGES:
        region.start_worker(stage)
    yield region
    region.stop()


def strike(load: Load, seed: str, once: Callable[[], None]) -> None:
    """Write under load and let the fault happen, each time after a random while."""
    chance = random.Random(seed)
    writer = threading.Thread(target=load.write)
    writer.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(2, 7))
            once()
        time.sleep(1)
    finally:
        load.ended.set()
        writer.join()


def verify(fault: str, region: Region, load: Load, smtp: SmtpServer) -> dict[str, int]:
    """Wait until all has arrived, then count: every event, incident and mail is there once. Gives what is not so."""
    expected = sum(load.lines.values())
    mails = load.attacks * MAILS_AN_INCIDENT
    wait_for(f"{mails} mails", lambda: len(_by_recipient(smtp)) >= mails, PATIENCE, region)
    wait_for(f"{load.attacks} incidents", lambda: len(region.stored("incident")) >= load.attacks, PATIENCE, region)
    wait_for(f"{expected} events", lambda: len(region.stored("event")) >= expected, PATIENCE, region)
    time.sleep(3)

    events = Counter((str(body["organization.id"]), str(body["event.original"])) for body in region.stored("event"))
    incidents = region.stored("incident")
    linked = Counter(link["entity"]["value"] for body in incidents for link in body["why"]["links"])
    sent = _by_recipient(smtp)
    uncertain = sum("X-Tocsin-Uncertain" in mail.message for mail in smtp.delivered)
    lost = [attacker(number) for number in range(load.attacks) if attacker(number) not in linked]
    doubled = [value for value, times in linked.items() if times > 1]
    again = {key: ids for key, ids in sent.items() if len(ids) > 1 and not _marked(smtp, ids)}
    table.append(
        f"{fault:<24} {expected:>6}  {load.attacks:>9}  {mails:>5}  {len(lost):>4}  {len(doubled) + len(again):>7}  {uncertain:>9}"
    )

    wrong = {
        "events": sum(events.values()) - expected,
        "dead letters": len(region.stored("dead")),
        "memberships": len(region.stored("membership")) - 2 * load.attacks,
        "incidents": len(incidents) - load.attacks,
        "other than two sites, two detections": sum((len(body["sites"]), body["detections"]) != (2, 2) for body in incidents),
        "lost": len(lost),
        "doubled": len(doubled),
        "mails": len(sent) - mails,
        "mails again, not marked": len(again),
    }
    return {what: number for what, number in wrong.items() if number}


def _by_recipient(smtp: SmtpServer) -> dict[tuple[str, str], list[str]]:
    """Message-IDs of what was delivered, by thread and recipient."""
    found: dict[tuple[str, str], list[str]] = {}
    for mail in smtp.delivered:
        key = (str(mail.message["References"]), mail.recipients[0])
        found.setdefault(key, []).append(str(mail.message["Message-ID"]))
    return found


def _marked(smtp: SmtpServer, ids: list[str]) -> bool:
    """Whether the copies have one Message-ID and all but the first are marked uncertain."""
    copies = [mail for mail in smtp.delivered if str(mail.message["Message-ID"]) == ids[0]]
    return len(set(ids)) == 1 and all("X-Tocsin-Uncertain" in mail.message for mail in copies[1:])


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_under_load_loses_and_doubles_nothing(stage: str, cluster: Region, load: Load, smtp: SmtpServer) -> None:
    """Kill -9 of one worker, at random moments; the next one goes on where it was."""

    def once() -> None:
        cluster.kill(stage)
        cluster.start_worker(stage)

    strike(load, stage, once)
    assert verify(f"kill -9 {stage}", cluster, load, smtp) == {}


def test_all_workers_killed_at_once_lose_and_double_nothing(cluster: Region, load: Load, smtp: SmtpServer) -> None:
    """Kill -9 of every worker and shipper in the same moment."""
    everything = [*STAGES, *(f"ship-{site}" for site in SITES)]

    def once() -> None:
        for name in everything:
            cluster.kill(name)
        for stage in STAGES:
            cluster.start_worker(stage)
        for site in SITES:
            cluster.start(f"ship-{site}", "ship", "--config", str(cluster.folder / f"site-{site}.toml"))

    strike(load, "all", once)
    assert verify("kill -9 all", cluster, load, smtp) == {}


def test_elasticsearch_away_loses_and_doubles_nothing(
    cluster: Region, load: Load, smtp: SmtpServer, nodes: tuple[Node, Node]
) -> None:
    """The store stops for half a minute under load; workers wait, say so, and go on."""
    _, elasticsearch = nodes

    def once() -> None:
        elasticsearch.stop()
        time.sleep(AWAY_SECONDS)
        elasticsearch.start()

    strike(load, "elasticsearch", once)
    assert verify("Elasticsearch away", cluster, load, smtp) == {}


def test_kafka_away_loses_and_doubles_nothing(cluster: Region, load: Load, smtp: SmtpServer, nodes: tuple[Node, Node]) -> None:
    """The broker stops for half a minute under load; shippers and workers wait, and go on."""
    kafka, _ = nodes

    def once() -> None:
        kafka.stop()
        time.sleep(AWAY_SECONDS)
        kafka.start()

    strike(load, "kafka", once)
    assert verify("Kafka away", cluster, load, smtp) == {}


def test_the_embedded_region_killed_under_load_loses_and_doubles_nothing(tmp_path: Path, load: Load, smtp: SmtpServer) -> None:
    """Kill -9 of `tocsin run`, at random moments; the next start goes on."""
    sources = [(site, "sshd", load.path(site)) for site in SITES]
    region = Region(tmp_path / "embedded", SITES, smtp, settle=1, sources=sources)
    words = ("run", "--config", str(region.config))
    region.start("run", *words)

    def once() -> None:
        region.kill("run")
        region.start("run", *words)

    try:
        strike(load, "embedded", once)
        assert verify("kill -9 embedded run", region, load, smtp) == {}
    finally:
        region.stop()
