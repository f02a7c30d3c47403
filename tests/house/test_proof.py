"""The tool behind ``make proof`` never says HELD of what it did not see."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROMISE = """[[promise]]
id = "{id}"
area = "house"
sentence = "It is so."
command = '''{command}'''
"""


def prove(folder: Path, text: str, *words: str, **environment: str) -> tuple[int, str]:
    """Run the tool on a file of promises; its exit status and all it printed."""
    path = folder / "promises.toml"
    path.write_text(text)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_") and name != "CI"}
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.proof", "--promises", path, *words],
        cwd=ROOT,
        env={**clean, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


def verdict(folder: Path, command: str, more: str = "") -> tuple[int, str]:
    """The exit status and the table line of one promise."""
    status, output = prove(folder, PROMISE.format(id="zz-one", command=command) + more)
    found = re.search(r"^(HELD|NOT HELD|NOT MEASURED) +zz-one +(.*)$", output, re.MULTILINE)
    assert found, output
    return status, f"{found[1]}: {found[2]}"


def pytest_file(folder: Path, body: str) -> str:
    """The command that runs a small test file of its own."""
    path = folder / "test_it.py"
    path.write_text(f"import pytest\n{body}\n")
    return f"pytest -ra -p no:cacheprovider --rootdir {folder} -c /dev/null {path}"


@pytest.mark.parametrize(
    ("command", "more", "status", "line"),
    [
        ("true", "", 0, r"HELD: \d+ s"),
        ("echo broken; exit 3", "", 1, r"NOT HELD: exit 3: broken"),
        ("echo no data here; exit 77", "", 0, r"NOT MEASURED: no data here"),
        ("sleep 60", "timeout = 1", 1, r"NOT HELD: not done after 1 s"),
        ("echo lost: 0", "bound = { figure = 'lost: (\\d+)', exactly = 0 }", 0, r"HELD: 0 \(exactly 0\)"),
        ("echo lost: 3", "bound = { figure = 'lost: (\\d+)', exactly = 0 }", 1, r"NOT HELD: 3 \(exactly 0\); out of bound"),
        (
            "echo 12,500 events/s",
            "bound = { figure = '(\\S+) events/s', at_least = 10000 }",
            0,
            r"HELD: 12,500 \(at least 10000\)",
        ),
        ("echo nothing", "bound = { figure = 'lost: (\\d+)', at_most = 0 }", 0, r"NOT MEASURED: the output has no .*"),
        ("true", 'needs = ["corpus"]', 0, r"NOT MEASURED: corpus: set TOCSIN_CORPUS"),
        ("test $TOCSIN_FAULT_ROUNDS = 10", 'env = { TOCSIN_FAULT_ROUNDS = "10" }', 0, r"HELD: .*"),
    ],
)
def test_the_verdict_follows_from_what_was_seen(tmp_path: Path, command: str, more: str, status: int, line: str) -> None:
    """Each way for a command to end has its verdict and reason, and only NOT HELD fails."""
    seen = verdict(tmp_path, command, more)
    assert seen[0] == status
    assert re.fullmatch(line, seen[1])


@pytest.mark.parametrize(
    ("body", "status", "line"),
    [
        ("def test_a(): pass", 0, r"HELD: 1 passed"),
        ("def test_a(): assert False", 1, r"NOT HELD: 1 failed; exit 1: .*"),
        ("def test_a(): pytest.skip('no broker here')", 0, r"NOT MEASURED: 1 skipped; no broker here"),
        (
            "def test_a(): pass\ndef test_b(): pytest.skip('no broker here')",
            0,
            r"NOT MEASURED: 1 passed, 1 skipped; no broker here",
        ),
        ("@pytest.mark.xfail\ndef test_a(): assert False", 1, r"NOT HELD: 1 xfailed; a test is expected to fail"),
        ("x = 1", 0, r"NOT MEASURED: no tests ran; no test was run"),
        ("import nowhere_to_be_found", 1, r"NOT HELD: 1 error; exit 2: .*"),
    ],
)
def test_what_pytest_skipped_is_not_held(tmp_path: Path, body: str, status: int, line: str) -> None:
    """A promise is held only when every test behind it ran and passed."""
    seen = verdict(tmp_path, pytest_file(tmp_path, body))
    assert seen[0] == status
    assert re.fullmatch(line, seen[1])


def test_a_test_that_does_not_exist_is_not_held(tmp_path: Path) -> None:
    """A promise whose file was renamed fails loudly."""
    status, line = verdict(tmp_path, "pytest tests/no/such_file.py")
    assert (status, line.startswith("NOT HELD")) == (1, True)


def test_one_word_selects(tmp_path: Path) -> None:
    """ONLY=word runs the promises with that word, and a word that matches none is an error."""
    text = PROMISE.format(id="zz-one", command="true") + PROMISE.format(id="zz-two", command="false")
    assert prove(tmp_path, text, "zz-one")[0] == 0
    assert "zz-two" not in prove(tmp_path, text, "zz-one")[1]
    assert prove(tmp_path, text)[0] == 1
    assert prove(tmp_path, text, "nowhere")[0] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            PROMISE.format(id="a", command="true") + "time_out = 3",
            "promise 1 (a): unknown key 'time_out'; did you mean 'timeout'?",
        ),
        ("[[promises]]", "unknown key 'promises'; did you mean 'promise'?"),
        ('[[promise]]\nid = "a"', "promise 1 (a): 'area' is missing"),
        (PROMISE.format(id="a", command="true") * 2, "the id 'a' appears twice"),
        (PROMISE.format(id="a", command="true") + 'needs = ["kafka"]', "needs 'kafka'; expected 'corpus' or 'services'"),
        (PROMISE.format(id="a", command="true") + "bound = { figure = 'x', at_most = 1 }", "exactly one group"),
        (PROMISE.format(id="a", command="true") + "bound = { figure = '(x)' }", "one of at_most, at_least, exactly"),
        (PROMISE.format(id="a", command="true") + "bound = { figure = '(x' , at_most = 1 }", "no regular expression"),
        ("[[promise", "promises.toml: "),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    """A mistake in the file exits 2 and says where and what was expected; nothing is run."""
    status, output = prove(tmp_path, text)
    assert status == 2
    assert said in output


def test_our_own_promises_are_well_formed(tmp_path: Path) -> None:
    """The file of the repository can be read, and each promise is one sentence."""
    status, output = prove(tmp_path, (ROOT / "promises.toml").read_text("utf-8"), "--list")
    assert status == 0
    assert output.splitlines()
    assert all(re.fullmatch(r"[a-z0-9-]+: [A-Z].*\.", line) for line in output.splitlines())
