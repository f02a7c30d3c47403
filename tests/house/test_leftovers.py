"""The service fixtures leave nothing behind, also when a test run is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.find import elasticsearch_from, kafka_from
from tests.services.java import jdk
from tests.services.processes import Child, Missing, command_of, free_ports, run_folder, sweep, wait_until

ROOT = Path(__file__).parents[2]

RUN = """
import sys
from tests.services.java import jdk
from tests.services.processes import Child, Missing, run_folder
folder = run_folder()
child = Child("sleeper", folder, ["sh", "-c", f"sleep 600; : {folder}"], {})
child.start(lambda: True)
print(folder, (folder / "sleeper.pid").read_text(), flush=True)
sys.stdin.readline()
"""


def start_run() -> tuple[subprocess.Popen[str], Path, int]:
    """Another test run: its process, its folder and the pid of its service."""
    run = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert run.stdout is not None
    folder, pid = run.stdout.readline().split()
    assert wait_until(lambda: folder in command_of(int(pid)), seconds=10)  # empty for an instant while exec replaces the process
    return run, Path(folder), int(pid)


def test_a_run_that_ends_takes_its_services_with_it() -> None:
    """At the exit of the run its service is gone and its folder too."""
    run, folder, pid = start_run()
    assert command_of(pid)
    run.communicate("\n", timeout=30)
    assert (command_of(pid), folder.exists()) == ("", False)


def test_a_killed_run_is_cleaned_up_by_the_next() -> None:
    """A kill -9 leaves the service running; the next run ends it and deletes the folder."""
    run, folder, pid = start_run()
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=30)
    assert command_of(pid)
    sweep()
    assert (command_of(pid), folder.exists()) == ("", False)


def test_a_running_neighbour_is_left_alone() -> None:
    """Two runs side by side do not touch each other's services."""
    run, folder, pid = start_run()
    sweep()
    assert (bool(command_of(pid)), folder.exists()) == (True, True)
    run.communicate("\n", timeout=30)


def test_a_recycled_pid_is_not_signalled(tmp_path: Path) -> None:
    """A pid file that names a process which is not ours ends nothing: the process must name the folder."""
    neighbour = subprocess.Popen(["sleep", "600"], start_new_session=True)
    folder = run_folder()
    (folder / "service.pid").write_text(str(neighbour.pid))
    (folder / "owner").write_text("0\n")
    sweep()
    assert (folder.exists(), neighbour.poll()) == (False, None)
    os.kill(neighbour.pid, signal.SIGKILL)
    neighbour.wait()


def test_a_child_that_dies_shows_its_log(tmp_path: Path) -> None:
    """A service that cannot start is an error with the end of its log, not a wait until the time is out."""
    child = Child("broken", tmp_path, ["sh", "-c", "echo no such option; exit 3"], {})
    with pytest.raises(RuntimeError, match="no such option"):
        child.start(lambda: False)


def test_a_child_is_stopped_with_its_own_children(tmp_path: Path) -> None:
    """The whole process group ends, also what the service itself started."""
    child = Child("parent", tmp_path, ["sh", "-c", "sleep 600 & echo $! > grandchild; wait"], {})
    grandchild = tmp_path / "grandchild"
    child.start(lambda: grandchild.exists() and bool(grandchild.read_text().strip()))
    pid = int(grandchild.read_text())
    child.stop()
    assert wait_until(lambda: not command_of(pid), seconds=10)
    assert not child.alive


def test_free_ports_are_different_and_not_ephemeral() -> None:
    """A port of the ephemeral range could be taken by an outgoing connection while its service restarts."""
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(port < 32_768 for port in ports)


def test_addresses_come_from_the_environment() -> None:
    """A service given by address is used as it is; without an address there is none."""
    environment = {
        "TOCSIN_TEST_KAFKA": "k:9092",
        "TOCSIN_TEST_ELASTICSEARCH": "https://e:9200",
        "TOCSIN_TEST_ELASTICSEARCH_CA": "/ca.pem",
        "TOCSIN_TEST_ELASTICSEARCH_USER": "u",
    }
    kafka, elasticsearch = kafka_from(environment), elasticsearch_from(environment)
    assert kafka is not None
    assert elasticsearch is not None
    assert (kafka.bootstrap, kafka.scram, kafka.ca) == ("k:9092", "", None)
    assert (elasticsearch.url, elasticsearch.ca, elasticsearch.user) == ("https://e:9200", Path("/ca.pem"), "u")
    assert kafka_from({}) is None
    assert elasticsearch_from({}) is None


def test_a_missing_jdk_is_named() -> None:
    """What this machine lacks is said in words that tell what to install."""
    with pytest.raises(Missing, match="no JDK >= 999"):
        jdk(999, "java.base")
