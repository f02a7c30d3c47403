"""Feeds from disk, and what looks for their indicators beside the rules."""

import gc
from collections.abc import Sequence
from datetime import timedelta
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
    """The detector, with the indicators of the configured feeds looked for in the same pass."""
    if not section.folders:
        return detector
    watch = Watch(known(section), entities_of=entities_of)
    gc.collect()
    gc.freeze()  # a million indicators live as long as the process: to look through them for garbage would stall the stream
    return Together((detector, watch))
