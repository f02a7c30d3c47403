"""``tocsin console``: on this machine alone."""

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from tests.services.processes import free_ports
from tocsin.adapters.sqlite import Database
from tocsin.commands.console import bound

CONFIG = """
[region]
name = "Région témoin"
contacts = [{role = "grades", name = "GRADeS", email = "grades@region.example.org"}]
desk = {name = "desk", phone = "01 00 00 00 00"}

[[site]]
finess = "990000001"
name = "CHU de Valmont"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A region that has run."""
    path = tmp_path / "region.toml"
    path.write_text(CONFIG, "utf-8")
    (tmp_path / "var").mkdir()
    Database(tmp_path / "var" / "region.db").close()
    return path


def test_it_serves_this_machine(config: Path) -> None:
    """The address it prints answers with the queue, and SIGTERM ends it in order."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "tocsin.cli", "console", "--config", str(config), "--port", str(port), "--lang", "en"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = process.stderr.readline().split()[-1]
        assert address == f"http://127.0.0.1:{port}/"
        with urllib.request.urlopen(address, timeout=30) as answer:
            html = answer.read().decode()
        assert "Région témoin" in html
        assert "No regional incident." in html
    finally:
        process.terminate()
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.returncode in (0, -15)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "169.254.1.1"])
def test_another_machines_address_is_refused(config: Path, address: str) -> None:
    """Exit 2, with the reason and what to do instead."""
    command = [sys.executable, "-m", "tocsin.cli", "console", "--config", str(config), "--address", address, "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no access control yet" in done.stderr
    assert "SSH tunnel" in done.stderr


@pytest.mark.parametrize("address", ["", "everywhere", "127.0.0.1.example.org", "127.0.0.1:80"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """A name could lead anywhere."""
    with pytest.raises(ConfigurationError, match="no IP address of this machine"):
        bound(address, 0)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_the_loopback_is_taken(address: str) -> None:
    """Any address of it."""
    with bound(address, 0) as door:
        assert door.getsockname()[0].startswith("127.")


def test_a_port_that_is_taken_or_none_is_named() -> None:
    """The operator reads which one."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigurationError, match="cannot listen there"):
        bound("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(ConfigurationError, match="--port 70000"):
        bound("127.0.0.1", 70_000)
