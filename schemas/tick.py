"""Tick: the only way time enters a state machine."""

from schemas.noun import Instant, Noun


class Tick(Noun):
    """It is ``now``."""

    now: Instant
