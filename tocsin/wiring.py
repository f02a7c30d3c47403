"""The composition root: the only file that names adapters. Settings in, running objects out."""

import argparse
import asyncio
import fcntl
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from email.message import EmailMessage
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from correlate.entities import entities_of
from correlate.guards import Guards
from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from correlate.rules.select import default_state
from correlate.stage import Correlator
from ingest.adapters.files import Followed, Place, modified, read_whole
from ingest.framing import Framer, Record, batches
from ingest.normalise import normalise
from ingest.parsers import PARSERS
from notify.adapters import smtp
from notify.adapters.memory import MemoryChannel
from notify.adapters.smtp import SmtpChannel
from notify.mail import Sender
from notify.ports import Channel
from notify.region import Desk
from notify.region import Region as Known
from notify.stage import Escalator
from schemas import topics
from schemas.batch import RawBatch
from schemas.detection import State
from schemas.errors import ConfigurationError
from schemas.event import timestamp
from schemas.site import Contact, Site
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.faust_table import FaustState
from tocsin.adapters.kafka import KafkaAdmin, KafkaLog
from tocsin.adapters.sqlite import Database, SqliteLog, SqliteState, SqliteStore
from tocsin.analysis import Analysis
from tocsin.drivers.cluster import Cluster, changelog
from tocsin.drivers.embedded import Embedded, Seat
from tocsin.drivers.handover import Handover
from tocsin.drivers.perform import Performer
from tocsin.drivers.stage import Stage
from tocsin.ports import Log, Store
from tocsin.replay import Replay
from tocsin.settings import KafkaSettings, Region, RegionSection, RulesSection, SiteFile, SmtpSettings, SourceSection
from tocsin.shipping import Declared, Shipper, cut_letter

STAGES = ("normalise", "correlate", "notify")


class Rules(NamedTuple):
    """A rule book, and whether every rule of it is on."""

    book: RuleBook
    all_on: bool = False


def rulebook(folders: Sequence[Path] | None, *, all_on: bool = False) -> Rules:
    """Load every ``.yml`` and ``.yaml`` file below the folders, or the rules that Tocsin ships.

    Raises:
        ConfigurationError: a folder does not exist, or a file in it cannot be read.
    """
    if not folders:
        return Rules(load(_texts(files("rules"), "rules")), all_on)
    found: list[tuple[str, str]] = []
    for folder in folders:
        if not folder.exists():
            raise ConfigurationError(f"--rules {folder}: there is no such folder")
        found += _texts(folder, str(folder))
    return Rules(load(found), all_on)


def _texts(place: Traversable, name: str) -> list[tuple[str, str]]:
    if place.is_file():
        try:
            return [(name, place.read_text(encoding="utf-8"))] if name.endswith((".yml", ".yaml")) else []
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"rule file {name}: cannot read it: {error}") from error
    inside = sorted(place.iterdir(), key=lambda item: item.name)
    return [pair for item in inside for pair in _texts(item, f"{name}/{item.name}")]


def detector(rules: Rules) -> Detector:
    """Evaluates the rules."""
    state_of = (lambda _: State.ON) if rules.all_on else default_state
    return Detector(rules.book, state_of, entities_of=entities_of)


def known_source_type(name: str) -> str:
    """The source type itself, or an error for argparse that says what was meant."""
    if name in PARSERS:
        return name
    close = get_close_matches(name, PARSERS, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(PARSERS))}"
    raise argparse.ArgumentTypeError(f"unknown source type {name!r}; {hint}")


def single_site(finess: str, timezone: str) -> Site:
    """A site of which only this is known.

    Raises:
        ConfigurationError: the zone does not exist.
    """
    try:
        return Site(finess=finess, name=finess, timezone=timezone)
    except ValueError as error:
        raise ConfigurationError(f"--timezone {timezone}: not an IANA time zone, such as Europe/Paris") from error


def region_of(sites: Iterable[str]) -> Region:
    """A region of which only the sites' numbers are known: for a replay without a configuration."""
    section = RegionSection(
        name="replay",
        contacts=(Contact(role="grades", name="replay", email="replay@tocsin.invalid"),),
        desk=Desk(name="replay", phone="0000"),
    )
    return Region(region=section, site=tuple(Site(finess=finess, name=finess) for finess in sorted(set(sites))))


def analysis(region: Region, rules: Rules) -> Analysis:
    """The stage that turns raw batches into events and detections."""
    known = {site.finess: site for site in region.site}
    return Analysis(known, detector(rules), region.region.event_key.get_secret_value().encode())


def correlator(region: Region, rules: Rules, *, at_once: bool = False) -> Correlator:
    """The stage that turns detections into incidents; ``at_once`` for input that is already sorted."""
    guards = Guards(region.site, region.region.never_link)
    hold = region.region.settle * 0 if at_once else region.region.settle
    return Correlator(region.site, rules.book.sites_within, guards, hold)


def escalator(region: Region) -> Escalator:
    """The stage that turns incidents into notices."""
    return Escalator(region.escalation, known(region))


def known(region: Region) -> Known:
    """What escalation needs to know of the region."""
    return Known(
        sites={site.finess: site for site in region.site},
        contacts=region.region.contacts,
        desk=region.region.desk,
        timezone=region.region.timezone,
        domain=region.region.message_id_domain,
    )


def replay(region: Region, rules: Rules) -> Replay:
    """The whole pipeline in memory, on event time."""
    return Replay(analysis(region, rules), correlator(region, rules, at_once=True), escalator(region))


def take_file(replay: Replay, site: str, source_type: str, path: Path, received: datetime) -> None:
    """A whole file into a replay; an unfinished last line is a record too, and a cut one is a dead letter besides."""
    framer, source = Framer(), f"{source_type}/{path.name}"
    for chunk in (*read_whole(path), b""):
        records = framer.feed(chunk) if chunk else framer.flush()
        for run in batches(records):
            replay.take(_batch(site, source, source_type, run, received))
        for record in records:
            if len(record.data) < record.length:
                replay.result.bury(cut_letter(site, source, str(path), record))


def _batch(site: str, source: str, source_type: str, run: Sequence[Record], received: datetime) -> RawBatch:
    return RawBatch(
        site=site,
        source=source,
        source_type=source_type,
        epoch="replay",
        positions=tuple(record.position for record in run),
        records=tuple(record.data for record in run),
        received=received,
    )


def utc_now() -> datetime:
    """The clock of every driver."""
    return datetime.now(UTC)


def received_by(recorded: Sequence[tuple[str, str, Path]], given: datetime | None) -> tuple[datetime, str]:
    """When recorded logs were received, and how that is known.

    Given, the latest instant that a log itself states, or the latest time a file was written; only the first two are a function of
    the input's content.
    """
    if given is not None:
        return given, "--received"
    stated = max((_last_stated(source_type, path) for _, source_type, path in recorded), default=None)
    if stated and stated > _NEVER:
        return stated, "the latest event"
    return max(modified(path) for _, _, path in recorded), "the files' modification time"


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def _last_stated(source_type: str, path: Path) -> datetime:
    """The latest instant in a file whose records state year and zone themselves."""
    last = _NEVER
    if source_type not in DATED:
        return last
    site, framer = Site(finess="000000000", name="any"), Framer()
    for chunk in (*read_whole(path), b""):
        for run in batches(framer.feed(chunk) if chunk else framer.flush()):
            for event in normalise(_batch(site.finess, "any", source_type, run, _FAR), site):
                instant = timestamp(event)
                last = instant if last < instant < _FAR else last
    return last


DATED = frozenset({"windows_event", "ecs"})
"""Source types whose records state their year."""


@dataclass
class Running:
    """An embedded region that can be run, and closed."""

    driver: Embedded
    database: Database
    log: SqliteLog
    store: SqliteStore


def embedded(
    region: Region,
    rules: Rules,
    *,
    clock: Callable[[], datetime] = utc_now,
    channels: Mapping[str, Channel] | None = None,
    last: bool = False,
) -> Running:
    """All stages over the region's SQLite file, fed by its declared sources.

    Args:
        region: The settings.
        rules: The rule book.
        clock: Gives now.
        channels: Instead of the configured mail server.
        last: Sources are complete: an unfinished last line is a record too.
    """
    region.region.data.parent.mkdir(parents=True, exist_ok=True)
    database = Database(region.region.data)
    log, store = SqliteLog(database), SqliteStore(database)
    handover = Handover(store, channels if channels is not None else _channels(region, clock), clock, "embedded")
    performer = Performer(log, store, handover=handover)
    stages: tuple[Stage, ...] = (analysis(region, rules), correlator(region, rules), escalator(region))
    seats = [Seat(stage, SqliteState(database, stage.name), performer) for stage in stages]
    shipper = Shipper(_declared(region.source), _follow, log, SqliteState(database, "ship"), clock, secrets.token_hex(8))

    async def feed() -> bool:
        with database.transaction():
            return await shipper.round(last=last)

    return Running(Embedded(database, log, seats, clock, feed), database, log, store)


def _channels(region: Region, clock: Callable[[], datetime]) -> dict[str, Channel]:
    return {"smtp": SmtpChannel(smtp_settings(region.smtp), clock)} if region.smtp else {}


def memory_channel(clock: Callable[[], datetime] = utc_now) -> tuple[Sequence[EmailMessage], dict[str, Channel]]:
    """Mails that are kept instead of sent, and the channel that keeps them: for the demonstration."""
    channel = MemoryChannel(clock)
    return channel.mails, {"smtp": channel}


def smtp_settings(section: SmtpSettings) -> smtp.SmtpSettings:
    """The mail server as the adapter takes it.

    Raises:
        ConfigurationError: the section does not hold together.
    """
    try:
        return smtp.SmtpSettings(
            host=section.host,
            port=section.port,
            tls=section.tls,
            insecure=section.insecure,
            ca_file=section.ca,
            sender=Sender(email=section.sender, name=section.sender_name),
            username=section.username,
            password=SecretStr(secret) if (secret := section.secret()) else None,
        )
    except ValueError as error:
        raise ConfigurationError(f"[smtp]: {error}") from error


def _declared(sources: Iterable[SourceSection], site: str | None = None) -> list[Declared]:
    """The sources as the shipper takes them; two that would share a name are an error.

    Raises:
        ConfigurationError: names the two.
    """
    declared = [
        Declared(source.site or site or "", source.name or f"{source.type}/{source.path.name}", _checked(source), source.path)
        for source in sources
    ]
    names = [(source.site, source.name) for source in declared]
    for source in declared:
        if names.count((source.site, source.name)) > 1:
            raise ConfigurationError(
                f"source {source.path}: another source of {source.site} is called {source.name!r}; set `name`"
            )
    return declared


def _checked(source: SourceSection) -> str:
    try:
        return known_source_type(source.type)
    except argparse.ArgumentTypeError as error:
        raise ConfigurationError(f"source {source.path}: {error}") from error


def _follow(path: Path, place: Sequence[int] | None) -> Followed:
    return Followed(path, Place(*place) if place else Place())


@dataclass
class Shipping:
    """A shipper, and what to close when it is done."""

    shipper: Shipper
    close: Callable[[], Awaitable[None]]


def shipping(site: SiteFile, *, clock: Callable[[], datetime] = utc_now) -> Shipping:
    """A hospital's shipper, to Kafka or to the file of an embedded region."""
    site.state.mkdir(parents=True, exist_ok=True)
    memory = Database(site.state / "ship.db")
    kafka = KafkaLog(site.kafka) if site.kafka else None
    log = kafka or SqliteLog(Database(site.embedded.database if site.embedded else ""))
    prefix = site.kafka.prefix if site.kafka else ""
    declared = _declared(site.source, site.site.finess)
    shipper = Shipper(declared, _follow, log, SqliteState(memory, "ship"), clock, secrets.token_hex(8), prefix)

    async def close() -> None:
        if kafka:
            await kafka.close()
        memory.close()

    return Shipping(shipper, close)


def needs(region: Region) -> tuple[KafkaSettings, ElasticStore]:
    """What a cluster cannot do without.

    Raises:
        ConfigurationError: the file lacks a section.
    """
    if region.kafka is None or region.elasticsearch is None:
        missing = "[kafka]" if region.kafka is None else "[elasticsearch]"
        raise ConfigurationError(f"a cluster needs the section {missing} in its region.toml")
    return region.kafka, ElasticStore(region.elasticsearch)


def rights(region: Region, stage: str) -> dict[str, str]:
    """The topics a worker reads and writes, with the right it needs on each."""
    prefix = region.kafka.prefix if region.kafka else ""
    raw = [topics.raw(site.finess) for site in region.site]
    table: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        "normalise": (raw, (topics.DETECTIONS, topics.DEAD)),
        "correlate": ((topics.DETECTIONS,), (topics.INCIDENTS, topics.DEAD)),
        "notify": ((topics.INCIDENTS, topics.ACTS, topics.RECEIPTS), (topics.RECEIPTS, topics.DEAD)),
    }
    reads, writes = table[stage]
    return {**{prefix + name: "WRITE" for name in writes}, **{prefix + name: "READ" for name in reads}}


def cluster(region: Region, stage: str) -> Cluster:
    """One stage as a Faust worker."""
    kafka, store = needs(region)
    log = KafkaLog(kafka)
    admin = KafkaAdmin(kafka)
    stem = kafka.prefix + topics.RAW + "."

    async def raw_topics() -> Sequence[str]:
        return sorted(name for name in await asyncio.to_thread(admin.partitions) if name.startswith(stem))

    async def own_topics() -> Sequence[str]:
        await asyncio.to_thread(admin.partitions)
        return [kafka.prefix + name for name in built.topics]

    built: Stage
    if stage == "normalise":
        built = analysis(region, rulebook_of(region.rules))
    elif stage == "correlate":
        built = correlator(region, rulebook_of(region.rules))
    else:
        built = escalator(region)
    handover = Handover(store, _channels(region, utc_now), utc_now, socket.gethostname())
    return Cluster(
        stage=built,
        kafka=kafka,
        performer=Performer(log, store, prefix=kafka.prefix, handover=handover),
        log=log,
        topics=raw_topics if stage == "normalise" else own_topics,
        clock=utc_now,
        folder=region.region.data.parent / "faust",
        state_of=None if stage == "normalise" else FaustState,
    )


def rulebook_of(section: RulesSection) -> Rules:
    """The rules that a configuration names."""
    return rulebook(section.folders, all_on=section.all_on)


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the region's file for this process alone; the lock goes with the process, however it ends.

    Raises:
        ConfigurationError: another process runs this region.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(f"{data}: another `tocsin run` is working on this region") from error
        yield


def check_rights(region: Region, stage: str) -> None:
    """See that the topics of a stage exist and that the credential may use them; raises as ``KafkaAdmin.check``."""
    kafka, _ = needs(region)
    KafkaAdmin(kafka).check(rights(region, stage))


class Plan(NamedTuple):
    """What provisioning would do, in sentences, and how."""

    lines: Sequence[str]
    carry_out: Callable[[], Coroutine[Any, Any, Sequence[str]]]


def provisioning(region: Region) -> Plan:
    """Compare what is there with what the configuration wants.

    Raises:
        ConfigurationError: a topic exists with another partition count: its keys would change places.
    """
    kafka, store = needs(region)
    admin = KafkaAdmin(kafka)
    wanted = {kafka.prefix + topics.raw(site.finess): kafka.partitions for site in region.site}
    wanted |= {kafka.prefix + name: 1 for name in topics.STATEFUL}
    wanted |= {changelog(kafka, stage): 1 for stage in ("correlate", "notify")}
    there = admin.partitions()
    for name, partitions in wanted.items():
        if there.get(name, partitions) != partitions:
            raise ConfigurationError(f"topic {name} has {there[name]} partitions, the configuration wants {partitions}")
    missing = {name: partitions for name, partitions in wanted.items() if name not in there}

    async def carry_out() -> Sequence[str]:
        compacted = {name for name in missing if name.endswith("-changelog")}
        await asyncio.to_thread(admin.create, missing, kafka.replication, compacted)
        try:
            return await store.provision()
        finally:
            await store.close()

    lines = [f"create topic {name} with {partitions} partitions" for name, partitions in sorted(missing.items())]
    return Plan([*lines, f"put index templates {store.prefix}*"], carry_out)


@dataclass
class Opened:
    """The log and the store of a region, embedded or cluster, for the commands that look and put back."""

    log: Log
    store: Store
    prefix: str
    close: Callable[[], Awaitable[None]]


def opened(region: Region) -> Opened:
    """Kafka and Elasticsearch when the configuration has both, else the region's SQLite file.

    Raises:
        ConfigurationError: the region has never run.
    """
    if region.kafka and region.elasticsearch:
        kafka, store = KafkaLog(region.kafka), ElasticStore(region.elasticsearch)

        async def close_both() -> None:
            await kafka.close()
            await store.close()

        return Opened(kafka, store, region.kafka.prefix, close_both)
    if not region.region.data.exists():
        raise ConfigurationError(f"{region.region.data}: this region has never run")
    database = Database(region.region.data)

    async def close_file() -> None:
        database.close()

    return Opened(SqliteLog(database), SqliteStore(database), "", close_file)
