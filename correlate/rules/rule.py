"""Rule and Refusal: what a Sigma file becomes, one or the other."""

from dataclasses import dataclass

from sigma.rule import SigmaLevel
from sigma.rule.logsource import SigmaLogSource

from correlate.rules.check import Predicate
from schemas.detection import Level, Phase


@dataclass(frozen=True, slots=True)
class Rule:
    """A Sigma rule that is evaluated exactly.

    ``id`` is the rule's own, or a digest of its content when it has none; ``status`` is empty when the rule states none.
    """

    id: str
    name: str
    level: Level
    status: str
    techniques: tuple[str, ...]
    """MITRE ATT&CK technique ids, such as ``T1021.002``."""
    tactics: tuple[str, ...]
    """MITRE ATT&CK tactics, such as ``lateral-movement``."""
    phase: Phase
    logsource: SigmaLogSource
    path: str
    predicate: Predicate
    tags: tuple[str, ...] = ()
    """As written, lower case: ``attack.t1021.002``, ``cve.2021-44228``."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that is not loaded, and why; ``rule_id`` and ``title`` are empty when the file says none."""

    path: str
    rule_id: str
    title: str
    reason: str


def level_of(level: SigmaLevel | None) -> Level:
    """A rule that states no level counts as low, as pySigma's Elasticsearch backend has it."""
    return Level.LOW if level is None else Level(level.name.lower())
