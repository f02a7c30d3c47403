"""A small region on real services: its configuration, its shippers and workers as processes, and what it has stored."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from schemas import codec
from schemas.noun import Noun
from tests.services.addresses import Services
from tests.services.smtp import SmtpServer
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.kafka import KafkaAdmin, KafkaLog
from tocsin.adapters.sqlite import Database, SqliteState, SqliteStore
from tocsin.settings import Region as Settings
from tocsin.settings import read
from tocsin.wiring import fleet

TOCSIN = (sys.executable, "-m", "tocsin.cli")
STAGES = ("normalise", "correlate", "notify")
EVERYTHING = 1_000_000
KINDS = ("event", "membership", "incident", "notice", "dead")
"""Kinds of documents that tell how far a region is."""

Body = Mapping[str, Any]


class Region:
    """Files below ``folder``; with ``services`` a cluster, without them one SQLite file.

    ``declared`` is the part of ``region.toml`` that says who is in the region; by default each site has one contact.
    """

    def __init__(
        self,
        folder: Path,
        sites: Iterable[str],
        smtp: SmtpServer,
        services: Services | None = None,
        prefix: str = "",
        *,
        settle: float = 5,
        rules: Path | None = None,
        sources: Iterable[tuple[str, str, Path]] = (),
        declared: str = "",
    ) -> None:
        self.folder = folder
        self.sites = tuple(sites)
        self.prefix = prefix
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._kafka = _kafka(services, prefix) if services else ""
        self.config = folder / "region.toml"
        folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            f"""
{(declared or _declared(self.sites)).replace("[region]", f"[region]{chr(10)}settle_seconds = {settle}", 1)}
{"".join(_source(site, kind, path) for site, kind, path in sources)}
{f'[rules]{chr(10)}folders = ["{rules}"]' if rules else ""}
[smtp]
host = "{smtp.host}"
port = {smtp.port}
tls = "none"
sender = "tocsin@region.example.org"
{self._kafka}
{_elasticsearch(services, prefix) if services else ""}
"""
        )
        self.settings = read(self.config, Settings)

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        done = subprocess.run([*TOCSIN, *words], capture_output=True, text=True, check=False, timeout=300)
        assert not check or done.returncode == 0, f"tocsin {' '.join(words)}: {done.returncode}\n{done.stderr}"
        return done

    def provision(self) -> None:
        """Topics and index templates."""
        self.run("provision", "--config", str(self.config))

    def shipper(self, site: str, sources: Iterable[tuple[str, Path]], epoch: str = "replay") -> Path:
        """Write a site's ``site.toml``; the stream epoch is given, so that two regions can get the same event ids."""
        state = self.folder / f"ship-{site}"
        state.mkdir(parents=True, exist_ok=True)
        database = Database(state / "ship.db")
        SqliteState(database, "ship").put({"epoch": epoch.encode()})
        database.close()
        config = self.folder / f"site-{site}.toml"
        target = self._kafka or f'[embedded]\ndatabase = "{self.settings.region.data}"'
        lines = "".join(f'[[source]]\ntype = "{kind}"\npath = "{path}"\n' for kind, path in sources)
        config.write_text(f'state = "{state}"\n[site]\nfiness = "{site}"\n{lines}{target}\n')
        return config

    def start(self, name: str, *words: str) -> None:
        """A command that goes on, under a name."""
        log = (self.folder / f"{name}.log").open("ab")
        self._processes[name] = subprocess.Popen([*TOCSIN, *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def start_worker(self, stage: str) -> None:
        """A Faust worker."""
        self.start(stage, "worker", stage, "--config", str(self.config))

    def kill(self, name: str) -> None:
        """Kill -9, as a power cut would."""
        self._processes[name].send_signal(signal.SIGKILL)
        self._processes[name].wait()

    def status(self, name: str) -> int | None:
        """The exit status, None while it runs."""
        return self._processes[name].poll()

    def stop(self) -> None:
        """End every process, whatever happened."""
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()

    def log(self, name: str) -> str:
        """What a process printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def send(self, topic: str, key: str, *nouns: Noun) -> None:
        """Put messages on the region's Kafka."""
        self.send_bytes(topic, key, *(codec.encode(noun) for noun in nouns))

    def send_bytes(self, topic: str, key: str, *messages: bytes) -> None:
        """Put bytes on the region's Kafka, whatever they are."""
        assert self.settings.kafka is not None
        asyncio.run(_append(KafkaLog(self.settings.kafka), self.prefix + topic, key, messages))

    def lag(self, stage: str) -> int:
        """Messages that the workers of a stage have not committed yet."""
        assert self.settings.kafka is not None
        names = [
            name for name, rights in fleet.rights(self.settings, stage).items() if "READ" in rights and "changelog" not in name
        ]
        committed, ends = KafkaAdmin(self.settings.kafka).progress(f"{self.prefix}tocsin-{stage}", names)
        return sum(end - committed.get(place, 0) for place, end in ends.items())

    def stored(self, kind: str) -> list[Body]:
        """Every document of a kind, after a refresh."""
        return asyncio.run(self._stored(kind))

    async def _stored(self, kind: str) -> list[Body]:
        if self.settings.elasticsearch is None:
            database = Database(self.settings.region.data)
            found = await SqliteStore(database).recent(kind, EVERYTHING)
            database.close()
            return list(found)
        store = ElasticStore(self.settings.elasticsearch)
        try:
            await store.refresh()
            return list(await store.recent(kind, EVERYTHING))
        finally:
            await store.close()

    def diagnosis(self) -> str:
        """How far everything is and the end of every log, for a test that fails."""
        far = "\n".join(f"{what}: {_told(ask)}" for what, ask in self._progress())
        logs = "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-2000:]}" for path in sorted(self.folder.glob("*.log"))
        )
        return f"{far}\n{logs}"

    def _progress(self) -> Iterable[tuple[str, Callable[[], int]]]:
        for kind in KINDS:
            yield f"stored {kind}", partial(lambda kind: len(self.stored(kind)), kind)
        for stage in STAGES if self.settings.kafka else ():
            yield f"lag of {stage}", partial(self.lag, stage)


def wait_for(what: str, answer: Callable[[], bool], seconds: float, region: Region) -> None:
    """Poll until it is so; a bound on waiting, never on speed."""
    end = time.monotonic() + seconds
    while not _quietly(answer):
        assert time.monotonic() < end, f"after {seconds} s still not: {what}\n{region.diagnosis()}"
        time.sleep(1)


def _quietly(answer: Callable[[], bool]) -> bool:
    from schemas.errors import TocsinError

    try:
        return answer()
    except TocsinError:
        return False


def _told(ask: Callable[[], int]) -> str:
    from schemas.errors import TocsinError

    try:
        return str(ask())
    except TocsinError as error:
        return str(error)


async def _append(log: KafkaLog, topic: str, key: str, messages: Iterable[bytes]) -> None:
    for data in messages:
        await log.append(topic, key, data)
    await log.close()


def _declared(sites: Iterable[str]) -> str:
    return f"""
[region]
name = "test region"
contacts = [{{role = "grades", name = "GRADeS", email = "grades@region.example.org"}}]
desk = {{name = "desk", phone = "01 00 00 00 00"}}
{"".join(_site(site) for site in sites)}
"""


def _site(finess: str) -> str:
    return f"""
[[site]]
finess = "{finess}"
name = "Hospital {finess}"
contacts = [{{role = "astreinte", name = "on call", email = "astreinte@{finess}.example.org"}}]
"""


def _source(site: str, kind: str, path: Path) -> str:
    return f'[[source]]\nsite = "{site}"\ntype = "{kind}"\npath = "{path}"\n'


def _kafka(services: Services, prefix: str) -> str:
    return f"""
[kafka]
bootstrap = ["{services.kafka.bootstrap}"]
security = "PLAINTEXT"
prefix = "{prefix}"
partitions = 2
replication = 1
"""


def _elasticsearch(services: Services, prefix: str) -> str:
    address = services.elasticsearch
    user = f'username = "{address.user}"\npassword = "{address.password}"' if address.user else ""
    ca = f'ca = "{address.ca}"' if address.ca else ""
    return f'[elasticsearch]\nurl = "{address.url}"\nprefix = "{prefix}"\nreplicas = 0\n{user}\n{ca}\n'


def ndjson(path: Path) -> list[Body]:
    """The lines of a result file."""
    return [json.loads(line) for line in path.read_text().splitlines()]
