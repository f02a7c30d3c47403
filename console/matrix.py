"""Site by stage: how far the attack has come where. And what the detections speak of, with where it was seen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from console.attack import TACTICS, stages_of, tactics_of
from schemas.detection import Detection, Entity, Level, Phase
from schemas.site import Finess

UNKNOWN = "unknown"
"""The stage of a detection whose rule names none."""


class Cell(NamedTuple):
    """What was seen of one stage at one site; ``tried`` when nothing of it shows that it succeeded."""

    detections: int
    worst: Level
    tried: bool
    techniques: tuple[str, ...]


class Line(NamedTuple):
    """One site, with its cells in the order of the stages; None where nothing was seen."""

    site: Finess
    first: datetime | None
    cells: tuple[Cell | None, ...]


class Matrix(NamedTuple):
    """Only the stages that were seen somewhere, first to last."""

    stages: tuple[str, ...]
    lines: tuple[Line, ...]


class Spoken(NamedTuple):
    """A value that detections speak of."""

    entity: Entity
    sites: tuple[Finess, ...]
    detections: int


def matrix_of(sites: Sequence[Finess], found: Iterable[Detection]) -> Matrix:
    """The sites in the order in which they were reached; those of which nothing is known come last."""
    held: dict[tuple[Finess, str], list[Detection]] = {}
    first: dict[Finess, datetime] = {}
    for item in found:
        first[item.site] = min(item.time, first.get(item.site, item.time))
        for stage in stages_of(item) or (UNKNOWN,):
            held.setdefault((item.site, stage), []).append(item)
    stages = tuple(stage for stage in (*TACTICS, UNKNOWN) if any((site, stage) in held for site in sites))
    ordered = sorted(sites, key=lambda site: (site not in first, first.get(site), site))
    lines = (Line(site, first.get(site), tuple(_cell(stage, held.get((site, stage))) for stage in stages)) for site in ordered)
    return Matrix(stages, tuple(lines))


def _cell(stage: str, found: Sequence[Detection] | None) -> Cell | None:
    if not found:
        return None
    worst = max((item.level for item in found), key=lambda level: level.rank)
    told = {name for item in found for name in item.techniques if tactics_of([name]) in ((), (stage,))}
    finest = sorted(name for name in told if not any(other.startswith(f"{name}.") for other in told))
    return Cell(len(found), worst, all(item.phase is Phase.ATTEMPT for item in found), tuple(finest))


def spoken_of(named: Sequence[Entity], found: Mapping[str, Detection], limit: int) -> list[Spoken]:
    """The incident's values in its own order (those that link come first), with where they were seen."""
    counts: Counter[str] = Counter()
    sites: dict[str, dict[Finess, None]] = {}
    for item in found.values():
        for entity in set(item.entities):
            counts[entity.key] += 1
            sites.setdefault(entity.key, {})[item.site] = None
    return [Spoken(one, tuple(sorted(sites.get(one.key, ()))), counts[one.key]) for one in named[:limit]]
