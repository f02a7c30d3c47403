"""What is known of one value, for a person who asks."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from correlate.indicators import breadth, values
from correlate.indicators.collect import Known
from correlate.indicators.indicator import Indicator, Kind
from correlate.indicators.lookup import listing
from correlate.indicators.refusal import Unusable


class Answer(NamedTuple):
    """One form of the value, what lists it, which warning lists silence it, and why no feed may list it."""

    kind: Kind
    value: str
    indicators: tuple[Indicator, ...]
    warning_lists: tuple[str, ...]
    never: str = ""


def answers(known: Known, text: str) -> Iterator[Answer]:
    """One for each kind of value that the text can be; none when it is of no kind."""
    for kind, value in dict.fromkeys(_forms(text)):
        yield Answer(
            kind,
            value,
            tuple(listing(known.table, kind, value)),
            tuple(known.lists.of(kind, value)),
            _never(kind, value),
        )


def standing(indicator: Indicator, at: datetime) -> str:
    """Whether it holds at that time, in a word."""
    about = indicator.about
    if about.holds_at(at):
        return "valid"
    return "expired" if about.until and about.until <= at else "not yet valid"


def _forms(text: str) -> Iterator[tuple[Kind, str]]:
    for kind, read in values.READERS.items():
        if kind is Kind.URL and "/" not in text:
            continue
        try:
            yield read(text)
        except Unusable:
            continue


def _never(kind: Kind, value: str) -> str:
    try:
        breadth.check(kind, value)
    except Unusable as refused:
        return f"{refused.because}: {refused}"
    return ""
