"""tocsin.simulation: the region is a function of its arguments, in order, of any length and size, and its configuration is valid."""

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notify.policy import default_policy, unheld_roles
from notify.region import Region as Known
from schemas.errors import ConfigurationError
from tocsin.cli import main
from tocsin.commands.simulate import write, yesterday
from tocsin.settings import Region, read
from tocsin.simulation.addresses import ASSESSOR, KNOWN, MAX_SITES, SCANNERS, SUPPLIER_EXIT, exits, home
from tocsin.simulation.days.updates import NAME as EDITOR
from tocsin.simulation.files import log_path, region_toml, truth
from tocsin.simulation.formats.sources import FORMATS
from tocsin.simulation.inventing import places
from tocsin.simulation.places import PLACES
from tocsin.simulation.region import Simulated, SourceLog, region

START = datetime(2026, 11, 20, tzinfo=UTC)
FAINT = 0.02
"""So quiet that a day is made in a moment; the campaigns are as loud as ever."""
ATTACKED = region(START, scale=FAINT)
QUIET = region(START, scale=FAINT, names=())


def sites_with(simulated: Simulated, text: str, source_type: str) -> set[str]:
    """Establishments of which a log of this type has the text, not as a part of a longer number or name."""
    found = re.compile(rf"(?<![\w.]){re.escape(text)}(?![\w])".encode(), re.IGNORECASE)
    logs = (log for log in simulated.sources if log.source_type == source_type)
    return {log.site for log in logs if any(found.search(line) for line in log.lines)}


def those_with(source_type: str) -> set[str]:
    """Establishments that have such a log."""
    return {place.finess for place in PLACES if source_type in place.sources}


def test_the_same_seed_gives_the_same_bytes() -> None:
    """The region is a function of its arguments, also when the start is told in another zone."""
    elsewhere = region(START.astimezone(ZoneInfo("Indian/Reunion")), scale=FAINT)
    assert elsewhere.sources == ATTACKED.sources
    assert truth(elsewhere) == truth(ATTACKED)
    assert region_toml(elsewhere) == region_toml(ATTACKED)


def test_another_seed_gives_other_logs_and_other_attackers() -> None:
    """Nothing that varies is fixed by the code: every log differs, and so do the indicators, the times and the sites."""
    other = region(START, seed=2, scale=FAINT)
    assert not any(here.lines == there.lines for here, there in zip(ATTACKED.sources, other.sources, strict=True))
    for here, there in zip(ATTACKED.truth, other.truth, strict=True):
        assert {item for item in here.indicators if item.kind != "supplier"}.isdisjoint(there.indicators)
        assert here.begin != there.begin
    assert [campaign.sites for campaign in ATTACKED.truth] != [campaign.sites for campaign in other.truth]


def test_the_bytes_do_not_change_with_the_version() -> None:
    """Python's own promise about seeds covers ``random()`` alone; this notices when another version draws otherwise."""
    log = next(log for log in QUIET.sources if log.source_type == "web_access")
    assert log.lines[0].decode() == (
        '198.51.100.14 - - [20/Nov/2026:02:28:37 +0100] "GET /.git/config HTTP/1.1" 404 162 "-" "python-requests/2.31.0"'
    )


def test_a_second_day_leaves_the_first_as_it_was() -> None:
    """Days draw from sources of their own: a longer simulation starts with the same lines."""
    for short, long in zip(QUIET.sources, region(START, days=2, scale=FAINT, names=()).sources, strict=True):
        assert len(long.lines) > 1.5 * len(short.lines)
        assert long.lines[: len(short.lines)] == short.lines


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"start": START.replace(tzinfo=None)}, "a start with a time zone"),
        ({"days": 0}, "at least one day"),
        ({"sites": 0}, f"1 to {MAX_SITES} sites"),
        ({"sites": MAX_SITES + 1}, f"1 to {MAX_SITES} sites"),
        ({"scale": 0}, "a scale above 0"),
        ({"sites": 2}, "a campaign needs 3 establishments"),
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong: dict[str, object], says: str) -> None:
    """A naive start would mean another day on another machine; the others mean nothing."""
    with pytest.raises(ValueError, match=says):
        region(**{"start": START, **wrong})


def test_a_log_is_made_line_by_line() -> None:
    """A month of a loud hospital gives its first lines without being made whole."""
    month = region(START, days=10_000, names=())
    assert len(list(islice(month.lines(PLACES[2]), 100))) == 100


def test_fifty_establishments_are_all_different() -> None:
    """Invented ones have FINESS numbers, exits and homes of their own, and only types of logs that exist."""
    fifty = places(50)
    assert fifty[:8] == PLACES
    assert len({place.finess for place in fifty}) == len({place.site.name for place in fifty}) == 50
    assert len({exit_ for place in fifty for exit_ in place.site.exits}) == 100
    assert len({home(place.rank, number) for place in fifty for number in range(9)}) == 450
    assert all(place.finess.startswith("99") and set(place.sources) <= set(FORMATS) for place in fifty)


def test_every_kind_of_log_is_where_the_table_says() -> None:
    """Eight establishments with Windows and patient records, five with FortiGate and three with Stormshield, and so on."""
    counts = {kind: len(those_with(kind)) for kind in FORMATS}
    expected = {"fortigate": 5, "stormshield": 3, "web_access": 5, "suricata_eve": 3, "zeek_json": 2, "linux_auth": 7}
    assert counts == {"windows_event": 8, "ecs": 8, **expected}
    assert all(log.lines for log in QUIET.sources)


def test_two_establishments_are_one_ght_with_one_directory() -> None:
    """Their trust domain is one, and the directory's server and its administrator have one name in both logs."""
    ght = [place for place in PLACES if place.site.ght]
    assert len(ght) == 2
    assert len({place.site.trust_domain for place in ght}) == 1
    assert len({place.site.trust_domain for place in PLACES}) == 7
    assert sites_with(QUIET, f"SRV-AD01.{ght[0].domain}", "windows_event") == {place.finess for place in ght}
    assert sites_with(QUIET, "adm-ght", "windows_event") == {place.finess for place in ght}


def test_the_noise_is_the_same_everywhere() -> None:
    """Scanners, the supplier, the assessor, the update and the backups are at every establishment that could see them."""
    gateways, everywhere = those_with("linux_auth"), those_with("windows_event")
    for address in (*SCANNERS, SUPPLIER_EXIT, ASSESSOR):
        assert sites_with(QUIET, address, "linux_auth") == gateways
    for address in (*SCANNERS, ASSESSOR):
        assert sites_with(QUIET, address, "web_access") == those_with("web_access")
        assert sites_with(QUIET, address, "fortigate") | sites_with(QUIET, address, "stormshield") == everywhere
    for text in (EDITOR, "list shadows", "create shadow", "start backup", "Veeam Backup Service", "-EncodedCommand"):
        assert sites_with(QUIET, text, "windows_event") == everywhere
    assert sites_with(QUIET, "acces-urgence", "ecs") == everywhere


def test_scanners_never_get_in() -> None:
    """No login, no open tunnel and no page found comes from an address that tries everybody."""
    let_in = re.compile(rb'Accepted|tunnel-up|User logged in|HTTP/1.1" 200')
    lines = [line for log in QUIET.sources for line in log.lines if let_in.search(line)]
    assert len(lines) > 100
    assert not any(re.search(rf"\b{re.escape(scanner)}\b".encode(), line) for line in lines for scanner in SCANNERS)


def test_the_weekly_things_happen_once_a_week() -> None:
    """In fourteen days the editor's agent renews itself in two nights, the same ones everywhere."""
    fortnight = region(START, days=14, scale=0.001, names=())
    nights = {}
    for place in (PLACES[0], PLACES[4], PLACES[7]):
        lines = (
            line.text for line in fortnight.lines(place) if line.source_type == "windows_event" and b"agent.msi" in line.text
        )
        nights[place.finess] = {json.loads(line)["@timestamp"][:10] for line in lines}
    assert [len(days) for days in nights.values()] == [2, 2, 2]
    assert len(set(map(frozenset, nights.values()))) == 1


def test_a_simulation_may_start_at_any_hour() -> None:
    """A day that starts in the afternoon is whole: it ends a day later, and every campaign is in it."""
    afternoon = region(START + timedelta(hours=15), scale=FAINT)
    for campaign in afternoon.truth:
        assert afternoon.start <= campaign.begin < campaign.end < afternoon.start + timedelta(days=1)


def test_the_configuration_declares_the_region() -> None:
    """``region.toml`` is valid, and holds the establishments, their contacts and every log where it is written."""
    config = Region.model_validate(tomllib.loads(region_toml(ATTACKED)))
    assert config.site == ATTACKED.sites
    assert config.region.contacts == ATTACKED.region_contacts
    assert config.region.never_link == KNOWN
    assert all(site.exits == exits(rank) and site.suppliers for rank, site in enumerate(config.site))
    logs = {str(source.path): (source.site, source.type) for source in config.source}
    assert logs == {log_path(place, kind): (place.finess, kind) for place in PLACES for kind in place.sources}


def test_the_configuration_can_name_its_folder() -> None:
    """Who reads ``region.toml`` from another place finds the logs."""
    config = tomllib.loads(region_toml(ATTACKED, "/var/demo/"))
    assert all(source["path"].startswith("/var/demo/logs/99") for source in config["source"])


def test_everyone_whom_the_policy_names_is_there() -> None:
    """The standard escalation finds somebody for every role at every establishment, at addresses that nobody has."""
    fifty = region(START, sites=50, names=())
    known = Known(
        sites={site.finess: site for site in fifty.sites},
        contacts=fifty.region_contacts,
        desk=Region.model_validate(tomllib.loads(region_toml(fifty))).region.desk,
    )
    assert unheld_roles(default_policy(), known) == ()
    everyone = [*fifty.region_contacts, *(contact for site in fifty.sites for contact in site.contacts)]
    assert {contact.email.rpartition("@")[2].removesuffix("example.org")[-1:] for contact in everyone} <= {"", "."}
    assert len({contact.email for contact in everyone}) == len(everyone) == 103


def test_the_folder_holds_what_the_region_says(tmp_path: Path) -> None:
    """The command writes each log line by line, the configuration that reads them, and the truth; a second time the same bytes."""
    write(tmp_path / "one", START, seed=1, days=1, scale=FAINT)
    write(tmp_path / "two", START, seed=1, days=1, scale=FAINT)
    written = {path.relative_to(tmp_path / "one"): path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path / "two"): path.read_bytes() for path in (tmp_path / "two").rglob("*") if path.is_file()}
    assert written == again
    assert written.pop(Path("truth.json")) == truth(ATTACKED)
    assert read(tmp_path / "one" / "region.toml", Region).site == ATTACKED.sites
    written.pop(Path("region.toml"))
    assert written == {_path(log): b"\n".join((*log.lines, b"")) for log in ATTACKED.sources}


def _path(log: SourceLog) -> Path:
    return Path("logs") / log.site / log.file_name


def test_the_default_start_is_the_last_whole_day() -> None:
    """Logs of tomorrow would be put aside as impossible."""
    assert yesterday(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)) == datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "campaigns"),
    [
        ([], ["rancongiciel-vpn", "compte-fournisseur", "hameconnage-chargeur", "portail-exploite"]),
        (["--campaigns", "portail-exploite, compte-fournisseur"], ["compte-fournisseur", "portail-exploite"]),
        (["--without-campaigns"], []),
        (["--campaigns", "rancongiciel-vpn", "--night-of-all"], ["nuit-de-tous"]),
        (["--without-campaigns", "--night-of-all"], ["nuit-de-tous"]),
    ],
)
def test_the_command_line_chooses_the_campaigns(tmp_path: Path, words: list[str], campaigns: list[str]) -> None:
    """``truth.json`` holds those that were asked for, and no other."""
    assert main(["simulate", "--out", str(tmp_path), "--scale", "0.001", *words]) == 0
    assert [campaign["name"] for campaign in json.loads((tmp_path / "truth.json").read_bytes())] == campaigns


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--campaigns", "portail"], "no campaign is called 'portail'"),
        (["--campaigns", "portail-exploit"], "did you mean portail-exploite?"),
        (["--days", "0"], "--days 0: expected 1 or more"),
        (["--sites", "61"], "expected 1 to 60 sites"),
        (["--sites", "2"], "a campaign needs 3 establishments"),
    ],
)
def test_a_wrong_command_line_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    """Bad usage ends with 2 and a sentence for a person."""
    assert main(["simulate", "--out", str(tmp_path), *words]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file stands where a folder should be."""
    (tmp_path / "logs").write_text("")
    with pytest.raises(ConfigurationError, match="cannot write"):
        write(tmp_path, START, seed=1, days=1, scale=FAINT)
