"""What the rules that are on cover of MITRE ATT&CK, as a layer for its Navigator (layer file format 4.5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

VERSIONS = {"layer": "4.5", "navigator": "5.1.0"}
COLOURS = ("#ffffff", "#8ec843")
MAX_NAMED = 40
"""Rules that the comment of one technique names."""


class Covering(NamedTuple):
    """A rule that is on."""

    title: str
    level: str
    techniques: tuple[str, ...]


def layer(rules: Iterable[Covering], name: str) -> dict[str, Any]:
    """The layer: each technique with the number of rules as its score, and the rules in its comment."""
    covering: defaultdict[str, list[Covering]] = defaultdict(list)
    count = 0
    for rule in rules:
        count += 1
        for technique in dict.fromkeys(rule.techniques):
            covering[technique].append(rule)
    techniques = [_technique(technique, found) for technique, found in sorted(covering.items())]
    highest = max((len(found) for found in covering.values()), default=0)
    return {
        "name": name,
        "versions": VERSIONS,
        "domain": "enterprise-attack",
        "description": f"{count} rules that are on; score: how many of them are about the technique",
        "sorting": 3,
        "layout": {"layout": "side", "expandedSubtechniques": "annotated"},
        "hideDisabled": False,
        "techniques": techniques,
        "gradient": {"colors": list(COLOURS), "minValue": 0, "maxValue": max(highest, 1)},
    }


def _technique(technique: str, rules: list[Covering]) -> Mapping[str, Any]:
    titles = sorted(f"{rule.title} ({rule.level})" for rule in rules)
    more = [f"and {len(titles) - MAX_NAMED} more"] if len(titles) > MAX_NAMED else []
    return {
        "techniqueID": technique,
        "score": len(rules),
        "comment": "\n".join([*titles[:MAX_NAMED], *more]),
        "enabled": True,
    }
