"""A rule's condition as a tree (Sigma specification 2.1, *condition*): ``or`` binds least, then ``and``, then ``not``.

pySigma 1.5.1 reads ``notepad`` as *not epad* and ``a andb`` as *a and b*, so the words are read here and the tree is built of its
nodes.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaDetections, SigmaRule

from correlate.rules.check import Unsupported
from correlate.rules.detections import ADDED

_WORD = re.compile(r"\s*(?:([()])|([^\s()]+))")
_NAME = re.compile(r"[A-Za-z0-9_\-]+")
_PATTERN = re.compile(r"[A-Za-z0-9_\-*]+")
_WORDS = frozenset({"and", "or", "not", "of"})
_QUANTIFIERS = {"1": ConditionOR, "any": ConditionOR, "all": ConditionAND}
DEEPEST = 64
"""Brackets in brackets that a condition may hold."""
LONGEST = 16_384
"""Characters of one condition."""

Node = Any
"""A node of pySigma's condition tree."""


def trees(rule: SigmaRule) -> list[Node]:
    """The tree of each condition of a rule whose fields are already mapped; several conditions are an OR.

    Raises:
        Unsupported: the condition is not one of the specification, or a part of it selects nothing.
    """
    return [tree(condition.condition, rule.detection) for condition in rule.detection.parsed_condition]


def tree(condition: str, detections: SigmaDetections) -> Node:
    """The tree of one condition over these detections; raises ``Unsupported`` as ``trees`` does."""
    try:
        return _read(condition, detections)
    except Unsupported as error:
        raise Unsupported(str(error), ("condition",)) from error


def _read(condition: str, detections: SigmaDetections) -> Node:
    if "|" in condition:
        raise Unsupported("the pipe syntax of old aggregations is not supported; write a Sigma correlation")
    if len(condition) > LONGEST:
        raise Unsupported(f"a condition of more than {LONGEST} characters is not read")
    parser = _Parser(condition, detections)
    found = parser.either(0)
    parser.end()
    return found


class _Parser:
    """Reads words from left to right, one method for each binding."""

    def __init__(self, condition: str, detections: SigmaDetections) -> None:
        self._words = list(_words(condition))
        self._at = 0
        self._detections = detections

    def either(self, depth: int) -> Node:
        return self._chain("or", ConditionOR, depth)

    def _both(self, depth: int) -> Node:
        return self._chain("and", ConditionAND, depth)

    def _chain(self, word: str, kind: type[ConditionAND | ConditionOR], depth: int) -> Node:
        part = self._both if word == "or" else self._negation
        parts = [part(depth)]
        while self._take(word):
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else kind(parts)

    def _negation(self, depth: int) -> Node:
        negations = 0
        while self._take("not"):
            negations += 1
        operand = self._operand(depth)
        return ConditionNOT([operand]) if negations % 2 else operand

    def _operand(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unsupported(f"brackets in brackets beyond {DEEPEST}")
        if self._take("("):
            found = self.either(depth + 1)
            if not self._take(")"):
                raise Unsupported(f"Expected ')', found {self._found()}")
            return found
        word = self._next()
        if self._take("of"):
            return self._several(word, self._next())
        if word in _WORDS or not _NAME.fullmatch(word):
            raise Unsupported(f"Expected the name of a detection, found {word!r}")
        return self._named(word)

    def _several(self, quantifier: str, pattern: str) -> Node:
        kind = _QUANTIFIERS.get(quantifier)
        if kind is None:
            raise Unsupported(f"Expected '1 of' or 'all of', found '{quantifier} of'")
        if not _PATTERN.fullmatch(pattern):
            raise Unsupported(f"Expected a pattern of names after '{quantifier} of', found {pattern!r}")
        names = [name for name in self._detections.detections if _selects(pattern, name)]
        if not names:
            raise Unsupported(f"'{quantifier} of {pattern}' selects nothing: no detection has such a name")
        parts = [self._named(name) for name in names]
        return parts[0] if len(parts) == 1 else kind(parts)

    def _named(self, name: str) -> Node:
        detection = self._detections.detections.get(name)
        if detection is None:
            close = get_close_matches(name, self._detections.detections, n=1)
            raise Unsupported(f"Detection {name!r} is not defined" + (f"; did you mean {close[0]!r}?" if close else ""))
        return detection.postprocess(self._detections)

    def _take(self, word: str) -> bool:
        taken = self._at < len(self._words) and self._words[self._at] == word
        self._at += taken
        return taken

    def _next(self) -> str:
        if self._at >= len(self._words):
            raise Unsupported(f"Expected the name of a detection, found {self._found()}")
        self._at += 1
        return self._words[self._at - 1]

    def _found(self) -> str:
        return repr(self._words[self._at]) if self._at < len(self._words) else "the end of the condition"

    def end(self) -> None:
        if self._at < len(self._words):
            raise Unsupported(f"Expected and, or, or the end of the condition, found {self._found()}")


def _words(condition: str) -> Iterator[str]:
    return (found[1] or found[2] for found in _WORD.finditer(condition.rstrip()))


def _selects(pattern: str, name: str) -> bool:
    """``them`` and patterns leave out names that begin with ``_``, unless the pattern does too."""
    if name.startswith(ADDED) or (name.startswith("_") and not pattern.startswith("_")):
        return False
    if pattern == "them" or "*" not in pattern:
        return pattern in ("them", name)
    first, *middle, last = pattern.split("*")
    if not (name.startswith(first) and name.endswith(last) and len(name) >= len(first) + len(last)):
        return False
    rest = name[len(first) : len(name) - len(last)]
    for piece in middle:
        _, found, rest = rest.partition(piece) if piece else ("", "*", rest)
        if not found:
            return False
    return True
