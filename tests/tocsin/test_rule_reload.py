"""Rules that change while a region runs: what is in force, what is kept, what is told."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from correlate.rules.load import load
from correlate.stage import Correlator
from schemas.batch import RawBatch
from schemas.detection import Detection, DetectionBatch
from schemas.output import Document, Emit
from schemas.tick import Tick
from tests.builders import BOURGOIN, NIGHT, VIENNE, at, sites
from tocsin.analysis import Analysis
from tocsin.drivers.reload import Reloader
from tocsin.rule_succession import Force, first, succeed, told
from tocsin.settings import Region, read
from tocsin.wiring.rule_reload import RunningRules, preparing
from tocsin.wiring.rules import Rules, detector, rulebook_of

RULE = """
title: {title}
id: {id}
name: {name}
status: test
level: high
logsource: {{product: demo}}
detection:
    s: {{f: {value}}}
    condition: s
"""
CORRELATION = """
title: At some sites
id: 44444444-4444-4444-8444-444444444444
status: test
level: critical
correlation:
    type: value_count
    rules: [a]
    timespan: {timespan}
    condition: {{gte: 2, field: organization.id}}
"""
REGION = """
[region]
name = "Isère"
contacts = [{role = "grades", name = "GRADeS", email = "grades@region.example.org"}]
desk = {name = "desk", phone = "04 26 00 00 15"}
[[site]]
finess = "380781435"
name = "CH de Vienne"
[rules]
folders = ["rules"]
"""
BROKEN = "title: [unclosed\n"


def rule(name: str = "a", value: str = "x", title: str = "Rule") -> str:
    """The text of a rule that looks for a value."""
    return RULE.format(title=title, name=name, value=value, id=f"{ord(name):08}-1111-4111-8111-111111111111")


def begun(**texts: str) -> Force:
    """What is in force at first."""
    return first(texts, {}, load)


def ids(force: Force) -> list[str]:
    """The rules in force."""
    return [rule.id[:8] for rule in force.book.rules]


def test_a_file_that_goes_bad_keeps_its_last_good_version() -> None:
    """The others change, it does not; it is refused by name and reason until it is good again."""
    before = begun(a=rule("a"), b=rule("b"))
    broken = succeed(before, {"a": BROKEN, "b": rule("b", "y")}, {}, load)
    assert (broken.texts["a"], broken.texts["b"]) == (rule("a"), rule("b", "y"))
    assert len(broken.book.rules) == 2
    assert "changed b; refused a (its last good version stays in force): not valid YAML" in told(before, broken)
    again = succeed(broken, {"a": BROKEN, "b": rule("b", "y")}, {}, load)
    assert (ids(again), told(broken, again)) == (ids(broken), "")
    healed = succeed(again, {"a": rule("a", "z"), "b": rule("b", "y")}, {}, load)
    assert (healed.texts["a"], dict(healed.refused), told(again, healed)) == (rule("a", "z"), {}, "changed a")


def test_a_new_file_that_is_bad_is_refused_and_nothing_else() -> None:
    """There is no good version of it to keep."""
    before = begun(a=rule("a"))
    after = succeed(before, {"a": rule("a"), "b": BROKEN}, {}, load)
    assert ids(after) == ids(before)
    assert "new b; refused b (not in force): not valid YAML" in told(before, after)


def test_a_file_that_cannot_be_read_any_more_stays_in_force() -> None:
    """Rights that were lost are no decision to drop a rule; a file that is gone is."""
    before = begun(a=rule("a"), b=rule("b"))
    after = succeed(before, {}, {"a": "cannot read it: Permission denied"}, load)
    assert len(after.book.rules) == 1
    assert after.book.refusals == ()
    assert told(before, after) == "gone b; refused a (its last good version stays in force): cannot read it: Permission denied"


def test_a_file_that_could_never_be_read_is_refused() -> None:
    """It is among the refusals, as a bad rule is."""
    (refusal,) = first({"a": rule("a")}, {"b": "cannot read it: Permission denied"}, load).book.refusals
    assert (refusal.path, refusal.reason) == ("b", "cannot read it: Permission denied")


def test_a_correlation_whose_rule_goes_is_refused_with_it() -> None:
    """Its text is as good as before; what it counts is gone."""
    before = begun(a=rule("a"), c=CORRELATION.format(timespan="1h"))
    after = succeed(before, {"c": CORRELATION.format(timespan="1h")}, {}, load)
    assert (len(before.book.sites_within), len(after.book.sites_within)) == (1, 0)
    assert "gone a; refused c (not in force): refers to the rule 'a'" in told(before, after)


def raw(site: str, value: str, position: int) -> RawBatch:
    """One record of an ECS source."""
    record = b'{"@timestamp":"2026-01-31T02:00:0%dZ","event":{"module":"demo"},"f":"%b"}' % (position, value.encode())
    return RawBatch(
        site=site, source="s", source_type="ecs", epoch="e", positions=(position,), records=(record,), received=at("02:10")
    )


def found_in(analysis: Analysis, batch: RawBatch) -> list[Detection]:
    """What a batch gives."""
    onward = [output.noun for output in analysis.step({}, batch) if isinstance(output, Emit)]
    return [item.detection for noun in onward if isinstance(noun, DetectionBatch) for item in noun.found]


def test_the_next_batch_is_evaluated_with_the_new_rules() -> None:
    """One reference is swapped between two batches."""
    (site,) = sites(VIENNE)
    analysis = Analysis({VIENNE: site}, detector(Rules(begun(a=rule("a", "x")).book)))
    assert [bool(found_in(analysis, raw(VIENNE, value, 0))) for value in ("x", "y")] == [True, False]
    analysis.use(detector(Rules(begun(a=rule("a", "y")).book)))
    assert [bool(found_in(analysis, raw(VIENNE, value, 0))) for value in ("x", "y")] == [False, True]


@pytest.mark.parametrize(
    ("after", "fires"),
    [
        pytest.param({"a": rule("a"), "c": CORRELATION.format(timespan="1h"), "b": rule("b")}, True, id="another rule is new"),
        pytest.param(
            {"a": rule("a"), "c": CORRELATION.format(timespan="1h").replace("At some", "At two")},
            True,
            id="only its title changes",
        ),
        pytest.param({"a": rule("a"), "c": CORRELATION.format(timespan="2h")}, False, id="it changes"),
    ],
)
def test_what_an_unchanged_correlation_has_counted_is_kept(after: dict[str, str], fires: object) -> None:
    """The first site is counted before the reload, the second after it; a changed correlation starts anew."""
    members = sites(VIENNE, BOURGOIN)
    books = [begun(a=rule("a"), c=CORRELATION.format(timespan="1h")).book, first(after, {}, load).book]
    correlator = Correlator(members, books[0].sites_within, hold=timedelta(0))
    analysis = Analysis({site.finess: site for site in members}, detector(Rules(books[0])))
    memory: dict[str, bytes] = {}
    raised = []
    for book, site in zip(books, (VIENNE, BOURGOIN), strict=True):
        analysis.use(detector(Rules(book)))
        correlator.use(book.sites_within)
        onward = [output.noun for output in analysis.step({}, raw(site, "x", 1)) if isinstance(output, Emit)]
        for message in (Tick(now=NIGHT), *onward):
            raised += [out for out in correlator.step(memory, message) if isinstance(out, Document) and out.kind == "incident"]
    assert bool(raised) is fires


COUNTING = """
title: twice
id: 99999999-9999-4999-8999-999999999999
status: test
level: high
correlation:
    type: event_count
    rules: [{rule}]
    timespan: {timespan}
    condition: {{gte: 2}}
"""


@pytest.mark.parametrize(("timespan", "fires"), [("1h", True), ("2h", False)])
def test_what_an_unchanged_count_inside_a_site_has_counted_is_kept(timespan: str, *, fires: bool) -> None:
    """One match before the reload and one after it are two; a changed correlation starts anew."""
    members = sites(VIENNE)
    written = [COUNTING.format(rule="a", timespan=text) for text in ("1h", timespan)]
    books = [begun(a=rule("a"), c=text).book for text in written]
    correlator = Correlator(members, hold=timedelta(0), countings=books[0].countings)
    analysis = Analysis({VIENNE: members[0]}, detector(Rules(books[0])))
    memory: dict[str, bytes] = {}
    raised = []
    for position, book in enumerate(books):
        analysis.use(detector(Rules(book)))
        correlator.use(book.sites_within, book.countings)
        onward = [output.noun for output in analysis.step({}, raw(VIENNE, "x", position)) if isinstance(output, Emit)]
        for message in (Tick(now=NIGHT), *onward):
            raised += [out for out in correlator.step(memory, message) if isinstance(out, Document) and out.kind == "detection"]
    assert bool(raised) is fires


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
