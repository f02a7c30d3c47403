"""How commands end: totals, what was missing, gzip on stdin, dates that are none."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

LINE = "2026-01-31T08:00:00+01:00 gate sshd[1]: Accepted password for admin from 51.0.0.1 port 22 ssh2\n"
ODD = "2026-01-31T08:00:00+01:00 gate sshd[1]: never heard of this\n"
REGION = """
[region]
name = "Isère"
contacts = [{role = "grades", name = "GRADeS", email = "grades@region.example.org"}]
desk = {name = "desk", phone = "04 26 00 00 15"}
data = "region.db"
settle_seconds = 0
[[site]]
finess = "990000001"
name = "CHU de Valmont"
[[source]]
site = "990000001"
type = "sshd"
path = "auth.log"
[[source]]
site = "990000001"
type = "linux_auth"
path = "other.log"
"""
SITE = """
[site]
finess = "990000001"
[[source]]
type = "sshd"
path = "auth.log"
[[source]]
type = "linux_auth"
path = "other.log"
[embedded]
database = "region.db"
"""


def tocsin(*words: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A command as an operator types it."""
    command = [sys.executable, "-m", "tocsin.cli", *map(str, words)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A region and a hospital with two sources, of which one is there."""
    (tmp_path / "auth.log").write_text(LINE * 3)
    (tmp_path / "region.toml").write_text(REGION)
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path


def test_run_once_says_what_came_of_it_and_what_was_missing(folder: Path) -> None:
    """Totals at the end; a source that is not there is named, and the status is 1 until it is."""
    done = tocsin("run", "--once", "--config", folder / "region.toml")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert f"source {folder}/other.log: cannot read it: No such file or directory" in said
    assert "new: 3 events, 3 detections, 0 incidents, 0 leads, 0 notices, 0 dead letters" in said
    (folder / "other.log").touch()
    done = tocsin("run", "--once", "--config", folder / "region.toml")
    assert done.returncode == 0
    assert "new: 0 events, 0 detections" in done.stderr.decode()


def test_ship_once_says_what_was_missing(folder: Path) -> None:
    """The other source is shipped all the same."""
    done = tocsin("ship", "--once", "--config", folder / "site.toml")
    assert done.returncode == 1
    assert f"source {folder}/other.log: cannot read it: No such file or directory" in done.stderr.decode()
    (folder / "other.log").touch()
    assert tocsin("ship", "--once", "--config", folder / "site.toml").returncode == 0
    done = tocsin("run", "--once", "--config", folder / "region.toml")
    assert "new: 6 events" in done.stderr.decode()


def test_what_is_not_understood_is_counted(folder: Path) -> None:
    """By ``normalise``, ``detect`` and ``replay``, each in its last words."""
    normalised = tocsin("normalise", "--source", "sshd", stdin=(LINE + ODD + "noise\n").encode())
    assert normalised.stderr.decode() == "tocsin normalise: 3 lines, 1 not understood, 1 in part\n"
    detected = tocsin("detect", stdin=normalised.stdout + b"noise\n")
    assert detected.returncode == 1
    assert detected.stderr.decode().splitlines()[-1] == "tocsin detect: 3 events, 1 detections, 1 lines that are no Event"
    (folder / "auth.log").write_text(LINE + ODD + "noise\n")
    replayed = tocsin("replay", "--site", f"990000001:sshd:{folder}/auth.log", "--out", folder / "out").stdout.decode()
    assert '"not_understood": 1' in replayed
    assert '"understood_in_part": 1' in replayed


def test_gzip_on_stdin_is_read() -> None:
    """Several members too, as ``cat *.gz`` gives them, through both commands."""
    packed = gzip.compress(LINE.encode()) + gzip.compress(LINE.encode())
    normalised = tocsin("normalise", "--source", "sshd", stdin=packed)
    assert (normalised.returncode, normalised.stdout.count(b"\n")) == (0, 2)
    detected = tocsin("detect", stdin=gzip.compress(normalised.stdout))
    assert (detected.returncode, detected.stdout.count(b"\n")) == (0, 2)


def test_gzip_that_is_cut_is_said_after_what_there_was() -> None:
    """What came whole is not lost, and the status is 1."""
    packed = gzip.compress((LINE * 1000).encode())
    done = tocsin("normalise", "--source", "sshd", stdin=packed[:-12])
    assert done.returncode == 1
    assert done.stdout.count(b"\n") > 0
    assert "stdin: gzip data that cannot be read to its end" in done.stderr.decode()


def test_an_empty_folder_of_rules_is_no_detection(tmp_path: Path) -> None:
    """``detect`` ends with 2 instead of finding nothing; a bad rule among good ones is said."""
    done = tocsin("detect", "--rules", tmp_path)
    assert done.returncode == 2
    assert f"no rule below {tmp_path}" in done.stderr.decode()
    (tmp_path / "bad.yml").write_text("title: [unclosed\n")
    assert (
        f"refused, see `tocsin rules check`: {tmp_path}/bad.yml: not valid YAML"
        in tocsin("detect", "--rules", tmp_path).stderr.decode()
    )


@pytest.mark.parametrize(
    "words", [("--start", "9999-12-31T00:00:00Z"), ("--start", "0001-01-01T00:00:00Z"), ("--days", "99999999999")]
)
def test_a_simulation_beyond_all_dates_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Status 2 and a sentence, no trace, no files."""
    done = tocsin("simulate", "--out", tmp_path / "out", *words)
    assert done.returncode == 2
    assert b"there are no such dates; years are 1 to 9999" in done.stderr
    assert not (tmp_path / "out").exists()
