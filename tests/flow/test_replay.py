"""Recorded logs of three hospitals: one incident for what two of them share, the same every time."""

import json
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from tests.why import assert_complete

SITES = ("010000024", "020000023", "030000022")
CAPTURES = ("empire_smbexec_dcerpc_smb_svcctl", "empire_psexec_dcerpc_tcp_svcctl", "empire_psremoting_stager")
C2 = "10.10.10.5"
PLANTED = "203.0.113.66"


@pytest.fixture(scope="module")
def rules(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SigmaHQ tree."""
    folder = tmp_path_factory.mktemp("sigma")
    with tarfile.open(corpus / "sigma" / "rules.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "rules"


@pytest.fixture(scope="module")
def captures(corpus: Path) -> list[str]:
    """One capture of the campaign for each site; the private address of its server is seen at all three."""
    folder = corpus / "campaigns" / "empire_2020-09"
    return [f"{site}:windows_event:{folder / capture}.jsonl.gz" for site, capture in zip(SITES, CAPTURES, strict=True)]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Another product's alert about one public address, at the first and the last site."""
    folder = tmp_path_factory.mktemp("planted")
    found = []
    for site, instant in ((SITES[0], "2020-09-20T12:00:00Z"), (SITES[2], "2020-09-20T17:30:00Z")):
        event = {
            "@timestamp": instant,
            "event": {"kind": "alert", "dataset": "edr.alert", "severity": 99},
            "rule": {"id": "edr-1", "name": "Beacon to a known server"},
            "destination": {"ip": PLANTED},
            "host": {"name": "pc1"},
        }
        path = folder / f"{site}.ndjson"
        path.write_text(json.dumps(event) + "\n")
        found.append(f"{site}:ecs:{path}")
    return found


def replay(recorded: list[str], rules: Path, out: Path) -> dict[str, bytes]:
    """The result files of a replay by name."""
    words = [word for text in recorded for word in ("--site", text)]
    command = [sys.executable, "-m", "tocsin.cli", "replay", *words, "--rules", str(rules), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def lines(data: bytes) -> list[dict[str, object]]:
    """The objects of an ndjson file."""
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture(scope="module")
def twice(
    captures: list[str], planted: list[str], rules: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, bytes]]:
    """The same input in one order of sites and in the other."""
    folder = tmp_path_factory.mktemp("replays")
    recorded = [*captures, *planted]
    return [replay(order, rules, folder / name) for name, order in (("one", recorded), ("other", recorded[::-1]))]


def test_the_same_input_gives_the_same_bytes_in_any_order_of_sites(twice: list[dict[str, bytes]]) -> None:
    """Every result file, byte for byte."""
    one, other = twice

    assert one == other
    assert set(one) == {
        "events.ndjson",
        "detections.ndjson",
        "memberships.ndjson",
        "incidents.ndjson",
        "leads.ndjson",
        "shortfalls.ndjson",
        "notices.ndjson",
        "dead.ndjson",
        "summary.json",
    }


def test_every_site_has_detections(twice: list[dict[str, bytes]]) -> None:
    """The SigmaHQ rules that are on by default see the campaign at each of the three."""
    on = Counter(str(body["site"]) for body in lines(twice[0]["detections.ndjson"]) if body["state"] == "on")

    assert set(on) == set(SITES)


def test_the_planted_address_makes_one_incident_of_its_two_sites(twice: list[dict[str, bytes]]) -> None:
    """Exactly one, linked by the planted address alone, with a complete why; mail goes out about it."""
    results = {name: lines(twice[0][f"{name}.ndjson"]) for name in ("incidents", "detections", "memberships", "notices")}
    (incident,) = results["incidents"]

    assert incident["sites"] == [SITES[0], SITES[2]]
    assert [link["entity"]["value"] for link in incident["why"]["links"]] == [PLANTED]
    assert {notice["incident_id"] for notice in results["notices"]} == {incident["id"]}
    assert_complete(incident, results["detections"], results["memberships"])


def test_the_private_address_that_all_three_saw_links_nothing(captures: list[str], rules: Path, tmp_path: Path) -> None:
    """Without the planted alerts there is no incident, though the private C2 is in the events of all three."""
    results = replay(captures, rules, tmp_path / "out")
    saw = {str(event["organization.id"]) for event in lines(results["events.ndjson"]) if C2 in json.dumps(event)}

    assert saw == set(SITES)
    assert lines(results["incidents.ndjson"]) == []
