"""What an operator reads when the broker is away or says no."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.addresses import Services
from tests.services.processes import free_ports
from tests.services.region import Region, wait_for
from tests.services.smtp import SmtpServer

SITE = "010000024"


@pytest.fixture
def region(tmp_path: Path, services: Services, smtp: SmtpServer, prefix: str) -> Iterator[Region]:
    """A provisioned region of one site."""
    region = Region(tmp_path / "region", [SITE], smtp, services, prefix)
    region.provision()
    yield region
    region.stop()


def changed(region: Region, **kafka: str) -> Path:
    """The region's configuration with other lines in [kafka]."""
    before, _, rest = region.config.read_text().partition("[kafka]\n")
    section, _, after = rest.partition("\n[")
    kept = [line for line in section.splitlines() if line.partition(" = ")[0] not in kafka]
    changed_lines = [f"{name} = {value}" for name, value in kafka.items()]
    text = "\n".join([before, "[kafka]", *kept, *changed_lines, f"[{after}"])
    path = region.folder / "changed.toml"
    path.write_text(text)
    return path


def as_user(region: Region, services: Services, name: str, password: str) -> Path:
    """The region's configuration with a SCRAM user."""
    if not services.kafka.scram:
        pytest.skip("the broker given by address has no SASL_SSL listener")
    return changed(
        region,
        bootstrap=json.dumps([services.kafka.scram]),
        security='"SASL_SSL"',
        username=json.dumps(name),
        password=json.dumps(password),
        ca=json.dumps(str(services.kafka.ca)),
    )


def test_a_worker_without_a_broker_says_so_once_and_waits(region: Region) -> None:
    """Nobody listens on the port: one line names the address, and the worker is still there after several tries."""
    (port,) = free_ports(1)
    config = changed(region, bootstrap=json.dumps([f"127.0.0.1:{port}"]))
    region.start("away", "worker", "normalise", "--config", str(config))

    wait_for("it says that it waits", lambda: "waiting" in region.log("away"), 60, region)
    time.sleep(15)

    assert region.status("away") is None
    assert region.log("away").count("waiting") == 1
    assert f"no answer from 127.0.0.1:{port}" in region.log("away")
    assert len(region.log("away").splitlines()) <= 3


def test_a_wrong_password_ends_with_2_and_names_the_user(region: Region, services: Services) -> None:
    """TCP and TLS work, so it is the credential."""
    done = region.run("worker", "normalise", "--config", str(as_user(region, services, "nobody", "wrong")), check=False)

    assert done.returncode == 2
    assert "'nobody' or its password is refused" in done.stderr


@pytest.mark.parametrize(
    ("stage", "given", "missing_topic", "missing_right"),
    [
        ("normalise", {f"raw.{SITE}": "READ DESCRIBE", "tocsin.dead": "READ DESCRIBE"}, "tocsin.detections", "WRITE"),
        ("normalise", {"tocsin.detections": "WRITE DESCRIBE", "tocsin.dead": "READ DESCRIBE"}, f"raw.{SITE}", "READ"),
        (
            "correlate",
            {"tocsin.detections": "DESCRIBE", "tocsin.incidents": "WRITE", "tocsin-correlate-state-changelog": "READ WRITE"},
            "tocsin.detections",
            "READ",
        ),
    ],
)
def test_a_missing_right_ends_with_2_and_names_topic_and_right(
    region: Region,
    services: Services,
    stage: str,
    given: dict[str, str],
    missing_topic: str,
    missing_right: str,
) -> None:
    """The message says which right on which topic, so that the operator can give it."""
    name = f"{region.prefix}worker"
    services.kafka.add_user(name, "secret", **{region.prefix + topic: rights for topic, rights in given.items()})

    done = region.run("worker", stage, "--config", str(as_user(region, services, name, "secret")), check=False)

    assert done.returncode == 2
    assert f"lacks {missing_right}" in done.stderr
    assert f"topic {region.prefix}{missing_topic}" in done.stderr
    assert "secret" not in done.stderr


def test_a_topic_that_does_not_exist_ends_with_2_and_says_provision(region: Region) -> None:
    """Nothing was provisioned under this prefix."""
    done = region.run("worker", "normalise", "--config", str(changed(region, prefix='"never-"')), check=False)

    assert done.returncode == 2
    assert "run `tocsin provision`" in done.stderr


def test_provisioning_twice_changes_nothing_and_a_dry_run_does_nothing(region: Region) -> None:
    """The second run finds every topic there; a dry run under another prefix leaves nothing behind."""
    again = region.run("provision", "--config", str(region.config))
    other = changed(region, prefix='"dry-"')
    dry = region.run("provision", "--dry-run", "--config", str(other))
    still = region.run("provision", "--dry-run", "--config", str(other))

    assert "create topic" not in again.stdout
    assert "would create topic dry-" in dry.stdout
    assert dry.stdout == still.stdout
