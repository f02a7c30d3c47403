"""The package as an operator gets it: a wheel, installed where the repository is not."""

import json
import shutil
import subprocess
import sys
import venv
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("schemas", "ingest", "correlate", "notify", "console", "tocsin", "rules")
DATA = {"rules": "*.yml", "notify": "*.j2", "console": "*.html", "tocsin": "*.toml"}

READ = """
from importlib.resources import files
import sys
import tocsin

def walk(folder, path):
    for entry in folder.iterdir():
        if entry.is_dir():
            walk(entry, f"{path}/{entry.name}")
        elif entry.read_bytes():
            print(f"{path}/{entry.name}")

print(tocsin.__file__)
for package in sys.argv[1:]:
    walk(files(package), package)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run it away from the repository and return what it printed; a failure shows its output."""
    answer = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"{' '.join(map(str, command))} exited {answer.returncode}\n{answer.stdout}\n{answer.stderr}"
    return answer.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of a venv elsewhere that has our code from the wheel, and the dependencies of this one by path."""
    place = tmp_path_factory.mktemp("elsewhere")
    sources = place / "sources"
    unwanted = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "docs")
    shutil.copytree(ROOT, sources, ignore=unwanted)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, sources, cwd=place)
    (wheel,) = place.glob("*.whl")
    shutil.rmtree(sources)
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=place)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip())
    dependencies = Path(pytest.__file__).parents[1]
    (site / "dependencies.pth").write_text(
        f"{dependencies}\n"
    )  # a .pth inside that folder, such as our editable one, is not followed
    return python.parent


def test_no_dependency_owns_one_of_our_names() -> None:
    """A distribution that also installs ``schemas`` or ``rules`` would overwrite ours, or be shadowed by it."""
    owners = packages_distributions()
    assert {name: set(owners.get(name, ())) - {"tocsin"} for name in OURS} == {name: set() for name in OURS}


def test_the_wheel_runs_elsewhere(installed: Path, tmp_path: Path) -> None:
    """The command line works from a venv and a folder that know nothing of the repository."""
    assert "replay" in run(installed / "tocsin", "--help", cwd=tmp_path)


def test_the_wheel_replays_two_hospitals_into_one_incident(installed: Path, tmp_path: Path) -> None:
    """`tocsin replay` with the rules of the wheel: one address logs in at two sites, and that is one incident with its mails."""
    for site in ("010000024", "020000023"):
        line = "2026-01-31T08:00:00+01:00 gate sshd[1]: Accepted password for admin from 203.0.113.66 port 22 ssh2\n"
        (tmp_path / f"{site}.log").write_text(line)
    recorded = [word for site in ("010000024", "020000023") for word in ("--site", f"{site}:sshd:{site}.log")]

    run(installed / "tocsin", "replay", *recorded, "--received", "2026-01-31T09:00:00Z", "--out", "out", cwd=tmp_path)

    (incident,) = (json.loads(text) for text in (tmp_path / "out" / "incidents.ndjson").read_text().splitlines())
    assert incident["sites"] == ["010000024", "020000023"]
    assert (tmp_path / "out" / "notices.ndjson").read_text()


def test_the_wheel_carries_its_data(installed: Path, tmp_path: Path) -> None:
    """Every rule, template and default of the repository is read from the wheel through importlib.resources."""
    where, *found = run(installed / "python", "-I", "-c", READ, *DATA, cwd=tmp_path).splitlines()
    expected = {str(path.relative_to(ROOT)) for package, pattern in DATA.items() for path in (ROOT / package).rglob(pattern)}
    assert Path(where).is_relative_to(installed.parent)
    assert expected
    assert expected <= set(found)
