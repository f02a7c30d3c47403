"""Conditions, read and evaluated in one go over what each detection says (rules specification 2.1, *condition*)."""

from collections.abc import Mapping


def holds(condition: str, detections: Mapping[str, bool]) -> bool:
    """Whether the condition is true when its detections are these; every word is evaluated, nothing is skipped."""
    words = condition.replace("(", " ( ").replace(")", " ) ").split()
    value, rest = _or(words, detections)
    if rest:
        raise ValueError(f"left over: {rest}")
    return value


def _or(words: list[str], detections: Mapping[str, bool]) -> tuple[bool, list[str]]:
    value, words = _and(words, detections)
    while words[:1] == ["or"]:
        other, words = _and(words[1:], detections)
        value = value or other
    return value, words


def _and(words: list[str], detections: Mapping[str, bool]) -> tuple[bool, list[str]]:
    value, words = _not(words, detections)
    while words[:1] == ["and"]:
        other, words = _not(words[1:], detections)
        value = value and other
    return value, words


def _not(words: list[str], detections: Mapping[str, bool]) -> tuple[bool, list[str]]:
    if words[0] == "not":
        value, words = _not(words[1:], detections)
        return not value, words
    if words[0] == "(":
        value, words = _or(words[1:], detections)
        if words[0] != ")":
            raise ValueError("a bracket is open")
        return value, words[1:]
    if words[1:2] == ["of"]:
        chosen = [detections[name] for name in detections if selects(words[2], name)]
        if not chosen:
            raise ValueError(f"{words[2]} selects nothing")
        return (all if words[0] == "all" else any)(chosen), words[3:]
    return detections[words[0]], words[1:]


def selects(pattern: str, name: str) -> bool:
    """Names with an underscore first are left out, unless the pattern has one too."""
    if name[0] == "_" and pattern[0] != "_":
        return False
    return pattern == "them" or _like(pattern, name)


def _like(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return _like(pattern[1:], name) or (bool(name) and _like(pattern, name[1:]))
    return bool(name) and pattern[0] == name[0] and _like(pattern[1:], name[1:])
