"""Requirement: what an event must hold for a rule to match, read from the rule's tree. It may be too little, never too much.

A negation requires nothing, except that *not null* requires the field. Null, *exists* and kinds of values that are not named here
require nothing: a rule with nothing to require is evaluated on every event of its log source.
"""

import re
from dataclasses import dataclass

from sigma.types import (
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from correlate.rules.engine.atoms import KEYWORDS, Atom, atom
from correlate.rules.engine.literals import required
from correlate.rules.reading import Names, text
from correlate.rules.strings import Shape
from correlate.rules.tree import Anywhere, Either, Every, On, Tree, Without


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each part is required; there is at least one."""

    parts: "tuple[Requirement, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the parts is required; there is at least one."""

    parts: "tuple[Requirement, ...]"


Requirement = AllOf | AnyOf | Atom

_FLAGS = SigmaRegularExpression.sigma_to_python_flags


def requirement(node: Tree) -> Requirement | None:
    """What the tree requires, or None when it may hold for an event that has nothing."""
    match node:
        case Every(parts):
            return _all([found for part in parts if (found := requirement(part))])
        case Either(parts):
            return _any([requirement(part) for part in parts])
        case Without(On(names, SigmaNull())):
            return _present(names)
        case Without():
            return None
        case On(names, value):
            return _all([found for found in (_of_value(names, value), _presence(names, value)) if found])
        case Anywhere(value):
            return _of_value(KEYWORDS, value)


def _all(parts: list[Requirement]) -> Requirement | None:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else None


def _any(parts: list[Requirement | None]) -> Requirement | None:
    known = [part for part in parts if part]
    if not parts or len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else AnyOf(tuple(known))


_PRESENCE = (SigmaString, SigmaNumber, SigmaRegularExpression, SigmaCompareExpression, SigmaCIDRExpression, SigmaFieldReference)


def _presence(names: Names, value: SigmaType) -> Requirement | None:
    return _present(names) if isinstance(value, _PRESENCE) else None


def _present(names: Names) -> Requirement | None:
    return None if any("*" in name for name in names) else Atom(names)


def _of_value(names: Names, value: SigmaType) -> Requirement | None:
    if any("*" in name for name in names):
        return None
    if isinstance(value, SigmaNumber) and not isinstance(value, SigmaTimestampPart):
        return atom(names, Shape.EQUALS if names else Shape.CONTAINS, text(value.number))
    if isinstance(value, SigmaRegularExpression):
        return _of_expression(names, value)
    if isinstance(value, SigmaString):
        return _of_string(names, value)
    return None


def flags_of(value: SigmaRegularExpression) -> re.RegexFlag:
    """The flags of an expression, as Python has them."""
    flags = re.NOFLAG
    for flag in value.flags:
        flags |= _FLAGS[flag]
    return flags


def _of_expression(names: Names, value: SigmaRegularExpression) -> Requirement | None:
    found = required(str(value.regexp), int(flags_of(value)))
    groups = [_any([atom(names, Shape.CONTAINS, literal, ascii_only=True) for literal in group]) for group in found]
    return _all([group for group in groups if group])


def _of_string(names: Names, value: SigmaString) -> Requirement | None:
    """Each piece between wildcards; the first and the last are a beginning and an end when nothing stands outside them.

    What has a wildcard inside is compared by a regular expression without case, so its atoms speak of ASCII only.
    """
    pieces = [""]
    for part in value.s:
        if isinstance(part, str):
            pieces[-1] += part
        else:
            pieces.append("")
    ascii_only = SpecialChars.WILDCARD_SINGLE in value.s or sum(map(bool, pieces)) > 1
    if ascii_only:
        pieces = [piece if piece.isascii() else "" for piece in pieces]
    last = len(pieces) - 1
    atoms: list[Requirement] = [
        atom(names, _shape(index == 0, index == last) if names else Shape.CONTAINS, piece.casefold(), ascii_only=ascii_only)
        for index, piece in enumerate(pieces)
        if piece
    ]
    return _all(atoms)


_SHAPES = {(True, True): Shape.EQUALS, (True, False): Shape.STARTS, (False, True): Shape.ENDS, (False, False): Shape.CONTAINS}


def _shape(first: bool, last: bool) -> Shape:  # noqa: FBT001 - a key of the table above
    return _SHAPES[first, last]
