"""Feeds from disk, and what looks for their indicators beside the rules."""

import gc
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from correlate.entities import entities_of
from correlate.indicators.collect import Collector, Known
from correlate.indicators.markings import Marking
from correlate.indicators.match import Watch
from correlate.indicators.offer import Feed
from correlate.indicators.refusal import Refusal
from tocsin.adapters.indicator_files import documents
from tocsin.analysis import Detector, Together
from tocsin.settings import IndicatorsSection

Stamp = tuple[tuple[str, int, int], ...]
"""Path, time of the last change and size of each file."""


def known(section: IndicatorsSection, folders: Sequence[Path] = ()) -> Known:
    """Read every feed; what of it is refused is in the report.

    Raises:
        ConfigurationError: a folder does not exist.
    """
    collector = Collector()
    unmarked = Marking(section.tlp, section.pap)
    for folder in folders or section.folders:
        for file, document in documents(folder):
            if isinstance(document, Refusal):
                collector.refuse(document)
            else:
                collector.take(document, Feed(str(folder), file, unmarked, timedelta(days=section.keep_days)))
    return collector.finish()


def beside(detector: Detector, section: IndicatorsSection) -> Detector:
    """The detector, with the indicators of the configured feeds looked for in the same pass; feeds that did not change are read once."""
    if not section.folders:
        return detector
    return Together((detector, _watch(section, _stamp(section.folders))))


@lru_cache(maxsize=1)
def _watch(section: IndicatorsSection, _stamp: Stamp) -> Watch:
    watch = Watch(known(section), entities_of=entities_of)
    gc.freeze()  # a million indicators live as long as the process: to look through them for garbage would stall the stream
    return watch


def _stamp(folders: Sequence[Path]) -> Stamp:
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
