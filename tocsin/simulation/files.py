"""A simulated region as the files of a folder: the logs, the ``region.toml`` that reads them, and the truth beside."""

import json
from collections.abc import Iterator, Mapping

import orjson

from schemas.site import Contact, Site
from tocsin.simulation.places import DESK, REGION_NAME
from tocsin.simulation.region import Campaign, Simulated, SourceLog

Table = Mapping[str, str | tuple[str, ...]]


def files(simulated: Simulated, folder: str = "") -> dict[str, bytes]:
    """Relative path → content.

    Args:
        simulated: The region.
        folder: Put before the paths of the logs inside ``region.toml``, for who reads it from another place; by default they are
            relative to the file itself.
    """
    logs = {log_path(log): b"".join(line + b"\n" for line in log.lines) for log in simulated.sources}
    return {"region.toml": region_toml(simulated, folder).encode(), "truth.json": _truth(simulated.truth), **logs}


def log_path(log: SourceLog) -> str:
    """Where a log lies in the folder."""
    return f"logs/{log.site}/{log.file_name}"


def region_toml(simulated: Simulated, folder: str = "") -> str:
    """The configuration of the region; ``folder`` as in ``files``."""
    return "\n".join(_region_lines(simulated, folder.rstrip("/") + "/" if folder else ""))


def _region_lines(simulated: Simulated, prefix: str) -> Iterator[str]:
    yield from _table("[region]", {"name": REGION_NAME})
    yield from _table("[region.desk]", DESK)
    for contact in simulated.region_contacts:
        yield from _table("[[region.contacts]]", _contact(contact))
    for site in simulated.sites:
        yield from _table("[[site]]", _site(site))
        for contact in site.contacts:
            yield from _table("[[site.contacts]]", _contact(contact))
    for log in simulated.sources:
        yield from _table("[[source]]", {"site": log.site, "type": log.source_type, "path": prefix + log_path(log)})


def _contact(contact: Contact) -> Table:
    return {"role": contact.role, "name": contact.name, "email": contact.email}


def _site(site: Site) -> Table:
    return {
        "finess": site.finess,
        "name": site.name,
        "category": site.category,
        "criticality": site.criticality,
        "timezone": site.timezone,
    }


def _table(header: str, values: Table) -> Iterator[str]:
    """A TOML table and an empty line. JSON strings and arrays of strings are valid TOML (TOML 1.0, *String*, *Array*)."""
    yield header
    for name, value in values.items():
        yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
    yield ""


def _truth(campaigns: tuple[Campaign, ...]) -> bytes:
    plain = [
        {
            "name": campaign.name,
            "sites": campaign.sites,
            "indicators": [entity.model_dump() for entity in campaign.indicators],
        }
        for campaign in campaigns
    ]
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
