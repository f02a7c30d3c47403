"""Writes the mail of one decision for one reader: Planned → Notice. The words are in ``templates/``, the facts are gathered here.

Every value passes ``text.clean`` on its way into a template (jinja's ``finalize``): it cannot be forgotten.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from notify.ladder import JOINING, Planned, next_rung
from notify.region import Region
from notify.text import clean, defang, wrap
from schemas.detection import Level
from schemas.notice import Notice, notice_id
from schemas.projection import IncidentView, Indicator, Reader, project
from schemas.site import Finess

PAP = "PAP:AMBER"
"""Permissible Actions Protocol: look in your own logs, do nothing that the attacker could notice. Never translated."""

PRIORITY = {Level.CRITICAL: "P1", Level.HIGH: "P2", Level.MEDIUM: "P3", Level.LOW: "P4", Level.INFORMATIONAL: "P4"}

MAX_INDICATORS = 10
MAX_LINES = 5
"""Of rules and of missing data; the rest is counted."""
MAX_NAMES = 20

_TEMPLATES = Environment(
    loader=PackageLoader("notify"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text; finalize cleans every value
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=clean,
)


def plan_notice(planned: Planned, region: Region) -> Notice:
    """The decision as a notice, its text rendered once and frozen.

    The Message-ID is a function of the notice's id, so that every retry bears the same one; ``references`` is the root of the
    incident's thread, which no mail bears.
    """
    incident, contact = planned.ladder.incident, planned.contact
    policy = planned.ladder.policy.name
    name = notice_id(incident.id, policy, planned.step, planned.cause, planned.channel, contact.email)
    subject, text = render(planned, region)
    return Notice(
        incident_id=incident.id,
        incident_version=incident.version,
        policy=policy,
        step=planned.step,
        cause=planned.cause,
        channel=planned.channel,
        contact=contact,
        reader_site=planned.reader_site,
        due=planned.due,
        subject=subject,
        text=text,
        message_id=f"<{name}@{region.domain}>",
        references=(f"<{incident.id}@{region.domain}>",),
    )


def render(planned: Planned, region: Region) -> tuple[str, str]:
    """Subject and text for one contact, in the contact's language and the reader's zone."""
    view = project(planned.ladder.incident, Reader(site=planned.reader_site), region.sites)
    facts = _facts(planned, view, region)
    language = planned.contact.language
    subject = _TEMPLATES.get_template(f"subject.{language}.txt.j2").render(facts)
    return clean(subject), wrap(_TEMPLATES.get_template(f"body.{language}.txt.j2").render(facts))


def _facts(planned: Planned, view: IncidentView, region: Region) -> Mapping[str, Any]:
    site = region.sites.get(planned.reader_site) if planned.reader_site else None
    return {
        "code": f"INC-{view.id[:8]}",
        "also": tuple(f"INC-{alias[:8]}" for alias in view.aliases[:MAX_LINES]),
        "view": view,
        "pap": PAP,
        "priority": PRIORITY[view.severity],
        "cause": planned.cause,
        "for_region": planned.reader_site is None,
        "place": site.name if site else planned.reader_site,
        "names": view.names[:MAX_NAMES],
        "rules": view.rules[:MAX_LINES],
        "missing": view.missing[:MAX_LINES],
        "indicators": [_indicator(indicator, region) for indicator in view.indicators[:MAX_INDICATORS]],
        "hidden": max(0, len(view.indicators) - MAX_INDICATORS),
        "abridged": planned.ladder.abridged,
        "desk": region.desk,
        "contact": planned.contact,
        "unreached": _names(planned.unreached, region) if planned.reader_site is None else (),
        **_times(planned, view, site.zone if site else ZoneInfo(region.timezone)),
        **_steps(planned),
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
        "minutes": here.after.total_seconds() // 60,
    }


def _indicator(indicator: Indicator, region: Region) -> Mapping[str, Any]:
    value = defang(indicator.kind, clean(indicator.value))
    return {"kind": indicator.kind, "value": value, "here": indicator.here, "names": _names(indicator.sites[:MAX_LINES], region)}


def _names(sites: tuple[Finess, ...], region: Region) -> tuple[str, ...]:
    return tuple(region.sites[site].name if site in region.sites else site for site in sites)


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


_TEMPLATES.filters["utc"] = _utc
