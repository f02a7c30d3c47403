"""A simulated region as a folder: the logs, the ``region.toml`` that reads them, and the truth beside, which the pipeline never reads."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from schemas.noun import iso
from schemas.site import Contact, Site
from tocsin.simulation.addresses import KNOWN
from tocsin.simulation.campaigns.campaign import Campaign
from tocsin.simulation.formats.sources import file_name
from tocsin.simulation.places import DESK, REGION_NAME, Place
from tocsin.simulation.region import Simulated

Table = Mapping[str, str | tuple[str, ...] | None]


def write(simulated: Simulated, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write the folder; gives each file when it is whole, with its number of lines. Only a day of one establishment is in memory.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("region.toml", region_toml(simulated).encode()), ("truth.json", truth(simulated))):
        (folder / name).write_bytes(content)
        yield folder / name, content.count(b"\n")
    for place in simulated.places:
        yield from _write_logs(simulated, place, folder)


def log_path(place: Place, source_type: str) -> str:
    """Where a log lies in the folder."""
    return f"logs/{place.finess}/{file_name(place, source_type)}"


def region_toml(simulated: Simulated, folder: str = "") -> str:
    """The configuration of the region.

    Args:
        simulated: The region.
        folder: Put before the paths of the logs, for who reads the file from another place; by default they are relative to it.
    """
    return "\n".join(_region_lines(simulated, folder.rstrip("/") + "/" if folder else ""))


def truth(simulated: Simulated) -> bytes:
    """What really happened, as JSON: a list of campaigns."""
    plain = [_campaign(campaign) for campaign in simulated.truth]
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _write_logs(simulated: Simulated, place: Place, folder: Path) -> Iterator[tuple[Path, int]]:
    paths = {kind: folder / log_path(place, kind) for kind in place.sources}
    counts = dict.fromkeys(paths, 0)
    (folder / "logs" / place.finess).mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        files = {kind: opened.enter_context(path.open("wb")) for kind, path in paths.items()}
        for line in simulated.lines(place):
            files[line.source_type].write(line.text + b"\n")
            counts[line.source_type] += 1
    yield from ((path, counts[kind]) for kind, path in paths.items())


def _region_lines(simulated: Simulated, prefix: str) -> Iterator[str]:
    yield from _table("[region]", {"name": REGION_NAME, "never_link": KNOWN})
    yield from _table("[region.desk]", DESK)
    for contact in simulated.region_contacts:
        yield from _table("[[region.contacts]]", _contact(contact))
    for site in simulated.sites:
        yield from _table("[[site]]", _site(site))
        for contact in site.contacts:
            yield from _table("[[site.contacts]]", _contact(contact))
    for place in simulated.places:
        for kind in place.sources:
            yield from _table("[[source]]", {"site": place.finess, "type": kind, "path": prefix + log_path(place, kind)})


def _contact(contact: Contact) -> Table:
    return {"role": contact.role, "name": contact.name, "email": contact.email}


def _site(site: Site) -> Table:
    return {
        "finess": site.finess,
        "name": site.name,
        "category": site.category,
        "criticality": site.criticality,
        "timezone": site.timezone,
        "ght": site.ght,
        "trust_domain": site.trust_domain,
        "exits": site.exits,
        "suppliers": site.suppliers,
    }


def _table(header: str, values: Table) -> Iterator[str]:
    """A TOML table and an empty line. JSON strings and arrays of strings are valid TOML (TOML 1.0, *String*, *Array*)."""
    yield header
    for name, value in values.items():
        if value is not None:
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
    yield ""


def _campaign(campaign: Campaign) -> dict[str, Any]:
    return {
        "name": campaign.name,
        "sites": campaign.sites,
        "trust_domains": campaign.trust_domains,
        "begin": iso(campaign.begin),
        "end": iso(campaign.end),
        "first_attack": {strike.place.finess: iso(strike.begin) for strike in campaign.strikes},
        "indicators": [
            {"kind": indicator.kind, "value": indicator.value, "sites": campaign.sites_of(indicator)}
            for indicator in campaign.indicators
        ],
    }
