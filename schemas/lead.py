"""Lead: the grey zone below an incident. It is read in batches and pages nobody."""

from pydantic import Field

from schemas.detection import Entity
from schemas.ids import digest
from schemas.noun import Instant, Noun
from schemas.site import Finess


class Lead(Noun):
    """A value that did something at one establishment and is known at others, where nothing shows that it succeeded.

    ``sites`` are those where it did, ``attempted`` the others that saw it. ``version`` grows as sites do.
    """

    id: str
    version: int = Field(ge=1)
    entities: tuple[Entity, ...] = Field(min_length=1)
    sites: tuple[Finess, ...]
    attempted: tuple[Finess, ...]
    first_seen: Instant
    last_seen: Instant
    rules: tuple[str, ...]
    """Names of the rules that matched where it did."""
    detection_ids: tuple[str, ...]
    """Those of ``sites``, the earliest first."""


def lead_id(value: str, first_detection_id: str) -> str:
    """The id of the lead that this value's first success began."""
    return digest("lead", value, first_detection_id)
