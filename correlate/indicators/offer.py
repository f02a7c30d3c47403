"""What readers of feeds give: indicators that might be matched, and refusals."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from correlate.indicators.indicator import Indicator
from correlate.indicators.markings import Marking
from correlate.indicators.refusal import Because, Unusable
from schemas.noun import parse_iso

MAX_NAME = 256
"""Characters of an indicator's name and of its id."""


class Offer(NamedTuple):
    """An indicator, in the version that the feed gave it: of two versions of one id, the later one counts."""

    indicator: Indicator
    version: int


class Version(NamedTuple):
    """That the feed has this version of an id, whatever becomes of it: an earlier one no longer counts."""

    id: str
    version: int
    """Microseconds since 1970; 0 when the feed says none."""


class Feed(NamedTuple):
    """Where things are read from, and what is meant where the feed is silent."""

    name: str
    """The folder: ids are unique inside it, so that no feed can revoke what another says."""
    file: str
    unmarked: Marking
    keep: timedelta
    """How long an indicator goes on after the day it was last seen, when the feed gives no end."""


def instant(value: Any, where: str) -> datetime | None:
    """An RFC 3339 instant, None when there is none.

    Raises:
        Unusable: it is something else.
    """
    if value is None or value == "":
        return None
    try:
        return parse_iso(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Unusable(
            Because.INVALID, f"{where}: expected an instant such as 2026-01-31T08:00:00Z, found {str(value)[:40]!r}"
        ) from error


def one_line(value: Any) -> str:
    """A feed's text as a name: printable, on one line, bounded; empty when it is no text."""
    if not isinstance(value, str):
        return ""
    if len(value) <= MAX_NAME and value.isprintable():
        return value.strip()
    return "".join(sign if sign.isprintable() else " " for sign in value[: MAX_NAME * 2]).strip()[:MAX_NAME]


def texts(value: Any) -> Iterable[str]:
    """The texts of a list; none when it is no list."""
    return (text for text in value if isinstance(text, str)) if isinstance(value, list) else ()
