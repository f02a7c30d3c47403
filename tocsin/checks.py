"""What ``tocsin doctor`` asks, one sentence and one remedy each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from notify.policy import unheld_roles
from schemas.errors import TocsinError
from tocsin.settings import Region
from tocsin.wiring import fleet, look, mail, rules, stages

SECONDS = 20
"""For one question; a service that takes longer is said to."""
MAX_SHOWN = 5


class Verdict(StrEnum):
    """How a line begins."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "BAD"


class Finding(NamedTuple):
    """One line of the screen."""

    verdict: Verdict
    what: str
    remedy: str = ""


Check = Callable[[Region], Awaitable[list[Finding]]]


async def examine(region: Region) -> list[Finding]:
    """Ask everything; a question that fails is a finding, never the end."""
    findings: list[Finding] = []
    for name, check in CHECKS.items():
        try:
            findings += await asyncio.wait_for(check(region), SECONDS)
        except TimeoutError:
            findings.append(Finding(Verdict.BAD, f"{name}: no answer in {SECONDS} s", "see that the service is up"))
        except TocsinError as error:
            findings.append(Finding(Verdict.BAD, f"{name}: {error}"))
    return findings


async def _rules(region: Region) -> list[Finding]:
    book = rules.rulebook_of(region.rules).book
    refused = [
        Finding(Verdict.NOTE, f"rule refused: {item.path}: {item.reason}", "tocsin rules check")
        for item in book.refusals[:MAX_SHOWN]
    ]
    loaded = len(book.rules) + len(book.correlations)
    verdict = Verdict.GOOD if loaded else Verdict.BAD
    return [
        Finding(verdict, f"{loaded} rules loaded, {len(book.refusals)} refused", "" if loaded else "[rules] folders"),
        *refused,
    ]


async def _contacts(region: Region) -> list[Finding]:
    gaps = unheld_roles(region.escalation, stages.known(region))
    gap_lines = [
        Finding(Verdict.NOTE, f"nobody is {gap}", "add a contact; until then the region is told") for gap in gaps[:MAX_SHOWN]
    ]
    return gap_lines or [Finding(Verdict.GOOD, "every role of the escalation policy is held")]


async def _sources(region: Region) -> list[Finding]:
    return list(_source_lines(region))


def _source_lines(region: Region) -> Iterator[Finding]:
    for source in region.source:
        if source.path.exists():
            yield Finding(Verdict.GOOD, f"source {source.path}")
        else:
            yield Finding(Verdict.BAD, f"source {source.path} does not exist", "correct the path, or wait for the file")


async def _kafka(region: Region) -> list[Finding]:
    if region.kafka is None:
        return [Finding(Verdict.NOTE, "no [kafka]: this region runs embedded")]
    found = []
    for stage in fleet.STAGES:
        await asyncio.to_thread(fleet.check_rights, region, stage)
        found.append(Finding(Verdict.GOOD, f"Kafka: worker {stage} has its topics and rights"))
    return found


async def _elasticsearch(region: Region) -> list[Finding]:
    if region.elasticsearch is None:
        return []
    opened = look.opened(region)
    try:
        await opened.store.recent("incident", 1)
    finally:
        await opened.close()
    return [Finding(Verdict.GOOD, f"Elasticsearch at {region.elasticsearch.url} answers")]


async def _dead(region: Region) -> list[Finding]:
    if region.kafka is None and not region.region.data.exists():
        return [Finding(Verdict.NOTE, f"{region.region.data}: this region has never run")]
    opened = look.opened(region)
    try:
        letters = await opened.store.recent("dead", 1000)
    finally:
        await opened.close()
    waiting = sum(not body["replayed"] for body in letters)
    if waiting:
        return [Finding(Verdict.NOTE, f"{waiting} dead letters", "tocsin dead list")]
    return [Finding(Verdict.GOOD, "no dead letters")]


async def _mail(region: Region) -> list[Finding]:
    if region.smtp is None:
        return [Finding(Verdict.BAD, "no [smtp]: nobody would be told", "give the section [smtp]")]
    settings = mail.smtp_settings(region.smtp)
    try:
        _, writer = await asyncio.open_connection(settings.host, settings.port)
    except OSError as error:
        return [
            Finding(Verdict.BAD, f"mail server {settings.host}:{settings.port}: {error}", "see that it listens, and the firewall")
        ]
    writer.close()
    return [Finding(Verdict.GOOD, f"mail server {settings.host}:{settings.port} listens")]


CHECKS: dict[str, Check] = {
    "rules": _rules,
    "contacts": _contacts,
    "sources": _sources,
    "Kafka": _kafka,
    "Elasticsearch": _elasticsearch,
    "dead letters": _dead,
    "mail": _mail,
}
