"""Feeds from disk, the command that checks them, and indicators through the pipeline."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from correlate.rules.load import RuleBook
from schemas.batch import RawBatch
from schemas.detection import Detection, Kind
from schemas.errors import ConfigurationError
from schemas.output import Document, Emit
from tests.builders import BOURGOIN, VIENNE, at
from tests.correlate.indicators.feeds import AMBER_STRICT, RED, attribute, bundle, event, misp, stix, warning_list
from tocsin import cli
from tocsin.analysis import Together
from tocsin.settings import IndicatorsSection, Region, read
from tocsin.wiring import indicators as wiring
from tocsin.wiring.indicators import beside, known
from tocsin.wiring.rules import Rules, detector, rulebook
from tocsin.wiring.stages import analysis, region_of

IP = "203.0.113.66"
UUID = "11111111-1111-4111-8111-111111111111"


def put(path: Path, document: Any) -> Path:
    """Write a document where it is to be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document if isinstance(document, bytes) else orjson.dumps(document))
    return path


def section(*folders: Path, **more: Any) -> IndicatorsSection:
    """The settings of these feeds."""
    return IndicatorsSection(folders=folders, **more)


def test_folders_are_read_to_the_bottom(tmp_path: Path) -> None:
    """Bundles, events and warning lists, in any folder below; what is no JSON file is no part of a feed."""
    put(tmp_path / "a" / "bundle.json", bundle(stix()))
    put(tmp_path / "b" / "c" / "event.json", misp(attribute("domain", "evil.example")))
    put(tmp_path / "lists" / "list.json", warning_list("string", "evil.example"))
    put(tmp_path / "README.md", b"nothing")
    found = known(section(tmp_path))
    assert [one.value for one in found.table] == [IP]
    assert found.report.files == {"STIX": 1, "MISP": 1, "warning list": 1}


def test_a_manifest_says_what_a_feed_holds(tmp_path: Path) -> None:
    """An event that the manifest no longer names is not read, and one that it names and is not there is refused."""
    put(tmp_path / "manifest.json", {UUID: {"info": "x"}, "gone": {}, "../../etc/passwd": {}})
    put(tmp_path / f"{UUID}.json", misp(attribute("ip-dst", IP)))
    put(tmp_path / "old.json", misp(attribute("ip-dst", "198.51.100.99")))
    found = known(section(tmp_path))
    assert [one.value for one in found.table] == [IP]
    assert [Path(refusal.file).name for refusal in found.report.shown] == ["gone.json"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{", "no JSON"),
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a": 1}', "neither a STIX bundle"),
        (b"17", "neither a STIX bundle"),
    ],
)
def test_a_bad_file_is_named_and_the_others_are_read(tmp_path: Path, data: bytes, says: str) -> None:
    """One broken download leaves the region with the rest of its indicators."""
    put(tmp_path / "bad.json", data)
    put(tmp_path / "good.json", bundle(stix()))
    found = known(section(tmp_path))
    (refusal,) = found.report.shown
    assert refusal.file == str(tmp_path / "bad.json")
    assert says in str(refusal)
    assert len(found.table) == 1


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    """A file of a gigabyte is not read to find out that it is too long."""
    path = put(tmp_path / "huge.json", b"{}")
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    (refusal,) = known(section(tmp_path)).report.shown
    assert "1073741824 bytes" in str(refusal)


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    """A mistyped folder is no region without indicators."""
    with pytest.raises(ConfigurationError, match="nowhere: there is no such folder"):
        known(section(tmp_path / "nowhere"))


def test_the_region_says_what_unmarked_means(tmp_path: Path) -> None:
    """The default markings and the time after ``last_seen`` are the region's."""
    seen = attribute("ip-dst", IP, last_seen="2026-01-01T00:00:00+00:00")
    put(tmp_path / "a.json", misp(seen))
    (one,) = known(section(tmp_path, tlp="TLP:RED", pap="PAP:GREEN", keep_days=1)).table
    assert (one.about.tlp, one.about.pap) == ("TLP:RED", "PAP:GREEN")
    assert one.about.until is not None
    assert one.about.until.day == 2


def test_the_configuration_names_folders(tmp_path: Path) -> None:
    """``[indicators]`` of region.toml; a wrong label is refused with those that exist."""
    example = (Path(__file__).parents[2] / "deploy" / "region.example.toml").read_text("utf-8")
    good = put(tmp_path / "region.toml", example.replace("[indicators]", '[indicators]\nfolders = ["feeds"]').encode())
    assert read(good, Region).indicators.folders == (tmp_path / "feeds",)
    bad = put(tmp_path / "bad.toml", example.replace("TLP:AMBER", "AMBER").encode())
    with pytest.raises(ConfigurationError, match="TLP:AMBER"):
        read(bad, Region)


def test_rules_and_indicators_are_one_detector(tmp_path: Path) -> None:
    """In the same pass, in the order of rule ids; without folders nothing is added."""
    put(tmp_path / "a.json", bundle(stix()))
    rules = detector(rulebook(None))
    assert beside(rules, section()) is rules
    both = beside(rules, section(tmp_path))
    assert isinstance(both, Together)
    alert = event(event__kind="alert", rule__id="zz", rule__name="Alert", destination__ip=IP)
    found = both.detect([alert, event(destination__ip=IP), event()])
    assert [[one.kind for one in per_event] for per_event in found] == [[Kind.INDICATOR, Kind.ALERT], [Kind.INDICATOR], []]


def test_feeds_are_read_again_when_they_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules may be reloaded often: what a feed holds is kept until one of its files has changed."""
    put(tmp_path / "a.json", bundle(stix()))
    rules, asked = detector(rulebook(None)), event(destination__ip=IP)
    read_by = wiring.known
    reads: list[IndicatorsSection] = []
    monkeypatch.setattr(wiring, "known", lambda section: reads.append(section) or read_by(section))
    counts = []
    for change in (None, None, bundle()):
        if change:
            put(tmp_path / "a.json", change)
        found = beside(rules, section(tmp_path)).detect([asked])[0]
        counts.append((len(reads), len(found)))
    assert counts == [(1, 1), (1, 1), (2, 0)]


def test_the_stage_of_a_region_looks_for_its_indicators(tmp_path: Path) -> None:
    """From a raw line to a detection that is stored and goes on, with what its feed says."""
    put(tmp_path / "a.json", bundle(stix()))
    region = region_of([VIENNE]).model_copy(update={"indicators": section(tmp_path)})
    line = b"Jan 31 02:05:06 srv sshd[1]: Accepted password for anne from 203.0.113.66 port 4242 ssh2"
    batch = RawBatch(
        site=VIENNE, source="auth.log", source_type="sshd", epoch="e1", positions=(0,), records=(line,), received=at("1 02:05")
    )
    outputs = list(analysis(region, Rules(RuleBook((), (), ()))).step({}, batch))
    (stored,) = [output.body for output in outputs if isinstance(output, Document) and output.kind == "detection"]
    assert (stored["kind"], stored["tlp"], stored["indicators"][0]["value"], stored["phase"]) == (
        "indicator",
        "TLP:AMBER",
        IP,
        "success",
    )
    (onward,) = [output.noun for output in outputs if isinstance(output, Emit)]
    assert [one.detection.kind for one in onward.found] == [Kind.INDICATOR]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Exit status and output of ``tocsin indicators``."""
    status = cli.main(["indicators", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_check_counts_and_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kinds, validity, markings, refusals with their reasons, and what each warning list took out."""
    put(
        tmp_path / "a.json",
        bundle(
            stix(object_marking_refs=[RED]),
            stix("[domain-name:value = 'evil.example']", 2, valid_until="2021-01-01T00:00:00Z"),
            stix("[ipv4-addr:value = '0.0.0.0/0']", 3),
            stix("[domain-name:value = 'known.example']", 4),
        ),
    )
    put(tmp_path / "w.json", warning_list("string", "known.example"))
    status, text = run(capsys, "check", tmp_path, "--at", "2026-01-31T00:00:00Z")
    assert status == 0
    assert f"{tmp_path}/a.json: objects[2].pattern: too broad: 0.0.0.0/0" in text
    assert "values to match   1 domain, 1 ip" in text
    assert "  at that time    1 expired, 1 valid" in text
    assert "1 TLP:AMBER, 1 TLP:RED" in text
    assert "refused           1 on a warning list, 1 too broad" in text
    assert "warning lists     1 read, 1 Known things" in text
    put(tmp_path / "bad.json", b"{")
    assert run(capsys, "check", tmp_path)[0] == 1


@pytest.mark.parametrize(
    ("value", "status", "says"),
    [
        (IP, 0, "ip 203.0.113.66: alerts"),
        ("203[.]0[.]113[.]66", 0, "ip 203.0.113.66: alerts"),
        ("198.51.100.1", 1, "in no feed"),
        ("10.0.0.1", 1, "never alerts: not public"),
        ("www.evil.example", 0, "domain www.evil.example: does not alert at that time"),
        ("known.example", 1, "never alerts: on the warning list Known things"),
        ("!", 2, "no address, name, URL, hash or mail address"),
    ],
)
def test_look_says_what_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str, status: int, says: str) -> None:
    """Of one value: which feed lists it, whether that holds, and what silences it."""
    expired = stix("[domain-name:value = 'evil.example']", 2, valid_until="2021-01-01T00:00:00Z")
    put(tmp_path / "a.json", bundle(stix(), expired, stix("[domain-name:value = 'known.example']", 3)))
    put(tmp_path / "w.json", warning_list("string", "known.example"))
    found, text = run(capsys, "look", value, tmp_path, "--at", "2026-01-31T00:00:00Z")
    assert found == status
    assert says in text


def test_a_command_without_feeds_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a folder nor a configuration: bad usage."""
    assert run(capsys, "check")[0] == 2


def test_the_strictest_marking_reaches_the_incident(tmp_path: Path) -> None:
    """What a feed forbids to pass on is forbidden for the incident that rests on it, and a merge keeps it."""
    from correlate.incident import Evidence, Member, Region, merge, open_with
    from schemas.incident import Example, Link, Reason

    put(tmp_path / "a.json", bundle(stix(object_marking_refs=[AMBER_STRICT])))
    detect = beside(detector(rulebook(None)), section(tmp_path)).detect

    def opened(number: int, *, marked: bool) -> Any:
        members = []
        for site in (VIENNE, BOURGOIN):
            (found,) = detect([event(destination__ip=IP, organization__id=site, event__id=f"{site}-{number}")])[0]
            plain = found if marked else Detection.model_validate({**found.model_dump(by_alias=True), "tlp": "", "pap": ""})
            members.append(Member(plain, Reason.SHARED_ENTITY, found.entities[:1], 1.0))
        link = Link(reason=Reason.SHARED_ENTITY, entity=members[0].entities[0], weight=1, sites=(VIENNE, BOURGOIN))
        first = members[0].detection
        examples = tuple(
            Example(site=one.detection.site, detection_id=one.detection.id, event_ids=one.detection.event_ids, time=first.time)
            for one in members
        )
        return open_with(Evidence(tuple(members), (link,), examples), Region({VIENNE: VIENNE, BOURGOIN: BOURGOIN}))

    marked, plain = opened(1, marked=True), opened(2, marked=False)
    assert (marked.tlp, plain.tlp) == ("TLP:AMBER+STRICT", "TLP:AMBER")
    assert merge(plain, marked, Region({}))[0].tlp == "TLP:AMBER+STRICT"
