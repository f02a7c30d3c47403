"""The escalation policy as data: who is told after how long, until a person takes the incident."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from notify.region import Region
from schemas.detection import Level
from schemas.incident import Incident
from schemas.noun import Noun
from schemas.site import Contact, Finess

SCOPES = ("site", "region")
"""A role is looked for among the contacts of the establishments hit, or among the region's."""

Recipient = tuple[Contact, Finess | None]
"""Who is told, and the establishment whose projection they read; None for the region."""


class PolicyStep(Noun):
    """``after`` minutes without acknowledgement, the holders of the roles ``to`` are told, once or at each loop."""

    after: int = Field(ge=0, le=7 * 24 * 60)
    to: tuple[str, ...] = Field(min_length=1)
    min_severity: Level = Level.INFORMATIONAL
    channel: Literal["smtp"] = "smtp"
    once: bool = False

    @field_validator("to")
    @classmethod
    def _roles_have_a_scope(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        for role in roles:
            scope, _, name = role.partition(":")
            if scope not in SCOPES or not name:
                raise ValueError(f"{role!r} is no role: write site:<role> or region:<role>, such as site:astreinte")
        return roles

    def roles(self, scope: str) -> frozenset[str]:
        """The names of its roles of one scope."""
        return frozenset(role.partition(":")[2] for role in self.to if role.partition(":")[0] == scope)


class Rung(NamedTuple):
    """One step of one loop. ``number`` names it in the id of a notice and never changes meaning within a policy."""

    number: int
    after: timedelta
    step: PolicyStep


class Policy(Noun):
    """Steps in order; the whole is climbed again ``loops`` times, every ``loop_minutes``, while nobody acknowledges."""

    name: str = Field(min_length=1, max_length=40)
    steps: tuple[PolicyStep, ...] = Field(min_length=1, max_length=16)
    loops: int = Field(default=0, ge=0, le=24)
    loop_minutes: int = Field(default=60, ge=1, le=7 * 24 * 60)

    @model_validator(mode="after")
    def _delays_grow(self) -> "Policy":
        delays = [step.after for step in self.steps]
        for before, after in pairwise(delays):
            if after <= before:
                raise ValueError(
                    f"policy {self.name!r}: a step after {after} min follows one after {before} min; delays must grow"
                )
        if self.loops and self.loop_minutes <= delays[-1]:
            raise ValueError(
                f"policy {self.name!r}: a loop of {self.loop_minutes} min ends before its last step, {delays[-1]} min"
            )
        return self

    def rungs(self) -> Iterator[Rung]:
        """Every step of every loop, in order of time."""
        for loop in range(1 + self.loops):
            for place, step in enumerate(self.steps):
                if not (loop and step.once):
                    after = timedelta(minutes=loop * self.loop_minutes + step.after)
                    yield Rung(loop * len(self.steps) + place, after, step)


def default_policy() -> Policy:
    """At once, after 15 and after 30 minutes; then every hour, five times. CERT Santé is told once."""
    return Policy(
        name="standard",
        steps=(
            PolicyStep(after=0, to=("site:astreinte", "region:grades"), min_severity=Level.MEDIUM),
            PolicyStep(after=15, to=("site:rssi", "region:grades"), min_severity=Level.MEDIUM),
            PolicyStep(after=30, to=("region:cert-sante",), min_severity=Level.HIGH, once=True),
        ),
        loops=5,
        loop_minutes=60,
    )


def recipients(step: PolicyStep, sites: tuple[Finess, ...], region: Region) -> tuple[Recipient, ...]:
    """Whom the step reaches about these establishments, each address once per establishment.

    Nobody on call never means silence: when an establishment has no holder of the roles, or nobody at all is reached, and the step
    tells nobody of the region, all contacts of the region are told.
    """
    wanted = step.roles("region")
    there = [(contact, site) for site in sites for contact in _holders(step, site, region)]
    here: list[Recipient] = [(contact, None) for contact in region.contacts if contact.role in wanted]
    if not here and (not there or unreached(step, sites, region)):
        here = [(contact, None) for contact in region.contacts]
    return tuple({(contact.email.casefold(), site): (contact, site) for contact, site in (*there, *here)}.values())


def unreached(step: PolicyStep, sites: tuple[Finess, ...], region: Region) -> tuple[Finess, ...]:
    """The establishments that have no contact for a step that wants to tell them."""
    return tuple(site for site in sites if step.roles("site") and not _holders(step, site, region))


def unheld_roles(policy: Policy, region: Region) -> tuple[str, ...]:
    """What an operator should know beforehand: each role of the policy that nobody holds, with the establishment."""
    held = {contact.role for contact in region.contacts}
    wanted = dict.fromkeys((scope, role) for step in policy.steps for scope in SCOPES for role in sorted(step.roles(scope)))
    gaps = [f"region:{role}" for scope, role in wanted if scope == "region" and role not in held]
    for site in region.sites.values():
        roles = {contact.role for contact in site.contacts}
        gaps += [f"site:{role} at {site.name} ({site.finess})" for scope, role in wanted if scope == "site" and role not in roles]
    return tuple(gaps)


def _holders(step: PolicyStep, site: Finess, region: Region) -> tuple[Contact, ...]:
    wanted = step.roles("site")
    known = region.sites.get(site)
    return tuple(contact for contact in known.contacts if contact.role in wanted) if known else ()


def concerns(policy: Policy, incident: Incident) -> bool:
    """Whether the policy says anything about the incident: it spans sites, and is severe enough for one step."""
    return incident.cross_site and any(step.min_severity.rank <= incident.severity.rank for step in policy.steps)
