"""Accounts of the people who work at an establishment: a function of the establishment alone."""

from functools import lru_cache
from random import Random

INITIALS = "abcdefgjlmnps"
SURNAMES = (
    "arnaud", "aubert", "bailly", "barbier", "benoit", "blanc", "boyer", "brun", "caron", "carpentier", "chevalier", "colin", "denis",
    "dumas", "dupont", "fabre", "faure", "fontaine", "gaillard", "garnier", "gauthier", "giraud", "girard", "guerin", "henry", "lacroix",
    "leclerc", "lefevre", "lemoine", "leroux", "marchand", "martin", "mercier", "meunier", "moreau", "noel", "perrin", "picard", "renard",
    "renaud", "riviere", "robin", "rolland", "roussel", "roux", "roy", "schmitt", "vidal", "vincent",
)  # fmt: skip
"""Common in France; some accounts are therefore the same at several establishments, and mean nothing."""
USERS = 24
NURSES = 5
DOCTORS = 4


@lru_cache(maxsize=128)
def users(finess: str) -> tuple[str, ...]:
    """Everybody, nurses and doctors first. ``jmartin`` works everywhere."""
    rng = Random(f"people/{finess}")  # noqa: S311 - nothing here is secret
    names = rng.sample(SURNAMES, USERS - 1)
    return *(f"{rng.choice(INITIALS)}{name}" for name in names), "jmartin"


def nurses(finess: str) -> tuple[str, ...]:
    """Accounts of nurses, who may use the VPN."""
    return tuple(f"ide.{name[1:]}" for name in users(finess)[:NURSES])


def doctors(finess: str) -> tuple[str, ...]:
    """Accounts of doctors, who may use the VPN."""
    return tuple(f"dr.{name[1:]}" for name in users(finess)[NURSES : NURSES + DOCTORS])


def staff(finess: str) -> tuple[str, ...]:
    """Everybody who sits down at a workstation."""
    return (*nurses(finess), *doctors(finess), *users(finess)[NURSES + DOCTORS :])
