"""An ordinary day, whole: every kind of life that an establishment has."""

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from tocsin.simulation.days import (
    administration,
    assessment,
    backups,
    gateway,
    portal,
    record_access,
    remote_work,
    scanners,
    servers,
    updates,
    workstations,
)
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import Place

LIVES: dict[str, Callable[[Day], Iterator[Happening]]] = {
    "workstations": workstations.ordinary,
    "servers": servers.ordinary,
    "administration": administration.ordinary,
    "backups": backups.ordinary,
    "updates": updates.ordinary,
    "gateway": gateway.ordinary,
    "remote work": remote_work.ordinary,
    "portal": portal.ordinary,
    "patient records": record_access.ordinary,
    "scanners": scanners.ordinary,
    "assessment": assessment.ordinary,
}
_ONLY_FOR = {"gateway": "linux_auth", "portal": "web_access"}
"""Kinds of life that only who has such a source can have."""


def whole(seed: int, place: Place, start: datetime, number: int, weekly: int, scale: float) -> Iterator[Happening]:
    """Every kind of life draws from a source of its own, so that neither an attack nor another day nor another life changes it."""
    for name, life in LIVES.items():
        if _ONLY_FOR.get(name, "ecs") in place.sources:
            rng = Random(f"{seed}/{place.finess}/{name}/{number}")  # noqa: S311 - must be repeatable, nothing here is secret
            yield from life(Day(place, rng, start, number, weekly, scale, seed))
