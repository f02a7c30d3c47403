"""What a parser knows about where a record came from, and how it says that it cannot read it."""

from dataclasses import dataclass
from datetime import datetime

from schemas.site import Site


@dataclass(frozen=True, slots=True)
class Origin:
    """The site and the source of a record, and when the shipper read it."""

    site: Site
    source: str
    received: datetime


class NotUnderstood(Exception):
    """The record is not of the parser's format; the text says what was expected. It never leaves ``normalise``."""
