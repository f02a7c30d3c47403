"""One TOML file says it all. Read once, at the edge; an unknown key is refused with "did you mean"; secrets never show.

The only file that reads the environment: a secret is given as ``password_env = "NAME"`` or ``password_file = "/path"``.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from notify.policy import Policy, default_policy
from notify.region import Desk
from schemas.errors import ConfigurationError
from schemas.site import Contact, Finess, Site, TimezoneName
from tocsin.mistakes import explained
from tocsin.rule_setting import RuleSetting


def _from_file(path: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("folder")
    return base / path if base else path


LocalPath = Annotated[Path, AfterValidator(_from_file)]
"""A path in the file; a relative one starts at the file's own folder."""


class Section(BaseModel):
    """A table of the file: frozen, every key known."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    _file: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file."""
        self._file = (context or {}).get("file")

    @property
    def file(self) -> Path | None:
        """Where it was read; None when it was not in a file."""
        return self._file


class Credential(Section):
    """User and password; the password is given in one of three ways, or not at all."""

    username: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    password_file: LocalPath | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.password, self.password_env, self.password_file)) > 1:
            raise ValueError("give one of password, password_env, password_file")
        return self

    def secret(self) -> str | None:
        """The password in clear, for the client library alone.

        Raises:
            ConfigurationError: the variable is not set or the file cannot be read.
        """
        if self.password is not None:
            return self.password.get_secret_value()
        if self.password_env is not None:
            if self.password_env not in os.environ:
                raise ConfigurationError(f"password_env: the environment has no variable {self.password_env}")
            return os.environ[self.password_env]
        if self.password_file is not None:
            try:
                return self.password_file.read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"password_file: cannot read {self.password_file}: {error}") from error
        return None


class KafkaSettings(Credential):
    """How to reach the brokers. TLS and a credential are the default; plain text must be asked for."""

    bootstrap: tuple[str, ...] = Field(min_length=1)
    security: Literal["SASL_SSL", "SSL", "PLAINTEXT"] = "SASL_SSL"
    mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256"] = "SCRAM-SHA-512"
    ca: LocalPath | None = None
    certificate: LocalPath | None = None
    private_key: LocalPath | None = None
    prefix: str = ""
    """Put before every topic and consumer group."""
    partitions: int = Field(default=8, ge=1)
    """Of every raw topic; at least the largest number of normalise workers."""
    replication: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _credential_fits(self) -> Self:
        has_password = self.password or self.password_env or self.password_file
        if self.security == "SASL_SSL" and not (self.username and has_password):
            raise ValueError('security = "SASL_SSL" needs a username and a password')
        if self.private_key and not self.certificate:
            raise ValueError("private_key needs its certificate")
        return self


class ElasticsearchSettings(Credential):
    """How to reach Elasticsearch 9."""

    url: str = Field(pattern=r"^https?://")
    ca: LocalPath | None = None
    prefix: str = "tocsin-"
    """Put before every index."""
    compatible_with: Literal[8, 9] = 9
    shards: int = Field(default=1, ge=1)
    replicas: int = Field(default=1, ge=0)


class SmtpSettings(Credential):
    """The mail server that takes the notices."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    insecure: bool = False
    """Allows ``tls = "none"`` to a host that is not this machine."""
    ca: LocalPath | None = None
    sender: str = Field(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+$")
    sender_name: str = "Tocsin"


class RegionSection(Section):
    """The region, and how its pipeline behaves."""

    name: str
    data: LocalPath = Field(default=Path("var/region.db"), validate_default=True)
    """The SQLite file of ``tocsin run``."""
    contacts: tuple[Contact, ...] = Field(min_length=1)
    message_id_domain: str = "tocsin.invalid"
    """Ends the Message-ID of every mail."""
    desk: Desk
    """Where a person answers, day and night: every mail names it."""
    timezone: TimezoneName = "Europe/Paris"
    never_link: tuple[str, ...] = ()
    """Addresses, networks, domains, hashes, mail addresses that mean nothing even when every site sees them."""
    settle_seconds: float = Field(default=5, ge=0)
    """How long a detection waits for those of other sites that happened before it."""
    event_key: SecretStr = SecretStr("")
    """Keys the hash inside event ids, so that an id cannot be used to test guesses of a record. At most 64 bytes."""

    @property
    def settle(self) -> timedelta:
        """``settle_seconds`` as a duration."""
        return timedelta(seconds=self.settle_seconds)


class RulesSection(Section):
    """Which Sigma rules run. Without ``folders``, those that Tocsin ships."""

    folders: tuple[LocalPath, ...] = ()
    all_on: bool = False
    """Every rule opens incidents, not only stable or test ones of level high or critical."""
    setting: tuple[RuleSetting, ...] = ()
    reload_seconds: float = Field(default=5, ge=0)
    """How often a running region looks whether rules have changed; 0: only when it gets SIGHUP."""
    placeholders: Mapping[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """What ``expand`` puts in the place of ``%name%``: texts with wildcards, any of them."""


class IndicatorsSection(Section):
    """Feeds of indicators: folders of STIX bundles, MISP events and warning lists; changed ones are read with the next reload of rules."""

    folders: tuple[LocalPath, ...] = ()
    tlp: Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"] = "TLP:AMBER"
    """Of an indicator that its feed does not mark."""
    pap: Literal["PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"] = "PAP:AMBER"
    keep_days: int = Field(default=90, ge=1, le=3650)
    """How long a MISP attribute goes on alerting after its ``last_seen``, for that says no end."""


class SourceSection(Section):
    """A file that ``tocsin run`` or ``tocsin ship`` follows."""

    path: LocalPath
    type: str
    site: Finess | None = None
    """Which site it belongs to; in a site's own file that is the site."""
    name: str | None = None
    """What the source is called; by default its type and file name."""


class Region(Section):
    """``region.toml``."""

    region: RegionSection
    site: tuple[Site, ...] = Field(min_length=1)
    source: tuple[SourceSection, ...] = ()
    rules: RulesSection = RulesSection()
    indicators: IndicatorsSection = IndicatorsSection()
    escalation: Policy = Field(default_factory=default_policy)
    kafka: KafkaSettings | None = None
    elasticsearch: ElasticsearchSettings | None = None
    smtp: SmtpSettings | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = [site.finess for site in self.site]
        twice = sorted({finess for finess in known if known.count(finess) > 1})
        if twice:
            raise ValueError(f"site {twice[0]} is declared twice")
        for source in self.source:
            if source.site not in known:
                raise ValueError(f"source {source.path}: site {source.site!r} is not declared; declared: {', '.join(known)}")
        for number, setting in enumerate(self.rules.setting):
            if unknown := [finess for finess in setting.sites if finess not in known]:
                raise ValueError(f"rules.setting.{number}.sites: site {unknown[0]} is not declared; declared: {', '.join(known)}")
        return self


class EmbeddedTarget(Section):
    """Ship into the SQLite file of a ``tocsin run`` on the same machine."""

    database: LocalPath


class OwnSite(Section):
    """The establishment that ships."""

    finess: Finess


class SiteFile(Section):
    """``site.toml``: what one hospital's shipper reads."""

    site: OwnSite
    source: tuple[SourceSection, ...] = Field(min_length=1)
    state: LocalPath = Field(default=Path("var/ship"), validate_default=True)
    """Folder of the shipper's own memory: the stream epoch and how far each source is acknowledged."""
    kafka: KafkaSettings | None = None
    embedded: EmbeddedTarget | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.kafka is None) == (self.embedded is None):
            raise ValueError("give one of [kafka] and [embedded]: where to ship to")
        return self


S = TypeVar("S", bound=Section)


def read(path: Path, model: type[S]) -> S:
    """Read a configuration file.

    Raises:
        ConfigurationError: names the file, the line where it can be found, the key, and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot read it: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from error
    try:
        return model.model_validate(tomllib.loads(text), context={"folder": path.absolute().parent, "file": path})
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: no valid TOML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(explained(path, text, model, error)) from None  # its own text would show secrets


def cache_folder() -> Path | None:
    """Where what can be made again is kept: systemd's ``CacheDirectory=``, or the user's (XDG base directories); None without a home."""
    for name, inside in (("CACHE_DIRECTORY", ""), ("XDG_CACHE_HOME", "tocsin"), ("HOME", ".cache/tocsin")):
        if found := os.environ.get(name, "").partition(":")[0]:
            return Path(found) / inside
    return None
