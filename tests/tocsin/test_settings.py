"""A configuration is right, or the error names the file, the line, the key and what was expected; secrets never show."""

import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from tocsin.settings import KafkaSettings, Region, SiteFile, read

REGION = """\
[region]
name = "Occitanie"
contacts = [{role = "grades", name = "GRADeS", email = "grades@region.example.org"}]
desk = {name = "desk", phone = "04 26 00 00 15"}

[[site]]
finess = "010000024"
name = "CH de Bourg"

[[site]]
finess = "020000023"
name = "CH de Laon"

[[source]]
site = "010000024"
type = "sshd"
path = "logs/auth.log"

[kafka]
bootstrap = ["kafka-1:9093", "kafka-2:9093"]
username = "worker"
password = "s3cret-kafka"

[elasticsearch]
url = "https://es:9200"
username = "worker"
password = "s3cret-es"

[smtp]
host = "mail.example.org"
sender = "tocsin@example.org"
username = "mailer"
password = "s3cret-smtp"
"""

SITE = """\
[site]
finess = "010000024"

[[source]]
type = "sshd"
path = "/var/log/auth.log"

[kafka]
bootstrap = ["kafka:9093"]
username = "u"
password = "p"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A region.toml that is right."""
    path = tmp_path / "region.toml"
    path.write_text(REGION)
    return path


def wrong(file: Path, old: str, new: str, count: int = 1) -> str:
    """What is said when this is replaced."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, count))
    with pytest.raises(ConfigurationError) as caught:
        read(file, Region)
    return str(caught.value)


def test_a_region_is_read(file: Path) -> None:
    """Paths start at the file's own folder; what is not given has its default."""
    region = read(file, Region)
    assert [site.finess for site in region.site] == ["010000024", "020000023"]
    assert region.source[0].path == file.parent / "logs" / "auth.log"
    assert region.region.data == file.parent / "var" / "region.db"
    assert region.region.settle == timedelta(seconds=5)
    assert region.kafka is not None
    assert (region.kafka.security, region.kafka.replication) == ("SASL_SSL", 3)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            'name = "Occitanie"',
            'name = "Occitanie"\nsetle_seconds = 3',
            3,
            "'region.setle_seconds'; did you mean 'settle_seconds'?",
        ),
        ("[smtp]", "[smpt]", 29, "'smpt'; did you mean 'smtp'?"),
        ('host = "mail', 'hots = "mail', 30, "'smtp.hots'; did you mean 'host'?"),
        ('name = "CH de Laon"', 'nmae = "CH de Laon"', 12, "'site.1.nmae'; did you mean 'name'?"),
        (
            "[kafka]",
            "[kafka]\nzzz = 1",
            20,
            "'kafka.zzz'; known here: bootstrap, ca, certificate, mechanism, partitions, password",
        ),
        ('phone = "04', 'phome = "04', 4, "'region.desk.phome'; did you mean 'phone'?"),
        ('role = "grades"', 'rolle = "grades"', 3, "'region.contacts.0.rolle'; did you mean 'role'?"),
    ],
)
def test_an_unknown_key_says_what_was_meant(file: Path, old: str, new: str, line: int, said: str) -> None:
    """File, line, the key with its path, and the nearest known one, or all."""
    message = wrong(file, old, new)
    assert f"{file}:{line}: unknown key {said}" in message


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('finess = "020000023"', 'finess = "2"', 11, "site.1.finess: '2' is not a FINESS number"),
        ('name = "CH de Laon"\n', "", 10, "site.1.name: Field required"),
        ('host = "mail.example.org"\n', "", 29, "smtp.host: Field required"),
        ('url = "https', 'url = "ftp', 25, "elasticsearch.url: String should match"),
        ('username = "mailer"', "port = 70000", 32, "smtp.port: Input should be less than or equal to 65535"),
        ('sender = "tocsin@example.org"', 'sender = "tocsin"', 31, "smtp.sender: String should match"),
        (
            "[[source]]",
            "[[source]]\nname = 3\n[[source]]",
            15,
            "source.0.name: Input should be a valid string",
        ),
        ('desk = {name = "desk"', 'desk = {name = ""', 4, "region.desk.name: String should have at least 1 character"),
        ('grades@region.example.org"', 'grades"', 3, "region.contacts.0.email: String should match"),
        ('finess = "020000023"', 'finess = "010000024"', None, "the file: site 010000024 is declared twice"),
        ('site = "010000024"', 'site = "030000022"', None, "site '030000022' is not declared; declared: 010000024, 020000023"),
        ('password = "s3cret-es"', 'password = "a"\npassword_env = "B"', 24, "elasticsearch: give one of password, password_env"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(file: Path, old: str, new: str, line: int | None, said: str) -> None:
    """The line is that of the table or key itself, not of another of the same name; the text says what was expected."""
    message = wrong(file, old, new)
    assert f"{file}:{line}: {said}" in message if line else said in message


def test_every_mistake_is_told_at_once(file: Path) -> None:
    """One line each."""
    message = wrong(file, 'name = "Occitanie"', 'nmae = "Occitanie"')
    assert sorted(line.partition(": ")[2] for line in message.splitlines()) == [
        "region.name: Field required",
        "unknown key 'region.nmae'; did you mean 'name'?",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[region\nname = 1", "no valid TOML: "),
        (b"a = 1\nb = ", "no valid TOML: Invalid value (at end of document)"),
        (b'name = "caf\xe9"', "not UTF-8 text: invalid continuation byte at byte 11"),
        (b"", "region: Field required"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path: Path, content: bytes, said: str) -> None:
    """Bad TOML, another encoding, nothing at all: one line that names the file."""
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read(path, Region)
    assert str(caught.value).startswith(f"{path}")
    assert said in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    """With the system's own reason."""
    with pytest.raises(ConfigurationError, match=r"none.toml: cannot read it: No such file"):
        read(tmp_path / "none.toml", Region)
    with pytest.raises(ConfigurationError, match="cannot read it: Is a directory"):
        read(tmp_path, Region)


def test_secrets_never_show(file: Path) -> None:
    """Not in a repr, not as JSON, not in the text or the trace of an error about the same section."""
    region = read(file, Region)
    shown = repr(region) + str(region) + region.model_dump_json()
    try:
        wrong(file, 'bootstrap = ["kafka-1:9093", "kafka-2:9093"]', "bootstrap = []\nsecurity = 3\npassword_env = 4")
        read(file, Region)
    except ConfigurationError:
        shown += traceback.format_exc()
    assert "bootstrap" in shown
    assert "s3cret" not in shown


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By variable, or by file relative to the configuration, without the end of its line; or in clear; or there is none."""
    (tmp_path / "secret").write_text("from-file\n")
    monkeypatch.setenv("TOCSIN_TEST_SECRET", "from-environment")
    for line, secret in (
        ('password_env = "TOCSIN_TEST_SECRET"', "from-environment"),
        ('password_file = "secret"', "from-file"),
        ('password = "in clear"', "in clear"),
    ):
        path = tmp_path / "site.toml"
        path.write_text(SITE.replace('password = "p"', line))
        kafka = read(path, SiteFile).kafka
        assert kafka is not None
        assert kafka.secret() == secret
    assert KafkaSettings(bootstrap=("k:9092",), security="PLAINTEXT").secret() is None


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"password_env": "TOCSIN_TEST_NOT_SET"}, "password_env: the environment has no variable TOCSIN_TEST_NOT_SET"),
        ({"password_file": "/nonexistent/secret"}, "password_file: cannot read /nonexistent/secret"),
        ({"password_file": "/dev/null/secret"}, "password_file: cannot read /dev/null/secret"),
    ],
)
def test_a_secret_that_cannot_be_had_is_said(way: dict[str, str], said: str) -> None:
    """The error names the variable or the file."""
    settings = KafkaSettings.model_validate({"bootstrap": ("k:9093",), "username": "u", **way})
    with pytest.raises(ConfigurationError, match=said):
        settings.secret()


def test_a_secret_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    """A key in binary is no password."""
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    settings = KafkaSettings(bootstrap=("k:9093",), username="u", password_file=tmp_path / "secret")
    with pytest.raises(ConfigurationError, match="secret"):
        settings.secret()


@pytest.mark.parametrize(
    "facts", [{}, {"username": "u"}, {"password": "p"}, {"security": "SASL_SSL"}, {"security": "SSL", "private_key": "key.pem"}]
)
def test_a_broker_that_wants_a_credential_gets_one(facts: dict[str, str]) -> None:
    """SASL needs a user and a password, a key needs its certificate: said when the file is read, not when the broker is met."""
    with pytest.raises(ValueError, match=r"username and a password|certificate"):
        KafkaSettings.model_validate({"bootstrap": ("k:9093",), **facts})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[kafka]\nbootstrap = ["kafka:9093"]\nusername = "u"\npassword = "p"\n', ""),
        ("[kafka]", '[embedded]\ndatabase = "x.db"\n[kafka]'),
    ],
)
def test_a_shipper_has_one_target(tmp_path: Path, old: str, new: str) -> None:
    """Kafka or the file of an embedded region, not both and not neither."""
    path = tmp_path / "site.toml"
    path.write_text(SITE.replace(old, new))
    with pytest.raises(ConfigurationError, match=r"give one of \[kafka\] and \[embedded\]"):
        read(path, SiteFile)


def test_settings_cannot_change(file: Path) -> None:
    """They are frozen values."""
    with pytest.raises(ValueError, match="frozen"):
        read(file, Region).region.name = "other"  # type: ignore[misc]  # what is under test
