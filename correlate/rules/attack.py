"""What the tags of a rule say: MITRE ATT&CK techniques and tactics, and whether a match is an attempt or a success.

Sigma tags specification 2.1: ``attack.t1059.001`` is a technique, ``attack.lateral-movement`` a tactic (older rules write an underscore).
Our own rules say the phase themselves, ``tocsin.attempt`` or ``tocsin.success``; of the others, the tactics tell: what comes before an
attacker is inside may have failed, what comes after has not.
"""

import re
from collections.abc import Collection, Sequence

from sigma.rule import SigmaRuleTag

from schemas.detection import Phase

_ATTACK = "attack"
_TECHNIQUE = re.compile(r"t\d{4}(\.\d{3})?")
_GROUP_OR_SOFTWARE = re.compile(r"[gsc]\d{4}")
BEFORE_ENTRY = frozenset({"reconnaissance", "resource-development", "initial-access"})
GUESSING = ("T1110",)
"""Brute force: credential access that is a try until a login succeeds."""


def techniques_of(tags: Sequence[SigmaRuleTag]) -> tuple[str, ...]:
    """``attack.t1059.001`` gives ``T1059.001``."""
    return tuple(name.upper() for name in _attack(tags) if _TECHNIQUE.fullmatch(name))


def tactics_of(tags: Sequence[SigmaRuleTag]) -> tuple[str, ...]:
    """``attack.lateral_movement`` and ``attack.lateral-movement`` both give ``lateral-movement``."""
    names = [name for name in _attack(tags) if not _TECHNIQUE.fullmatch(name) and not _GROUP_OR_SOFTWARE.fullmatch(name)]
    return tuple(dict.fromkeys(name.replace("_", "-") for name in names))


def phase_of(tags: Sequence[SigmaRuleTag]) -> Phase:
    """What the rule says of itself, or else what its tactics say."""
    for tag in tags:
        if tag.namespace == "tocsin" and tag.name in list(Phase):
            return Phase(tag.name)
    return phase_told_by(tactics_of(tags), techniques_of(tags))


def phase_told_by(tactics: Collection[str], techniques: Collection[str]) -> Phase:
    """An attempt when all its tactics come before an attacker is inside, or when it is guessing; a success when nothing is said."""
    guessing = any(name.startswith(GUESSING) for name in techniques)
    tried = BEFORE_ENTRY | {"credential-access"} if guessing else BEFORE_ENTRY
    return Phase.ATTEMPT if tactics and tried.issuperset(tactics) else Phase.SUCCESS


def _attack(tags: Sequence[SigmaRuleTag]) -> list[str]:
    return [tag.name.lower() for tag in tags if tag.namespace == _ATTACK]
