"""What the pages say is so: commands, links, paths, examples and settings."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from schemas.errors import ConfigurationError
from tocsin import cli
from tocsin.settings import Region, Section, SiteFile, read

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
HEADINGS = ["## Context", "## Decision", "## Consequences"]

LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OURS = re.compile(
    r"`((?:schemas|ingest|correlate|notify|console|tocsin|rules|tests|benchmarks|docs|deploy)/[\w./@-]*\w(?:\.\w+)?/?)`"
)
"""A path of this repository in backticks, without placeholders."""


def page_name(page: Path) -> str:
    """The page as a test's id."""
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for found, body in FENCE.findall(page.read_text("utf-8")) if found == language]


def anchor(heading: str) -> str:
    """How a heading is linked to, as GitHub and GitLab make it."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()).replace(" ", "-")


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each ``tocsin`` that a page tells its reader to run."""
    for body in blocks(page, "sh"):
        for part in re.split(r"[|\n]", body):
            words = shlex.split(part, comments=True)
            if words[:1] == ["tocsin"]:
                yield words[1 : words.index("<") if "<" in words else None]


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """The table of the first page names what ``tocsin --help`` lists."""
    assert re.search(rf"^\| `tocsin {command}\b", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_command_on_a_page_is_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader who copies a line from a page gets no usage error."""
    refused = []
    for words in commands(page):
        try:
            cli._parser(words)
        except SystemExit as end:
            refused += [(words, capsys.readouterr().err)] if end.code else []
    assert refused == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_relative_link_resolves(page: Path) -> None:
    """The file is there, and the heading in it."""
    broken = []
    for target, heading in LINK.findall(page.read_text("utf-8")):
        path = (page.parent / target) if target else page
        if not path.exists() or not path.resolve().is_relative_to(ROOT):
            broken.append(target)
        elif heading and heading not in {anchor(line) for line in path.read_text("utf-8").splitlines() if line.startswith("#")}:
            broken.append(f"{target}#{heading}")
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_path_in_backticks_exists(page: Path) -> None:
    """A file that was renamed is renamed on the pages too."""
    named = set(OURS.findall(page.read_text("utf-8")))
    assert {path for path in named if "NNNN" not in path and not (ROOT / path).exists()} == set()


def test_pages_are_there_to_be_read() -> None:
    """The tests above look at something: pages, commands, links and paths."""
    text = "".join(page.read_text("utf-8") for page in PAGES)
    assert len(PAGES) > 20
    assert len([words for page in PAGES for words in commands(page)]) > 10
    assert len(LINK.findall(text)) > 40
    assert len(OURS.findall(text)) > 60


@pytest.mark.parametrize(("name", "model"), [("region.example.toml", Region), ("site.example.toml", SiteFile)])
def test_the_example_configurations_load(name: str, model: type[Section]) -> None:
    """An operator who copies an example starts from one that is valid."""
    assert read(ROOT / "deploy" / name, model)


@pytest.mark.parametrize(("name", "model"), [("region.example.toml", Region), ("site.example.toml", SiteFile)])
def test_the_example_configurations_take_passwords_from_files(name: str, model: type[Section]) -> None:
    """No example teaches to write a password into the configuration."""
    settings = read(ROOT / "deploy" / name, model)
    given = [value for value in vars(settings).values() if hasattr(value, "password")]
    assert given
    assert [section.password for section in given if section.password is not None or section.password_file is None] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_configuration_on_a_page_is_valid(page: Path, tmp_path: Path) -> None:
    """A fragment, put into an example, is a configuration."""
    for number, body in enumerate(blocks(page, "toml")):
        model, example = (SiteFile, "site.example.toml") if "[site]" in body else (Region, "region.example.toml")
        whole = {**tomllib.loads((ROOT / "deploy" / example).read_text("utf-8")), **tomllib.loads(body)}
        assert model.model_validate(whole), number


def test_an_invalid_example_would_be_seen(tmp_path: Path) -> None:
    """One letter too few in an example, and reading it fails."""
    path = tmp_path / "region.toml"
    path.write_text((ROOT / "deploy" / "region.example.toml").read_text("utf-8").replace("settle_seconds", "setle_seconds"))
    with pytest.raises(ConfigurationError, match="did you mean 'settle_seconds'"):
        read(path, Region)


@pytest.mark.parametrize("page", DECISIONS, ids=page_name)
def test_every_decision_has_its_three_parts(page: Path) -> None:
    """Context, decision, consequences, in this order, under a title that bears the page's number."""
    lines = page.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert lines[0].startswith(f"# {int(page.name[:4])}. ")


def test_decisions_are_numbered_without_gaps() -> None:
    """A decision is never taken out: it is followed by another."""
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_trial_listens_on_this_machine_only() -> None:
    """What has no TLS and no authentication must not be reachable from elsewhere."""
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    assert {port.rpartition(":")[0].rpartition(":")[0] for service in services.values() for port in service["ports"]} == {
        "127.0.0.1"
    }


def test_the_units_start_commands_that_exist() -> None:
    """Each unit's line is one that the command line understands."""
    started = {}
    for unit in (ROOT / "deploy" / "systemd").iterdir():
        [line] = re.findall(r"^ExecStart=\S*/tocsin (.*)$", unit.read_text("utf-8"), re.MULTILINE)
        started[unit.name] = cli._parser(shlex.split(line.replace("%i", "correlate"))).command
    assert started == {"tocsin-run.service": "run", "tocsin-ship.service": "ship", "tocsin-worker@.service": "worker"}


def test_the_licence_is_whole() -> None:
    """The European Union Public Licence 1.2 with its fifteen articles and its appendix."""
    lines = (ROOT / "LICENSE").read_text("utf-8").splitlines()
    articles = [int(found[1]) for line in lines if (found := re.match(r"(\d+)\. [A-Z]", line))]
    assert lines[0] == "EUROPEAN UNION PUBLIC LICENCE v. 1.2"
    assert articles == list(range(1, 16))
    assert [line.strip() for line in lines].count("Appendix") == 1
