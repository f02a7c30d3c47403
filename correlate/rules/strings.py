"""Sigma strings: wildcards, case and shape (Sigma specification 2.1, *wildcards* and *escaping*).

Strings ignore case unless ``cased``; ``*`` is any run and ``?`` any one character, line breaks too.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from sigma.types import Placeholder, SigmaCasedString, SigmaString, SigmaType, SpecialChars

from correlate.rules.check import Check, Predicate, Unsupported
from correlate.rules.reading import WORD_END, Names, Reading


class Shape(StrEnum):
    """What a string asks of a text, when its only wildcards are runs at its ends."""

    EQUALS = "equals"
    STARTS = "starts"
    ENDS = "ends"
    CONTAINS = "contains"


_COST = {Shape.EQUALS: 1, Shape.STARTS: 2, Shape.ENDS: 2, Shape.CONTAINS: 3}
_SHAPES = {(False, False): Shape.EQUALS, (False, True): Shape.STARTS, (True, False): Shape.ENDS, (True, True): Shape.CONTAINS}
_ANY_RUN = SpecialChars.WILDCARD_MULTI


def shape_of(value: SigmaType) -> tuple[Shape, str] | None:
    """The shape and folded literal of a plain string, or None for cased strings, inner wildcards and every other kind."""
    if not isinstance(value, SigmaString) or isinstance(value, SigmaCasedString):
        return None
    found = _shape(value)
    return found and (found[0], found[1].casefold())


def texts_check(names: Names, shape: Shape, literals: Sequence[str], *, cased: bool = False) -> Check:
    """Any text of the field has this shape with any of the literals; literals are folded unless ``cased``."""
    read = Reading.texts if cased else Reading.folded
    wanted = tuple(literals)
    some = frozenset(wanted)
    holds: dict[Shape, Predicate] = {
        Shape.EQUALS: lambda reading: not some.isdisjoint(read(reading, names)),
        Shape.STARTS: lambda reading: any(word.startswith(wanted) for word in read(reading, names)),
        Shape.ENDS: lambda reading: any(word.endswith(wanted) for word in read(reading, names)),
        Shape.CONTAINS: lambda reading: any(literal in word for word in read(reading, names) for literal in wanted),
    }
    return Check(_COST[shape] + (len(wanted) if shape is Shape.CONTAINS else 0), holds[shape])


def string_check(names: Names, value: SigmaString) -> Check:
    """The check of one string on one field; raises ``Unsupported`` for a placeholder."""
    cased = isinstance(value, SigmaCasedString)
    found = _shape(value)
    if found is None:
        expression = _pattern(value, cased=cased)
        read = Reading.texts if cased else Reading.folded
        return Check(10, lambda reading: any(expression.fullmatch(word) for word in read(reading, names)))
    shape, literal = found
    if not literal and shape is not Shape.EQUALS:
        return Check(1, lambda reading: bool(reading.texts(names)))
    return texts_check(names, shape, [literal if cased else literal.casefold()], cased=cased)


def keyword_string_check(value: SigmaString) -> Check:
    """The check that a string stands somewhere in some value; raises ``Unsupported`` for a placeholder."""
    cased = isinstance(value, SigmaCasedString)
    found = _shape(value)
    if found is None:
        expression = _pattern(_ANY_RUN + value + _ANY_RUN, cased=cased)
        return Check(90, lambda reading: any(map(expression.fullmatch, reading.words if cased else reading.folded_words)))
    if not found[1]:
        return Check(50, lambda reading: bool(reading.words))
    if cased:
        return Check(70, lambda reading: any(found[1] in word for word in reading.words))
    literal = found[1].casefold()
    if WORD_END in literal:
        return Check(80, lambda reading: any(literal in word for word in reading.folded_words))
    return Check(60, lambda reading: literal in reading.folded_page)


def _shape(value: SigmaString) -> tuple[Shape, str] | None:
    """The shape of a string whose wildcards are runs at its ends."""
    parts = _parts(value)
    starts, ends = parts[:1] == [_ANY_RUN], parts[1:][-1:] == [_ANY_RUN]
    inner = parts[starts : len(parts) - ends]
    if not all(isinstance(part, str) for part in inner):
        return None
    literal = "".join(str(part) for part in inner)
    return _SHAPES[starts, ends], literal


def _parts(value: SigmaString) -> list[str | SpecialChars]:
    parts: list[str | SpecialChars] = []
    for part in value.s:
        if isinstance(part, Placeholder):
            raise Unsupported(f"the placeholder %{part.name}% is not resolved")
        if part is not _ANY_RUN or parts[-1:] != [_ANY_RUN]:
            parts.append(part)
    return parts


def _pattern(value: SigmaString, *, cased: bool) -> re.Pattern[str]:
    """Wildcards as a regular expression whose time grows linearly: each run stops at the first place that fits and stays there."""
    pieces = [""]
    for part in _parts(value):
        if part is _ANY_RUN:
            pieces.append("")
        else:
            pieces[-1] += re.escape(part if cased else part.casefold()) if isinstance(part, str) else "."
    first, *middle = pieces
    tail = f".*{middle.pop()}" if middle else ""
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + tail, re.DOTALL)
