"""The region as workers over Kafka and Elasticsearch."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple, NoReturn

from schemas import topics
from schemas.errors import ConfigurationError
from tocsin.adapters import systemd
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.faust_table import FaustState
from tocsin.adapters.kafka import KafkaAdmin, KafkaLog
from tocsin.drivers.application import application_id, changelog
from tocsin.drivers.cluster import Cluster
from tocsin.drivers.handover import Handover
from tocsin.drivers.perform import Performer
from tocsin.drivers.reload import Reloader
from tocsin.drivers.stage import Stage
from tocsin.settings import KafkaSettings, Region
from tocsin.wiring.mail import channels
from tocsin.wiring.rule_reload import reloader
from tocsin.wiring.rules import rulebook_of
from tocsin.wiring.stages import analysis, correlator, escalator, utc_now

STAGES = ("normalise", "correlate", "notify")


def needs(region: Region) -> tuple[KafkaSettings, ElasticStore]:
    """What a cluster cannot do without.

    Raises:
        ConfigurationError: the file lacks a section.
    """
    if region.kafka is None or region.elasticsearch is None:
        missing = "[kafka]" if region.kafka is None else "[elasticsearch]"
        raise ConfigurationError(f"a cluster needs the section {missing} in its region.toml")
    return region.kafka, ElasticStore(region.elasticsearch)


def rights(region: Region, stage: str) -> dict[str, frozenset[str]]:
    """The topics a worker reads and writes, with the rights it needs on each. Ticks are messages that a worker sends itself."""
    kafka, _ = needs(region)
    raw = [topics.raw(site.finess) for site in region.site]
    table: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        "normalise": ((*raw, topics.DEAD), (topics.DETECTIONS,)),
        "correlate": ((topics.DETECTIONS,), (topics.DETECTIONS, topics.INCIDENTS)),
        "notify": ((topics.INCIDENTS, topics.ACTS, topics.RECEIPTS), (topics.INCIDENTS, topics.RECEIPTS)),
    }
    reads, writes = table[stage]
    state = [] if stage == "normalise" else [changelog(kafka, stage)]
    readable = {*(kafka.prefix + name for name in reads), *state}
    writable = {*(kafka.prefix + name for name in writes), *state}
    return {
        name: frozenset(right for right, names in (("READ", readable), ("WRITE", writable)) if name in names)
        for name in readable | writable
    }


def check_rights(region: Region, stage: str) -> None:
    """See that the topics of a stage exist and that the credential may use them; raises as ``KafkaAdmin.check``."""
    kafka, _ = needs(region)
    KafkaAdmin(kafka).check(rights(region, stage))


def cluster(region: Region, stage: str) -> Cluster:
    """One stage as a Faust worker."""
    kafka, store = needs(region)
    log = KafkaLog(kafka)
    admin = KafkaAdmin(kafka)
    stem = kafka.prefix + topics.RAW + "."

    def names() -> list[str]:
        if stage != "normalise":
            admin.partitions()
            return [kafka.prefix + name for name in built.topics]
        return [*sorted(name for name in admin.partitions() if name.startswith(stem)), kafka.prefix + topics.DEAD]

    async def topics_now() -> Sequence[str]:
        return await asyncio.to_thread(names)

    built: Stage
    reloading: Reloader | None = None
    if stage == "notify":
        built = escalator(region)
    else:
        rules = rulebook_of(region.rules)
        built = (analysis if stage == "normalise" else correlator)(region, rules)
        reloading = reloader(region, rules, [built])
    handover = Handover(store, channels(region, utc_now), utc_now, socket.gethostname())
    return Cluster(
        stage=built,
        kafka=kafka,
        performer=Performer(log, store, prefix=kafka.prefix, handover=handover),
        log=log,
        topics=topics_now,
        clock=utc_now,
        folder=region.region.data.parent / "faust",
        state_of=None if stage == "normalise" else FaustState,
        progress=lambda: admin.progress(application_id(kafka, stage), names()),
        well=systemd.well,
        begin_anew=begin_anew,
        reloader=reloading,
    )


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


RESTART_SECONDS = 1.0


def begin_anew() -> NoReturn:
    """Become a new process with the same number and the same command line."""
    time.sleep(RESTART_SECONDS)
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "tocsin.cli", *sys.argv[1:]])  # noqa: S606 - ourselves, with our own words
