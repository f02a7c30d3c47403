"""The command line: what was meant, one line on what is wrong, and the exit status 0, 1 or 2."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import BadMessage, ConfigurationError, Refused, RightsError, TocsinError, Unavailable
from tocsin import cli
from tocsin.cli import COMMANDS, main

TOCSIN = (sys.executable, "-m", "tocsin.cli")
LINE = "2026-01-31T08:00:00+01:00 gate sshd[1]: Accepted password for admin from 51.0.0.1 port 22 ssh2\n"


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit status and what was said on stderr."""
    try:
        status = main(words)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "meant"), [("replya", "replay"), ("normalize", "normalise"), ("acknowledged", "acknowledge"), ("wroker", "worker")]
)
def test_a_misspelt_command_says_what_was_meant(capsys: pytest.CaptureFixture[str], word: str, meant: str) -> None:
    """Status 2 and one line."""
    status, said = ended(capsys, word)
    assert status == 2
    assert f"did you mean {meant!r}?" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("zzz",), "invalid choice: 'zzz'"),
        (("replay", "--site", "010000024:sshd:/dev/null", "--recieved", "x"), "unrecognized arguments: --recieved"),
        (("replay", "--received", "yesterday", "--site", "010000024:sshd:x"), "--received"),
        (("worker", "normalize", "--config", "x"), "invalid choice: 'normalize'"),
        (("run",), "--config"),
        (("provision", "--config", "/nonexistent.toml"), "/nonexistent.toml: cannot read it"),
        (("doctor", "--config", "/nonexistent.toml"), "/nonexistent.toml: cannot read it"),
        (("ship", "--config", "/nonexistent.toml"), "/nonexistent.toml: cannot read it"),
        (("dead", "--config", "/nonexistent.toml", "list"), "/nonexistent.toml: cannot read it"),
        (("acknowledge", "--config", "/nonexistent.toml", "--by", "me", "i"), "/nonexistent.toml: cannot read it"),
        (("normalise", "--source", "ssh"), "did you mean 'sshd'?"),
        (("detect", "--rules", "/nonexistent"), "/nonexistent: there is no such folder"),
    ],
)
def test_bad_usage_ends_with_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    """It names what is wrong, without a trace."""
    status, text = ended(capsys, *words)
    assert status == 2
    assert said in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigurationError("no such thing"), 2),
        (RightsError("lacks WRITE"), 2),
        (Unavailable("away"), 1),
        (Refused("no"), 1),
        (BadMessage("odd"), 1),
        (TocsinError("else"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_status(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    """The operator's mistakes are 2, the world's trouble is 1; the text is the error's own, after the command's name."""
    from tocsin.commands import schemas

    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(schemas, "run", fail)
    assert ended(capsys, "schemas") == (status, f"tocsin schemas: {error}\n" if str(error) else "")


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` of each is status 0 and names the command; so does the list of all."""
    for name in COMMANDS:
        with pytest.raises(SystemExit) as end:
            main([name, "--help"])
        assert end.value.code == 0
        assert capsys.readouterr().out.startswith(f"usage: tocsin {name}")
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out
    assert all(name in listed for name in COMMANDS)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """As installed."""
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("tocsin 0.")


def test_a_pipe_of_commands(tmp_path: Path) -> None:
    """Raw lines become Events, and Events go into ``detect``: status 0, JSON lines on stdout."""
    events = subprocess.run(
        [*TOCSIN, "normalise", "--source", "sshd"], input=LINE * 2, capture_output=True, text=True, check=True
    )
    assert [json.loads(line)["source.ip"] for line in events.stdout.splitlines()] == ["51.0.0.1"] * 2
    found = subprocess.run([*TOCSIN, "detect"], input=events.stdout, capture_output=True, text=True, check=True)
    assert {json.loads(line)["site"] for line in found.stdout.splitlines()} == {
        json.loads(events.stdout.splitlines()[0])["organization.id"]
    }


def test_a_reader_that_goes_away_is_no_crash() -> None:
    """As in ``| head -1``: no trace, and the command ends."""
    command = f"yes '{LINE.strip()}' | head -20000 | {' '.join(TOCSIN)} normalise --source sshd | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert json.loads(done.stdout)["source.ip"] == "51.0.0.1"
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_broken_connection_may_not_kill_a_worker(capsys: pytest.CaptureFixture[str]) -> None:
    """SIGPIPE stays ignored: with its default, a peer that closes a socket would end the process without a word."""
    assert ended(capsys, "schemas")[0] == 0
    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN


def test_only_what_is_asked_for_is_imported() -> None:
    """``normalise`` in a pipe does not pay for Faust, Kafka and Elasticsearch."""
    code = "import sys; from tocsin.cli import _parser; _parser(['normalise', '--source', 'sshd']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "tocsin.commands.normalise" in loaded
    assert not {"faust", "kafka", "elasticsearch", "tocsin.commands.worker"} & set(loaded)


def test_there_is_a_module_for_every_command() -> None:
    """And no module that is no command."""
    folder = Path(cli.__file__).parent / "commands"
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(COMMANDS)
