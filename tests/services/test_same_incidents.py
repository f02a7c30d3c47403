"""Embedded, replayed and through Kafka, Faust and Elasticsearch: the same logs are the same incidents."""

import json
import tarfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from schemas import topics
from schemas.tick import Tick
from tests.services.addresses import Services
from tests.services.region import STAGES, Body, Region, ndjson, wait_for
from tests.services.smtp import SmtpServer
from tocsin.wiring.stages import utc_now

SITES = ("010000024", "020000023", "030000022")
CAPTURES = ("empire_smbexec_dcerpc_smb_svcctl", "empire_psexec_dcerpc_tcp_svcctl", "empire_psremoting_stager")
PLANTED = "203.0.113.66"
NEVER_MIND = 3600
"""Seconds of settling: only the last tick releases, so both modes hear the sites in one order."""

Sources = dict[str, list[tuple[str, Path]]]


@pytest.fixture
def sources(corpus: Path, tmp_path: Path) -> Sources:
    """Captures of a campaign at three sites, and one public indicator at the first and the last."""
    found: Sources = {}
    for site, capture in zip(SITES, CAPTURES, strict=True):
        found[site] = [("windows_event", corpus / "campaigns" / "empire_2020-09" / f"{capture}.jsonl.gz")]
    for site, instant in ((SITES[0], "2020-09-20T12:00:00Z"), (SITES[2], "2020-09-20T17:30:00Z")):
        found[site].append(("ecs", alert(tmp_path / f"alert-{site}.ndjson", instant, PLANTED)))
    return found


def alert(path: Path, instant: str, address: str) -> Path:
    """A file with one alert of another product about this address."""
    event = {
        "@timestamp": instant,
        "event": {"kind": "alert", "dataset": "edr.alert", "severity": 99},
        "rule": {"id": "edr-1", "name": "Beacon to a known server"},
        "source": {"ip": "10.1.2.3"},
        "destination": {"ip": address},
        "host": {"name": "pc1"},
    }
    path.write_text(json.dumps(event) + "\n")
    return path


@pytest.fixture
def rules(corpus: Path, tmp_path: Path) -> Path:
    """The SigmaHQ tree."""
    with tarfile.open(corpus / "sigma" / "rules.tar.gz") as archive:
        archive.extractall(tmp_path / "sigma", filter="data")
    return tmp_path / "sigma" / "rules"


@pytest.fixture
def cluster(tmp_path: Path, services: Services, smtp: SmtpServer, prefix: str, rules: Path) -> Iterator[Region]:
    """A region on the real services."""
    region = Region(tmp_path / "cluster", SITES, smtp, services, prefix, settle=NEVER_MIND, rules=rules)
    region.provision()
    yield region
    region.stop()


def test_three_ways_through_the_pipeline_give_the_same_incidents(
    cluster: Region, sources: Sources, rules: Path, tmp_path: Path, smtp: SmtpServer
) -> None:
    """Replay, one process and the cluster agree on ids, sites, memberships and every word of why; the planted indicator is found."""
    replayed = _replayed(cluster, sources, rules, tmp_path / "replay")
    embedded = _embedded(sources, rules, tmp_path / "embedded", smtp)
    through_kafka = _through_kafka(cluster, sources, events=len(ndjson(tmp_path / "replay" / "events.ndjson")))

    assert replayed == embedded
    assert replayed == through_kafka
    (incident,) = replayed["incident"].values()
    assert incident["sites"] == [SITES[0], SITES[2]]
    assert [link["entity"]["value"] for link in incident["why"]["links"]] == [PLANTED]


Results = Mapping[str, Mapping[str, Body]]


def _results(read: Mapping[str, list[Body]]) -> Results:
    return {
        "incident": {str(body["id"]): body for body in read["incident"]},
        "membership": {f"{body['incident_id']}/{body['detection_id']}": body for body in read["membership"]},
        "detection": {str(body["id"]): body for body in read["detection"]},
    }


def _replayed(region: Region, sources: Sources, rules: Path, out: Path) -> Results:
    recorded = [f"{site}:{kind}:{path}" for site, files in sources.items() for kind, path in files]
    words = [word for text in recorded for word in ("--site", text)]
    region.run("replay", *words, "--rules", str(rules), "--out", str(out))
    return _results({kind: ndjson(out / f"{kind}s.ndjson") for kind in ("incident", "membership", "detection")})


def _embedded(sources: Sources, rules: Path, folder: Path, smtp: SmtpServer) -> Results:
    region = Region(folder, SITES, smtp, settle=1, rules=rules)
    for site, files in sources.items():
        region.settings.region.data.parent.mkdir(exist_ok=True)
        region.run("ship", "--once", "--config", str(region.shipper(site, files)))
    region.run("run", "--once", "--config", str(region.config))
    return _results({kind: region.stored(kind) for kind in ("incident", "membership", "detection")})


def _through_kafka(region: Region, sources: Sources, events: int) -> Results:
    for site, files in sources.items():
        region.run("ship", "--once", "--config", str(region.shipper(site, files)))
    for stage in STAGES:
        region.start_worker(stage)
    wait_for("every event is stored", lambda: len(region.stored("event")) == events, 240, region)
    wait_for("every source is heard", lambda: region.lag("correlate") == 0, 60, region)
    region.send(topics.DETECTIONS, "tick", Tick(now=utc_now() + timedelta(seconds=2 * NEVER_MIND)))
    wait_for("an incident", lambda: len(region.stored("incident")) >= 1, 60, region)
    return _results({kind: region.stored(kind) for kind in ("incident", "membership", "detection")})
