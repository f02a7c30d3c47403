"""What every match of a regular expression must contain, read from the expression as Python parses it.

The parser is the standard library's own, so the reading cannot differ from it; what is not known here requires nothing.
"""

import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]  # the only way to a parsed expression; typeshed leaves it out
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from correlate.rules.check import Unsupported

MAX_CLASS = 1
"""Distinct folded characters of a class that is read as a letter: ``[wW]`` is a ``w``."""
MAX_ALTERNATIVES = 64

Alternatives = tuple[str, ...]
"""At least one of these folded ASCII literals stands in the text."""


def required(pattern: str, flags: int) -> list[Alternatives]:
    """All that a match requires; empty when nothing is known.

    Raises:
        Unsupported: it is no regular expression.
    """
    try:
        return list(_required(list(parser.parse(pattern, flags))))
    except (re.error, RecursionError, OverflowError) as error:
        raise Unsupported(f"not a regular expression: {error}") from error


def _required(items: list[Any]) -> Iterator[Alternatives]:
    run = ""
    for kind, argument in items:
        letter = _letter(kind, argument)
        if letter:
            run += letter
            continue
        if run:
            yield (run,)
        run = ""
        yield from _inside(kind, argument)
    if run:
        yield (run,)


def _letter(kind: Any, argument: Any) -> str:
    """The folded ASCII character that an item stands for, or nothing."""
    if kind is op.LITERAL and argument < 128:  # noqa: PLR2004 - ASCII
        return chr(argument).casefold()
    if kind is op.IN and all(what is op.LITERAL and code < 128 for what, code in argument):  # noqa: PLR2004 - ASCII
        letters = {chr(code).casefold() for _, code in argument}
        return letters.pop() if len(letters) == MAX_CLASS else ""
    return ""


def _inside(kind: Any, argument: Any) -> Iterator[Alternatives]:
    if kind is op.SUBPATTERN:
        yield from _required(list(argument[-1]))
    elif kind is op.ATOMIC_GROUP:
        yield from _required(list(argument))
    elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and argument[0] > 0:
        yield from _required(list(argument[-1]))
    elif kind is op.BRANCH:
        yield from _branches(argument[1])


def _branches(branches: list[Any]) -> Iterator[Alternatives]:
    """One literal of each branch, its longest: a match takes one of the branches."""
    longest = [max(_required(list(branch)), key=lambda found: min(map(len, found)), default=()) for branch in branches]
    together = tuple(dict.fromkeys(literal for found in longest for literal in found))
    if all(longest) and len(together) <= MAX_ALTERNATIVES:
        yield together
