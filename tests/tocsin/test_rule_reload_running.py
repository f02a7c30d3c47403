"""Rules that change while a region runs over their files."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.builders import VIENNE, sites
from tests.tocsin.reloading import BROKEN, REGION, found_in, raw, rule
from tocsin.analysis import Analysis
from tocsin.drivers.reload import Reloader
from tocsin.settings import Region, read
from tocsin.wiring.rule_reload import RunningRules, preparing
from tocsin.wiring.rules import detector, rulebook_of


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """A region whose rules are in a folder."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yml").write_text(rule("a", "x"))
    (tmp_path / "region.toml").write_text(REGION)
    return read(tmp_path / "region.toml", Region)


class Life:
    """A reloader over a region's files, and the stage it keeps."""

    def __init__(self, region: Region) -> None:
        rules = rulebook_of(region.rules)
        (site,) = sites(VIENNE)
        self.analysis = Analysis({VIENNE: site}, detector(rules))
        running = RunningRules(region, rules, preparing([self.analysis], detector))
        self.reloader = Reloader(running.stamp, running.load, 1e-9)

    def turns(self, count: int = 2) -> None:
        """The reloader looks; a change is taken at the second look."""

        async def take() -> None:
            for _ in range(count):
                await self.reloader.turn()

        asyncio.run(take())

    def finds(self, value: str) -> bool:
        """Whether a record with this value is detected."""
        return bool(found_in(self.analysis, raw(VIENNE, value, 0)))


def test_a_written_file_is_taken_once_it_rests(region: Region, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not at the first look, when it may be half written; one line says what changed."""
    life = Life(region)
    (tmp_path / "rules" / "b.yml").write_text(rule("b", "y"))
    life.turns(1)
    assert not life.finds("y")
    life.turns(1)
    assert (life.finds("x"), life.finds("y")) == (True, True)
    (line,) = caplog.messages
    assert line == f"rules reloaded: new {tmp_path}/rules/b.yml; now 2 rules, 0 correlations"
    life.turns()
    assert len(caplog.messages) == 1


def test_a_bad_file_is_refused_and_the_old_rule_goes_on(region: Region, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the file and the reason; the good one takes over when it is there."""
    life = Life(region)
    (tmp_path / "rules" / "a.yml").write_text(BROKEN)
    life.turns()
    assert life.finds("x")
    assert "a.yml (its last good version stays in force): not valid YAML: line 2" in caplog.text
    (tmp_path / "rules" / "a.yml").write_text(rule("a", "z"))
    life.turns()
    assert (life.finds("x"), life.finds("z")) == (False, True)


def test_a_setting_is_taken_from_the_configuration(region: Region, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A rule that is set off says nothing any more; a wrong configuration changes nothing."""
    life = Life(region)
    config = tmp_path / "region.toml"
    config.write_text(REGION + '[[rules.setting]]\npaths = ["a.yml"]\nstate = "off"\n')
    life.turns()
    assert not life.finds("x")
    assert "rules reloaded: [rules] of the configuration; now 0 rules" in caplog.text
    config.write_text(REGION + '[[rules.setting]]\npaths = ["a.yml"]\nstate = "of"\n')
    life.turns()
    assert not life.finds("x")
    assert f"not reloaded, what is in force stays: {config}:13: rules.setting.0.state" in caplog.text
    config.write_text(REGION)
    life.turns()
    assert life.finds("x")


@pytest.mark.parametrize("what", ["the folder is gone", "the folder is empty"])
def test_without_any_rule_what_is_in_force_stays(
    region: Region, tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    """A file system that is not mounted does not end detection."""
    life = Life(region)
    (tmp_path / "rules" / "a.yml").unlink()
    if what == "the folder is gone":
        (tmp_path / "rules").rmdir()
    life.turns()
    assert life.finds("x")
    assert "not reloaded, what is in force stays: " in caplog.text


def test_told_to_hurry_it_does_not_wait(region: Region, tmp_path: Path) -> None:
    """As at SIGHUP: one look is enough."""
    life = Life(region)
    (tmp_path / "rules" / "b.yml").write_text(rule("b", "y"))
    life.reloader.hurry()
    life.turns(1)
    assert life.finds("y")


def test_what_no_one_foresaw_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """An error of any kind while loading is said, and the next turn comes."""
    stamps = iter([1, 2, 2, 2])

    def fails() -> None:
        raise ZeroDivisionError("surprise")

    reloader = Reloader(lambda: next(stamps), fails, 1e-9)  # type: ignore[arg-type]

    async def turns() -> None:
        for _ in range(3):
            await reloader.turn()

    asyncio.run(turns())
    assert "not reloaded, what is in force stays" in caplog.text
    assert len(caplog.messages) == 1


def test_a_worker_hurries_at_a_signal(region: Region, tmp_path: Path) -> None:
    """Attached to Faust's timer, SIGHUP makes the next turn reload, and ends nothing."""
    life, turns = Life(region), []
    before = signal.getsignal(signal.SIGHUP)
    try:
        life.reloader.attach(lambda **_: turns.append)
        (tmp_path / "rules" / "b.yml").write_text(rule("b", "y"))
        signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    (turn,) = turns
    asyncio.run(turn())
    assert life.finds("y")
