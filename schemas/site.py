"""Site: one establishment of the region."""

import re
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from schemas.noun import Noun

FINESS = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")
"""Nine characters: the département (2A and 2B in Corsica), then seven digits. Text, never a number: zeros lead."""


def check_finess(text: str) -> str:
    """Return the FINESS number unchanged.

    Raises:
        ValueError: it is not nine characters of the right shape.
    """
    if not FINESS.fullmatch(text):
        raise ValueError(f"{text!r} is not a FINESS number: nine characters, such as 010000024 or 2A0000014")
    return text


def check_timezone(name: str) -> str:
    """Return the IANA zone name unchanged, or raise ``ValueError``."""
    if name not in _timezones():
        raise ValueError(f"{name!r} is not an IANA time zone, such as Europe/Paris or Indian/Reunion")
    return name


@cache
def _timezones() -> set[str]:
    """Read once: asking the zone database takes 10 ms."""
    return available_timezones()


Finess = Annotated[str, AfterValidator(check_finess)]
TimezoneName = Annotated[str, AfterValidator(check_timezone)]


class Contact(Noun):
    """Who is told, and how. ``role`` is what an escalation policy names."""

    role: str
    name: str
    email: str = Field(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+$")
    language: str = Field(default="fr", pattern="^(fr|en)$")


class Site(Noun):
    """One establishment, as the region declared it."""

    finess: Finess
    name: str
    legal_entity: Finess | None = None
    category: str = ""
    criticality: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    timezone: TimezoneName = "Europe/Paris"
    ght: str | None = None
    trust_domain: str = ""
    """Sites that share a directory, suppliers' accounts or an exit share this name; a site alone is its own."""
    exits: tuple[str, ...] = ()
    """Public addresses or networks the site itself leaves by; they never link two sites."""
    suppliers: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _own_domain(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("trust_domain"):
            return {**data, "trust_domain": data.get("finess", "")}
        return data

    @property
    def zone(self) -> ZoneInfo:
        """The zone that a timestamp without one is read in."""
        return ZoneInfo(self.timezone)
