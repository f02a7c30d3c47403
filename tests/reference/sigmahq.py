"""SigmaHQ's rules as YAML and the corpus' events, and what the reference is handed of them: where fields are read, what concerns what.

Fields and routing are the engine's own: the regression data proves these, not the reference.
"""

import gzip
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sigma.rule.logsource import SigmaLogSource

from correlate.rules.fields import Pipelines
from correlate.rules.logsources import WINDOWS_SERVICES
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.site import Site
from tests.reference.event import Event
from tests.reference.item import Names

TREES = ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance")
WINDOWS = ("logs/windows_evtx/*.jsonl*", "sigma/regression/*/events.jsonl", "campaigns/[ce]*/*.jsonl.gz")
OTHERS = (
    ("linux_auth", "logs/linux_auth/*.log"),
    ("web_access", "logs/apache/*"),
    ("web_access", "logs/crowdsec_hub/nginx/*"),
    ("fortigate", "logs/syslog_devices/fortinet_ngfw*"),
    ("suricata_eve", "logs/suricata/*"),
    ("zeek_json", "logs/zeek_json/*"),
    ("zeek_json", "campaigns/apt29_day1_zeek/*"),
    ("auto", "logs/crowdsec_hub/*/*.log"),
    ("auto", "logs/syslog_devices/*.log"),
    ("auto", "logs/logstash_specs/*.log"),
)
LANES = (*(("windows_event", pattern) for pattern in WINDOWS), *OTHERS)
"""Source type and files of everything in the corpus that is a log."""

PATTERNS = ("adm*", "srv??", "10.0.0.0", "DC01$", "*\\\\share*")
"""What every placeholder of SigmaHQ's rules stands for here."""

SITE = Site(finess="010000024", name="Centre hospitalier")


def rule_files(corpus: Path, trees: Sequence[str] = TREES) -> list[tuple[str, str]]:
    """Path and text of every rule, in the order of their paths."""
    found = []
    for tree in trees:
        with tarfile.open(corpus / "sigma" / f"{tree}.tar.gz") as archive:
            members = sorted((member for member in archive if member.name.endswith(".yml")), key=lambda member: member.name)
            found += [(member.name, content.read().decode()) for member in members if (content := archive.extractfile(member))]
    return found


def placeholders(files: Sequence[tuple[str, str]]) -> dict[str, Sequence[str]]:
    """Values for every placeholder that the rules name."""
    return dict.fromkeys((name for _, text in files if "expand" in text for name in re.findall("%([^%\\s]+)%", text)), PATTERNS)


def documents(files: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Path → the rule as YAML gives it."""
    return {path: yaml.load(text, yaml.CSafeLoader) for path, text in files}


def events(corpus: Path, lane: tuple[str, str], every: int) -> Iterator[list[Event]]:
    """The events of a lane, in batches, one record of ``every`` through normalisation."""
    source_type, pattern = lane
    records = [record for path in sorted(corpus.glob(pattern)) if path.is_file() for record in _records(path)][::every]
    for start in range(0, len(records), 500):
        part = tuple(records[start : start + 500])
        yield normalise(
            RawBatch(
                site=SITE.finess,
                source=pattern,
                source_type=source_type,
                epoch="1",
                positions=tuple(range(start, start + len(part))),
                records=part,
                received=datetime(2026, 6, 1, tzinfo=UTC),
            ),
            SITE,
        )


def _records(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [line for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines() if line.strip()]


@lru_cache(maxsize=1)
def _pipelines() -> Pipelines:
    return Pipelines()


@lru_cache(maxsize=100_000)
def _mapped(field: str, product: str | None, service: str | None, category: str | None) -> tuple[str, ...]:
    return _pipelines().mapped(field, SigmaLogSource(product=product, service=service, category=category))


def names_for(rule: dict[str, Any]) -> Names:
    """Where the fields of a rule are read."""
    logsource = [rule["logsource"].get(key) for key in ("product", "service", "category")]
    found: Callable[[str], tuple[str, ...]] = lambda field: _mapped(field, *logsource)  # noqa: E731 - a closure over one rule
    return found


def of_its_log(rule: dict[str, Any], event: Event) -> bool:
    """What pySigma's pipelines add to a rule of a Windows or Zeek service: the channel, or the data set."""
    product, service = rule["logsource"].get("product"), rule["logsource"].get("service")
    if product == "windows" and service and not rule["logsource"].get("category"):
        channels = [channel.lower() for channel in WINDOWS_SERVICES.get(service, ())]
        return not channels or str(event.get("winlog.channel")).lower() in channels
    if product == "zeek" and service:
        return event.get("event.dataset") == f"zeek.{service}"
    return True
