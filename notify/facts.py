"""What a mail says to one reader: Planned → facts, every text of which is harmless. The words around them are in ``templates/``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from notify.ladder import JOINING, Planned, next_rung
from notify.region import Region
from notify.text import NBSP, clean, cleaned, defang, inert, is_clean
from schemas.detection import Level
from schemas.incident import code_of
from schemas.marking import PAP, TLP, strictest
from schemas.projection import IncidentView, Indicator, Reader, project
from schemas.site import Finess

PRIORITY = {Level.CRITICAL: "P1", Level.HIGH: "P2", Level.MEDIUM: "P3", Level.LOW: "P4", Level.INFORMATIONAL: "P4"}

MAX_INDICATORS = 10
MAX_LINES = 5
"""Of rules and of missing data; the rest is counted."""
MAX_NAMES = 20
MAX_NAME = 80
"""Characters of an establishment's name."""


def facts(planned: Planned, region: Region) -> Mapping[str, Any]:
    """What the templates may say: cleaned texts, numbers, and instants in the reader's zone.

    Only what ``project`` lets this reader know of the incident is in it. An indicator is shown whole or not at all: shortened or
    stripped of a character it would be another one.
    """
    view = project(planned.ladder.incident, Reader(site=planned.reader_site), region.sites)
    site = region.sites.get(planned.reader_site) if planned.reader_site else None
    fit = [indicator for indicator in view.indicators if is_clean(indicator.value)][:MAX_INDICATORS]
    plain = cleaned(
        {
            "language": planned.contact.language,
            "for_region": planned.reader_site is None,
            "place": _short(site.name if site else planned.reader_site or ""),
            "role": planned.contact.role,
            "desk": region.desk.name,
            **_incident(planned, view),
            **_places(planned, view, region),
            **_steps(planned),
        }
    )
    return {
        **plain,
        "number": region.desk.phone.replace(" ", NBSP),
        "dial": "".join(sign for sign in region.desk.phone if sign in "+0123456789"),
        "indicators": tuple(_indicator(indicator, len(planned.ladder.incident.sites), region) for indicator in fit),
        "hidden": len(view.indicators) - len(fit),
        **_times(planned, view, site.zone if site else ZoneInfo(region.timezone)),
    }


def _incident(planned: Planned, view: IncidentView) -> Mapping[str, Any]:
    return {
        "incident": code_of(view.id),
        "also": [code_of(alias) for alias in view.aliases[:MAX_LINES]],
        "cause": planned.cause,
        "tlp": strictest(TLP, [view.tlp]) or TLP[-1],
        "pap": strictest(PAP, [view.pap]) or PAP[-1],
        "priority": PRIORITY[view.severity],
        "severity": view.severity,
        "score": view.score,
        "detections": view.detections,
        "others": view.others,
        "rules": [inert(name) for name in view.rules[:MAX_LINES]],
        "more_rules": max(0, len(view.rules) - MAX_LINES),
        "techniques": view.techniques,
        "missing": [inert(text) for text in view.missing[:MAX_LINES]],
        "withheld": view.withheld,
        "abridged": planned.ladder.abridged,
    }


def _places(planned: Planned, view: IncidentView, region: Region) -> Mapping[str, Any]:
    """Names of establishments: the reader's own, or for the region those hit and those among them that have nobody to tell."""
    unreached = planned.unreached if planned.reader_site is None else ()
    return {
        "names": [_short(name) for name in view.names[:MAX_NAMES]],
        "more_names": max(0, len(view.names) - MAX_NAMES),
        "unreached": _names(unreached[:MAX_NAMES], region),
        "more_unreached": max(0, len(unreached) - MAX_NAMES),
    }


def _steps(planned: Planned) -> Mapping[str, Any]:
    """Who is told at this step and at the next, as roles; who took the incident only for the region."""
    ladder = planned.ladder
    joining = planned.step >= JOINING
    told_instead = joining and planned.reader_site is None
    here = next(rung for rung in ladder.policy.rungs() if rung.number == (0 if joining else planned.step))
    following = next_rung(ladder)
    return {
        "roles": () if told_instead else here.step.roles("site") if joining else here.step.to,
        "next_roles": following.step.to if following else (),
        "taken_by": ladder.acknowledged_by if planned.reader_site is None else None,
        "policy": ladder.policy.name,
        "minutes": int(here.after.total_seconds() // 60),
    }


def _times(planned: Planned, view: IncidentView, zone: ZoneInfo) -> Mapping[str, datetime | None]:
    """Instants in the reader's zone; ``answer_by`` is when the next rung rings."""
    ladder = planned.ladder
    rung = next_rung(ladder)
    instants = {
        "now": planned.due,
        "since": view.since,
        "answer_by": ladder.started + rung.after if ladder.started and rung else None,
        "taken": ladder.acknowledged_at,
    }
    return {name: instant and instant.astimezone(zone) for name, instant in instants.items()}


def _indicator(indicator: Indicator, hit: int, region: Region) -> Mapping[str, Any]:
    kind = clean(indicator.kind)
    return {
        "kind": kind,
        "value": defang(kind, indicator.value),
        "here": indicator.here,
        "names": cleaned(_names(indicator.sites[:MAX_LINES], region)),
        "more": max(0, len(indicator.sites) - MAX_LINES),
        "everywhere": len(indicator.sites) == hit,
    }


def _names(sites: Iterable[Finess], region: Region) -> list[str]:
    return [_short(region.sites[site].name) if site in region.sites else site for site in sites]


def _short(name: str) -> str:
    return clean(name, MAX_NAME)
