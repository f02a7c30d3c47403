"""How grave a match is: what the feed says of its own confidence, never ``critical``: an indicator alone is hearsay."""

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.detection import Level

CONFIDENCE = ((70, Level.HIGH), (30, Level.MEDIUM), (1, Level.LOW), (0, Level.INFORMATIONAL))
"""Least STIX confidence → level: the scale *None / Low / Med / High* of STIX 2.1 appendix A."""

THREAT = {"1": Level.HIGH, "2": Level.MEDIUM, "3": Level.LOW, "4": Level.MEDIUM}
"""``threat_level_id`` of a MISP event → level; 4 is *undefined*."""

UNSAID = Level.MEDIUM

BENIGN = "benign"
WEAK = frozenset({"anomalous-activity", "anonymization", "unknown"})
"""STIX indicator types that accuse nobody: at most ``low``."""


def of_stix(confidence: Any, types: Iterable[str]) -> Level:
    """The level of a STIX indicator."""
    level = UNSAID
    if isinstance(confidence, int) and not isinstance(confidence, bool):
        level = next((found for least, found in CONFIDENCE if confidence >= least), UNSAID)
    named = set(types)
    return min(level, Level.LOW, key=lambda one: one.rank) if named and named <= WEAK else level


def of_misp(event: Mapping[str, Any]) -> Level:
    """The level of the attributes of a MISP event."""
    return THREAT.get(str(event.get("threat_level_id", "")), UNSAID)
