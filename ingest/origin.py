"""What a parser knows about where a record came from, and how it says that it cannot read it."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.site import Site


@dataclass(frozen=True, slots=True)
class Origin:
    """The site and the source of a record, and when the shipper read it."""

    site: Site
    source: str
    received: datetime
    zone: ZoneInfo = field(init=False, repr=False, compare=False)
    """The site's, looked up once for all records."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "zone", self.site.zone)


class NotUnderstood(Exception):
    """The record is not of the parser's format; the text says what was expected. It never leaves ``normalise``."""
