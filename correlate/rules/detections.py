"""The detection section of a rule as pySigma's detections, read strictly: lists, maps, values (Sigma specification 2.1, *detection*).

pySigma reads everything else of a rule. It would take an empty list for null, ``timeframe`` for a keyword, and any name for a
detection; here each of these is refused, and every refusal says where it stands.
"""

from collections.abc import Mapping
from typing import Any

from sigma.conditions import ConditionAND, ConditionOR
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections, SigmaRule

from correlate.rules.check import Unsupported
from correlate.rules.modifiers import Plain, modified
from correlate.rules.written import Placeholders

DEEPEST = 16
"""Lists in lists that a detection may hold."""
ADDED = ("_cond_", "_filt_")
"""How the names begin that pySigma gives to what a pipeline adds; no rule may use them."""
_STAND_IN = {"selection": {"field": "value"}, "condition": "selection"}


def read_rule(document: Mapping[str, Any], placeholders: Placeholders) -> SigmaRule:
    """A rule with its detections read here.

    Raises:
        Unsupported: something in the rule is not evaluated exactly.
        SigmaError: pySigma does not accept the rest of it.
    """
    section = document.get("detection")
    if not isinstance(section, Mapping):
        raise Unsupported("the detection section must be a map of named detections and a condition")
    if document.get("taxonomy", "sigma") != "sigma":
        raise Unsupported(f"the taxonomy {document['taxonomy']!r} is not known, only sigma")
    rule = SigmaRule.from_dict({**document, "detection": _STAND_IN})
    rule.detection = read_detections(section, placeholders)
    return rule


def read_detections(section: Mapping[Any, Any], placeholders: Placeholders, *, besides: tuple[str, ...] = ()) -> SigmaDetections:
    """The named detections and the conditions of a section; keys in ``besides`` are neither.

    Raises:
        Unsupported: says which detection, which key, and what was expected.
    """
    if "timeframe" in section:
        raise Unsupported("timeframe belongs to the old aggregations; write a Sigma correlation", ("timeframe",))
    named = {name: content for name, content in section.items() if name not in ("condition", *besides)}
    if not named:
        raise Unsupported("no detection is defined")
    for name in named:
        if not isinstance(name, str) or name.startswith(ADDED):
            raise Unsupported(f"{name!r} cannot be the name of a detection")
    return SigmaDetections(
        {name: _detection(content, name, placeholders, 0) for name, content in named.items()}, _conditions(section)
    )


def _conditions(section: Mapping[Any, Any]) -> list[str]:
    written = section.get("condition")
    conditions: list[Any] = written if isinstance(written, list) else [written]
    if not conditions or not all(isinstance(condition, str) and condition.strip() for condition in conditions):
        raise Unsupported("the condition must be a text, or a list of texts", ("condition",))
    return conditions


def _detection(content: Any, place: str, placeholders: Placeholders, depth: int) -> SigmaDetection:
    if depth > DEEPEST:
        raise Unsupported(f"detection {place!r}: lists in lists beyond {DEEPEST}")
    if isinstance(content, Mapping):
        if not content:
            raise Unsupported(f"detection {place!r} is empty")
        return SigmaDetection([_item(key, value, place, placeholders) for key, value in content.items()])
    if not isinstance(content, list):
        return SigmaDetection([_item(None, content, place, placeholders)])
    if not any(isinstance(part, Mapping | list) for part in content):
        return SigmaDetection([_item(None, content, place, placeholders)])
    parts: list[SigmaDetectionItem | SigmaDetection] = [_detection(part, place, placeholders, depth + 1) for part in content]
    return SigmaDetection(parts)


def _item(key: Any, value: Any, place: str, placeholders: Placeholders) -> SigmaDetectionItem:
    where = f"detection {place!r}" + (f", {key!r}" if key is not None else "")
    if key is not None and not (isinstance(key, str) and key):
        raise Unsupported(f"{where}: the name of a field must be a text")
    field, *names = (key or "").split("|")
    values = value if isinstance(value, list) else [value]
    if not values:
        raise Unsupported(
            f"{where}: a list without values selects nothing; write null or ''", (place, key) if key is not None else (place,)
        )
    try:
        for each in values:
            _check_value(each, keyword=not field)
        compared = modified(values, names, placeholders, keyword=not field)
    except Unsupported as error:
        raise Unsupported(f"{where}: {error}", (place, key) if key is not None else (place,)) from error
    return SigmaDetectionItem(
        field or None,
        [],
        compared.values,
        ConditionAND if compared.every else ConditionOR,
        compared.negated,
        auto_modifiers=False,
    )


def _check_value(value: Plain | object, *, keyword: bool) -> None:
    if keyword and value is None:
        raise Unsupported("null is no keyword: it needs a field")
    if keyword and value == "":
        raise Unsupported("an empty keyword is in every event")
    if not (value is None or isinstance(value, str | int | float)):
        kind = type(value).__name__
        raise Unsupported(f"expected texts, numbers, booleans or null, found a {kind}; a date is written in quotes")
