"""Puts correlations in an order in which each comes after those it refers to."""

from collections.abc import Iterable, Mapping
from typing import Any

Written = tuple[str, dict[str, Any]]
"""Path and YAML of a correlation."""


def inner_first(correlations: Iterable[Written]) -> list[Written]:
    """Each after those it refers to, otherwise as given; those that refer to one another come last, to be refused by whoever reads them."""
    waiting = list(correlations)
    ordered: list[Written] = []
    while waiting:
        names = {name for _, document in waiting for name in _names(document)}
        ready = [one for one in waiting if not names & _references(one[1])]
        if not ready:
            break
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered + waiting


def _names(document: Mapping[str, Any]) -> set[str]:
    return {str(value).lower() for value in (document.get("id"), document.get("name")) if value}


def _references(document: Mapping[str, Any]) -> set[str]:
    inside = document.get("correlation")
    if not isinstance(inside, dict):
        return set()
    rules, condition = inside.get("rules"), inside.get("condition")
    named = [rules] if isinstance(rules, str) else rules if isinstance(rules, list) else []
    said = condition.replace("(", " ").replace(")", " ").split() if isinstance(condition, str) else []
    return {str(name).lower() for name in (*named, *said)}
