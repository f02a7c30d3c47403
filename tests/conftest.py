"""What every test may use, and the two closing lines that say whether other people's data and real services were in the run."""

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

pytest_plugins = ("tests.services.fixtures",)

CLOSING = ("corpus", "services")
"""The markers that the closing lines count."""

ran = pytest.StashKey[Counter[str]]()
skipped = pytest.StashKey[dict[str, list[str]]]()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of other people's data; the test is skipped when there is none."""
    folder = os.environ.get("TOCSIN_CORPUS")
    if not folder:
        pytest.skip("set TOCSIN_CORPUS")
    if not Path(folder).is_dir():
        pytest.fail(f"TOCSIN_CORPUS={folder} is no folder")
    return Path(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--closing``: say last how many corpus and services tests ran; with ``CI=true``, none is a failure."""
    parser.addoption("--closing", action="store_true", help="say last how many corpus and services tests ran")


def pytest_configure(config: pytest.Config) -> None:
    """Start counting."""
    config.stash[ran] = Counter()
    reasons: dict[str, list[str]] = {marker: [] for marker in CLOSING}
    config.stash[skipped] = reasons


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lives in tests/services or uses a fixture of that name, before ``-m`` selects."""
    home = Path(__file__).parent / "services"
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if home in item.path.parents or "services" in fixtures:
            item.add_marker("services")
        if "corpus" in fixtures:
            item.add_marker("corpus")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a test that came to its end, or keep the reason why it did not."""
    report = yield
    for marker in (marker for marker in CLOSING if item.get_closest_marker(marker)):
        if report.skipped and isinstance(report.longrepr, tuple):
            item.config.stash[skipped][marker].append(report.longrepr[2].removeprefix("Skipped: "))
        elif report.when == "call":
            item.config.stash[ran][marker] += 1
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Write the closing lines below pytest's own summary."""
    yield
    config = session.config
    if not config.getoption("--closing") or config.option.collectonly:
        return
    print()
    for marker in CLOSING:
        count = config.stash[ran][marker]
        print(closing_line(marker, count, config.stash[skipped][marker]))
        if not count and os.environ.get("CI") == "true" and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def closing_line(marker: str, count: int, why_skipped: list[str]) -> str:
    """``services: 12 run``, with what was skipped and the first reason why."""
    if not count:
        return f"{marker}: not run ({why_skipped[0] if why_skipped else 'no such test was selected'})"
    return f"{marker}: {count} run" + (f", {len(why_skipped)} skipped ({why_skipped[0]})" if why_skipped else "")
