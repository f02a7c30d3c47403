"""A whole rule, as YAML gives it, on one event: the reference that the engine must agree with.

Written from the Sigma specification 2.1 and the choices of ``docs/detection.md`` alone. It shares nothing with ``correlate/``, has no
index, no tree and no cleverness. Where fields are read, and which rules an event concerns, is handed in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.reference.condition import holds
from tests.reference.event import Event
from tests.reference.forms import Placeholders
from tests.reference.item import Names, item_holds


def as_written(field: str) -> Sequence[str]:
    """Fields are read as the rule names them."""
    return (field,)


def rule_holds(
    rule: Mapping[str, Any],
    event: Event,
    names: Names = as_written,
    placeholders: Placeholders | None = None,
    filters: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """Whether the rule is true of the event; filters that concern the rule must let it pass as well."""
    given = placeholders or {}
    if not section_holds(rule["detection"], event, names, given):
        return False
    concerned = [each for each in filters if narrows(each, rule)]
    return all(section_holds(each["filter"], event, names, given) for each in concerned)


def section_holds(section: Mapping[str, Any], event: Event, names: Names, placeholders: Placeholders) -> bool:
    """Whether a detection section is true: one of its conditions over its named detections."""
    named = {name: part for name, part in section.items() if name not in ("condition", "rules")}
    says = {name: detection_holds(part, event, names, placeholders) for name, part in named.items()}
    conditions = section["condition"] if isinstance(section["condition"], list) else [section["condition"]]
    return any(holds(condition, says) for condition in conditions)


def detection_holds(part: Any, event: Event, names: Names, placeholders: Placeholders) -> bool:
    """A map is true when all its items are, a list when one of its parts is; a plain value is a keyword."""
    if isinstance(part, Mapping):
        return all(item_holds(key, value, event, names, placeholders) for key, value in part.items())
    if isinstance(part, list):
        return any(detection_holds(each, event, names, placeholders) for each in part)
    return item_holds(None, part, event, names, placeholders)


def narrows(each: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Whether a filter concerns a rule: it names its id or name, and says nothing of the log source that the rule does not."""
    wanted = each["filter"]["rules"]
    named = wanted == "any" or any(
        str(reference).lower() == str(rule.get("id", "")).lower() or reference == rule.get("name")
        for reference in (wanted if isinstance(wanted, list) else [wanted])
    )
    return named and all(rule["logsource"].get(key) == value for key, value in each["logsource"].items())
