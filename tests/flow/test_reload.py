"""``tocsin run`` as a process: rules come, go bad and change while logs flow, and nothing stops."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

RULE = """
title: Login of {user}
id: 00000000-0000-4000-8000-{number:012d}
status: test
level: high
logsource: {{product: linux, service: sshd}}
detection:
    s: {{event.action: ssh_login, event.outcome: success, user.name: {user}}}
    condition: s
"""
REGION = """
[region]
name = "Isère"
contacts = [{{role = "grades", name = "GRADeS", email = "grades@region.example.org"}}]
desk = {{name = "desk", phone = "04 26 00 00 15"}}
data = "region.db"
[[site]]
finess = "990000001"
name = "CHU de Valmont"
[[source]]
site = "990000001"
type = "sshd"
path = "auth.log"
[rules]
folders = ["rules"]
reload_seconds = {seconds}
"""
LINE = "2026-01-31T08:00:{second:02d}+01:00 gate sshd[1]: Accepted password for {user} from 51.0.0.1 port 22 ssh2\n"


class Process:
    """A running region, its log file and its rules."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.rules, self.log, self.said = folder / "rules", folder / "auth.log", folder / "stderr"
        self.data = folder / "region.db"
        self.rules.mkdir()
        self.write("marie", 1)
        self.log.touch()
        (folder / "region.toml").write_text(REGION.format(seconds=seconds))
        command = [sys.executable, "-m", "tocsin.cli", "run", "--config", str(folder / "region.toml")]
        with self.said.open("w") as stream:
            self.process = subprocess.Popen(command, stderr=stream)
        self.until(lambda: "1 rules" in self.said.read_text())
        self.lines = 0

    def write(self, user: str, number: int) -> None:
        """A rule that finds this user's logins."""
        (self.rules / f"{user}.yml").write_text(RULE.format(user=user, number=number))

    def login(self, user: str) -> None:
        """A line in the log."""
        self.lines += 1
        with self.log.open("a") as stream:
            stream.write(LINE.format(second=self.lines % 60, user=user))

    def found(self, title: str) -> int:
        """How many detections a rule has given."""
        code = (
            "import sqlite3, sys; print(sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True).execute("
            "\"SELECT count(*) FROM document WHERE kind='detection' AND instr(body, ?)\", (sys.argv[2],)).fetchone()[0])"
        )
        done = subprocess.run([sys.executable, "-c", code, self.data, title], capture_output=True, text=True, check=False)
        return int(done.stdout or 0)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds; a region that ends or stands still fails here."""
        for _ in range(600):
            if condition():
                return
            assert self.process.poll() is None, self.said.read_text()
            time.sleep(0.1)
        pytest.fail(f"in vain; the region said: {self.said.read_text()}")

    def detects(self, user: str) -> None:
        """A login from now on is detected."""
        before = self.found(f"Login of {user}")
        self.login(user)
        self.until(lambda: self.found(f"Login of {user}") > before)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[float], Process]]:
    """Starts a region, which ends with the test."""
    started: list[Process] = []

    def begin(seconds: float) -> Process:
        started.append(Process(tmp_path, seconds))
        return started[-1]

    yield begin
    for region in started:
        region.process.terminate()
        region.process.wait(60)


def test_rules_come_go_bad_and_are_repaired_while_logs_flow(start: Callable[[float], Process]) -> None:
    """A new rule is seen, a broken one keeps its last good version, a changed one changes; the process ends as it should."""
    region = start(0.2)
    region.detects("marie")

    region.write("paul", 2)
    region.until(lambda: "rules reloaded: new " in region.said.read_text())
    region.detects("paul")
    region.detects("marie")

    (region.rules / "paul.yml").write_text("title: [unclosed\n")
    region.until(lambda: "paul.yml (its last good version stays in force): not valid YAML" in region.said.read_text())
    region.detects("paul")
    region.detects("marie")

    (region.rules / "paul.yml").unlink()
    region.until(lambda: "rules reloaded: gone " in region.said.read_text())
    before = region.found("Login of paul")
    region.login("paul")
    region.detects("marie")
    assert region.found("Login of paul") == before

    region.process.terminate()
    assert region.process.wait(60) == 0


def test_without_looking_a_signal_reloads(start: Callable[[float], Process]) -> None:
    """``reload_seconds = 0``: nothing is taken until SIGHUP, which does not end the process."""
    region = start(0)
    region.write("paul", 2)
    region.login("paul")
    region.detects("marie")
    assert region.found("Login of paul") == 0

    region.process.send_signal(signal.SIGHUP)
    region.until(lambda: "rules reloaded: new " in region.said.read_text())
    region.detects("paul")
