"""Keeps of all that feeds say what may be matched: the latest version of each id, nothing that a warning list names, and no more than fits."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from correlate.indicators import misp, stix, warninglists
from correlate.indicators.indicator import About, Indicator
from correlate.indicators.offer import Feed, Offer, Version
from correlate.indicators.refusal import Because, Refusal
from correlate.indicators.table import Table
from correlate.indicators.warninglists import WarningLists

MAX_INDICATORS = 2_000_000
"""Values in memory, of all feeds together."""

MAX_SHOWN = 1_000
"""Refusals kept with their place; all of them are counted."""


class Report(NamedTuple):
    """What became of what was read. ``warned`` counts the values that each warning list took out."""

    files: Mapping[str, int]
    """How many files of each format were read."""
    refused: Mapping[Because, int]
    shown: tuple[Refusal, ...]
    warned: Mapping[str, int]
    warning_lists: int


class Known(NamedTuple):
    """The set, the warning lists that also speak of what is seen in events, and the report."""

    table: Table
    lists: WarningLists
    report: Report


class Collector:
    """Takes documents of feeds one after the other; ``finish`` gives the set. The order of documents does not matter."""

    def __init__(self) -> None:
        self._lists = WarningLists()
        self._found: list[Indicator] = []
        self._versions = array("q")
        self._latest: dict[str, dict[str, int]] = {}
        self._abouts: dict[About, About] = {}
        self._files: Counter[str] = Counter()
        self._refused: Counter[Because] = Counter()
        self._shown: list[Refusal] = []
        self._warned: Counter[str] = Counter()

    def take(self, document: Any, feed: Feed) -> None:
        """One JSON document: a STIX bundle, MISP events, or a warning list."""
        if warninglists.is_warning_list(document):
            self._files["warning list"] += 1
            for refusal in self._lists.add(document, feed.file):
                self.refuse(refusal)
        elif stix.is_stix(document):
            self._files["STIX"] += 1
            self._keep(stix.read(document, feed), feed)
        elif misp.is_misp(document):
            self._files["MISP"] += 1
            self._keep(misp.read(document, feed), feed)
        else:
            self.refuse(Refusal(feed.file, "", Because.UNSUPPORTED, "neither a STIX bundle, a MISP event nor a warning list"))

    def refuse(self, refusal: Refusal) -> None:
        """Count something that is not matched."""
        self._refused[refusal.because] += 1
        if len(self._shown) < MAX_SHOWN and refusal.because is not Because.NOT_FOR_DETECTION:
            self._shown.append(refusal)

    def finish(self) -> Known:
        """The set of what is left."""
        table = Table(self._unlisted())
        report = Report(dict(self._files), dict(self._refused), tuple(self._shown), dict(self._warned), self._lists.count)
        return Known(table, self._lists, report)

    def _keep(self, read: Iterable[Offer | Version | Refusal], feed: Feed) -> None:
        latest = self._latest.setdefault(feed.name, {})
        for one in read:
            if isinstance(one, Refusal):
                self.refuse(one)
            elif isinstance(one, Version):
                latest[one.id] = max(one.version, latest.get(one.id, 0))
            elif len(self._found) >= MAX_INDICATORS:
                self.refuse(Refusal(feed.file, one.indicator.id, Because.FULL, f"more than {MAX_INDICATORS} values in all feeds"))
            else:
                self._found.append(self._sharing(one.indicator))
                self._versions.append(one.version)

    def _sharing(self, one: Indicator) -> Indicator:
        """The same, with one object for all that say the same: a report has thousands of values."""
        about = self._abouts.setdefault(one.about, one.about)
        return one if about is one.about else one._replace(about=about)

    def _unlisted(self) -> Iterator[Indicator]:
        for one, version in zip(self._found, self._versions, strict=True):
            feed = one.about.source
            if version != self._latest[feed][one.id]:
                self.refuse(Refusal(feed, one.id, Because.SUPERSEDED, f"{one.value}: a later version of the same id was read"))
                continue
            if names := self._lists.of(one.kind, one.value):
                self._warned.update(names)
                self.refuse(Refusal(feed, one.id, Because.WARNING_LIST, f"{one.value}: {', '.join(names)}"))
                continue
            yield one
