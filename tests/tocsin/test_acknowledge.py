"""tocsin acknowledge: who takes an incident names it as the mail does, and is named himself."""

import asyncio
from pathlib import Path

import pytest

from schemas import codec, topics
from schemas.act import Act
from schemas.output import Document
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteStore
from tocsin.cli import main

FIRST, SECOND, THIRD = "9d7911e892f01b73c27c7aa6e598204e", "1cd6631367c26237bf4a8ca10c7e6062", "1cd66313ffffffffffffffffffffffff"

CONFIGURATION = """
[region]
name = "Essai"
data = "region.db"
[[region.contacts]]
role = "grades"
name = "GRADeS"
email = "astreinte@grades.example.org"
[region.desk]
name = "le pupitre"
phone = "04 65 71 00 15"
[[site]]
finess = "990000001"
name = "CH"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A region with three incidents, two of which begin alike."""
    path = tmp_path / "region.toml"
    path.write_text(CONFIGURATION)
    database = Database(tmp_path / "region.db")
    documents = [Document("incident", name, {"id": name}, version=1) for name in (FIRST, SECOND, THIRD)]
    asyncio.run(SqliteStore(database).upsert(documents))
    database.close()
    return path


def acts(config: Path) -> list[Act]:
    """What the notify stage will read."""
    database = Database(config.parent / "region.db")
    messages = asyncio.run(SqliteLog(database).read(topics.ACTS, 0, 0, 10))
    database.close()
    return [codec.decode_as(Act, message.data) for message in messages]


@pytest.mark.parametrize("name", [FIRST, "INC-9d7911e8", "9d7911e8", "INC-9D7911E8"])
def test_the_incident_is_named_as_people_see_it(config: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole id or the short form of mails and pages; the answer says when it takes effect."""
    assert main(["acknowledge", name, "--by", " A. Martin ", "--config", str(config)]) == 0
    assert [(act.incident_id, act.by) for act in acts(config)] == [(FIRST, "A. Martin")]
    assert "takes effect when" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "by", "reason"),
    [
        ("INC-1cd66313", "Ana", f"may be any of {SECOND}, {THIRD}"),
        ("INC-00000000", "Ana", "there is no incident INC-00000000"),
        ("9", "Ana", "there is no incident 9"),
        (FIRST, "  ", "--by: say who takes the incident"),
    ],
)
def test_nothing_is_written_when_it_is_not_clear(
    config: Path, name: str, by: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two incidents begin so, none does, or nobody is named: exit status 2, the reason, and no act."""
    assert main(["acknowledge", name, "--by", by, "--config", str(config)]) == 2
    assert reason in capsys.readouterr().err
    assert acts(config) == []
