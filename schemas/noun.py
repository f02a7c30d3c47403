"""What all nouns share: frozen values, valid from birth, with instants that cannot be naive."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


class Noun(BaseModel):
    """A frozen value; an unknown or malformed field raises ``pydantic.ValidationError``."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


def iso(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds and ``Z``: its text order is its time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC.

    Raises:
        ValueError: in UTC it would lie before the year 1 or after 9999.
    """
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{instant.isoformat()} lies outside the years 1 to 9999 in UTC") from error


def parse_iso(text: str) -> datetime:
    """Read an RFC 3339 instant that names its zone.

    Raises:
        ValueError: the text is not such an instant, has no zone, or lies outside the years 1 to 9999 in UTC.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone; write e.g. 2026-01-31T08:00:00Z")
    return in_utc(instant)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(in_utc),
    PlainSerializer(iso, return_type=str),
]
"""A moment in UTC; written as RFC 3339 with microseconds."""
