"""Act: what a person did. A message like any other, so a replay honours it."""

from enum import StrEnum

from schemas.ids import digest
from schemas.noun import Instant, Noun


class Deed(StrEnum):
    """What can be done to an incident."""

    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"


class Act(Noun):
    """One person did one thing to one incident."""

    incident_id: str
    deed: Deed
    by: str
    at: Instant
    comment: str = ""

    @property
    def id(self) -> str:
        """The same act sent twice is one act."""
        return digest("act", self.incident_id, self.deed, self.by, self.at.isoformat(), self.comment)
