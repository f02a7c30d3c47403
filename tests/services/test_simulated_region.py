"""The campaigns of the simulated region, through one process and through Kafka, Faust and Elasticsearch, and on the console's screen."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from schemas import topics
from schemas.incident import code_of
from schemas.tick import Tick
from tests.services.addresses import Services
from tests.services.region import STAGES, Body, Region, wait_for
from tests.services.smtp import SmtpServer
from tocsin.demonstration.score import score
from tocsin.simulation.files import log_path, region_toml, write
from tocsin.simulation.region import Simulated, region
from tocsin.wiring import console
from tocsin.wiring.demonstration import truth_of
from tocsin.wiring.stages import utc_now

START = datetime(2026, 10, 6, tzinfo=UTC)
QUIET = 0.02
"""Ordinary life at a fiftieth; the campaigns stay as they are."""
NEVER_MIND = 3600
"""Seconds of settling: only the last tick releases, so both modes hear the sites in one order."""


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    """Eight hospitals and all campaigns."""
    return region(START, seed=7, scale=QUIET)


@pytest.fixture(scope="module")
def logs(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of their logs."""
    folder = tmp_path_factory.mktemp("simulated")
    assert sum(lines for _, lines in write(simulated, folder)) > 1000
    return folder


@pytest.fixture
def cluster(tmp_path: Path, services: Services, smtp: SmtpServer, prefix: str, simulated: Simulated) -> Iterator[Region]:
    """The region on the real services."""
    found = _region(tmp_path / "cluster", simulated, smtp, services, prefix)
    found.provision()
    yield found
    found.stop()


def test_the_campaigns_are_the_same_incidents_in_both_modes_and_on_the_screen(
    cluster: Region, simulated: Simulated, logs: Path, tmp_path: Path, smtp: SmtpServer
) -> None:
    """Every campaign is one incident with all its sites, byte for byte the same from both stores; the console lists them from Elasticsearch."""
    embedded = _region(tmp_path / "embedded", simulated, smtp)
    embedded.settings.region.data.parent.mkdir(exist_ok=True)
    _ship(embedded, simulated, logs)
    embedded.run("run", "--once", "--config", str(embedded.config))

    _ship(cluster, simulated, logs)
    _work_off(cluster, events=len(embedded.stored("event")))

    incidents = _by_id(embedded, "incident")
    assert incidents == _by_id(cluster, "incident")
    assert _by_id(embedded, "detection") == _by_id(cluster, "detection")
    found = score([truth_of(campaign) for campaign in simulated.truth], list(incidents.values()), timedelta(days=1))
    assert (found.sites_right, found.wrongly_joined) == (len(simulated.truth), 0)

    living = [name for name, body in incidents.items() if body["merged_into"] is None]
    pages = _pages(cluster, ["/", *(f"/incidents/{name}" for name in living)])
    assert set(re.findall(r"INC-[0-9a-f]+", pages["/"])) == {code_of(name) for name in living}
    assert all(code_of(name) in pages[f"/incidents/{name}"] for name in living)


def _region(folder: Path, simulated: Simulated, smtp: SmtpServer, services: Services | None = None, prefix: str = "") -> Region:
    settle = NEVER_MIND if services else 1  # embedded, `--once` hears all sites before the first tick
    declared = region_toml(simulated).partition("[[source]]")[0]
    sites = [site.finess for site in simulated.sites]
    return Region(folder, sites, smtp, services, prefix, settle=settle, declared=declared)


def _ship(target: Region, simulated: Simulated, logs: Path) -> None:
    for place in simulated.places:
        sources = [(kind, logs / log_path(place, kind)) for kind in place.sources]
        target.run("ship", "--once", "--config", str(target.shipper(place.finess, sources)))


def _work_off(cluster: Region, events: int) -> None:
    for stage in STAGES:
        cluster.start_worker(stage)
    wait_for("every event is stored", lambda: len(cluster.stored("event")) == events, 240, cluster)
    wait_for("every source is heard", lambda: cluster.lag("correlate") == 0, 60, cluster)
    cluster.send(topics.DETECTIONS, "tick", Tick(now=utc_now() + timedelta(seconds=2 * NEVER_MIND)))
    wait_for("the tick is worked off", lambda: cluster.lag("correlate") == 0, 60, cluster)
    wait_for("an incident", lambda: len(cluster.stored("incident")) >= 1, 60, cluster)


def _by_id(stored: Region, kind: str) -> Mapping[str, Body]:
    return {str(body["id"]): body for body in stored.stored(kind)}


def _pages(cluster: Region, paths: list[str]) -> Mapping[str, str]:
    async def read() -> Mapping[str, str]:
        opened = console.opened(cluster.settings, clock=lambda: START + timedelta(days=1))
        transport = httpx.ASGITransport(app=opened.app)  # type: ignore[arg-type]  # an ASGI application
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8710") as client:
            answers = {path: await client.get(path) for path in paths}
        await opened.close()
        return {path: answer.raise_for_status().text for path, answer in answers.items()}

    return asyncio.run(read())
