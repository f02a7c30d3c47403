"""Atom: bytes that stand in a field's text whenever a value of a rule matches it.

The text of a field is folded (``str.casefold``), encoded as UTF-8 and stands between line breaks, so that a beginning is a literal
after a line break and an end one before it. A line break inside a text only lets more through.
"""

from typing import NamedTuple

from correlate.rules.reading import Names
from correlate.rules.strings import Shape

EDGE = b"\n"
"""Before the first, between two and after the last text of a column."""

MAX_BYTES = 24
"""Of one atom: longer ones find no less and make databases large."""

KEYWORDS: Names = ()
"""The names of the page: all that the log itself said."""


class Atom(NamedTuple):
    """What must stand in the text of a field; without bytes, that the field is there."""

    names: Names
    pattern: bytes = b""
    ascii_only: bool = False
    """It speaks of ASCII texts alone: a regular expression without case takes a dotless i for an i, folding does not."""


def encoded(text: str) -> bytes:
    """Text as it is scanned; JSON may hold half of a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")


def atom(names: Names, shape: Shape, folded: str, *, ascii_only: bool = False) -> Atom:
    """The atom of a folded literal in a field.

    What is cut from a long literal, and all but the longest part of one with a NUL, is not looked for: scanners take C strings.
    """
    literal = encoded(folded)
    if not literal:
        return Atom(names)
    if b"\0" in literal:
        return Atom(names, max(literal.split(b"\0"), key=len)[:MAX_BYTES], ascii_only)
    if shape is Shape.EQUALS:
        pattern = EDGE + literal + EDGE
        if len(pattern) > MAX_BYTES:
            pattern = pattern[:MAX_BYTES]
    elif shape is Shape.STARTS:
        pattern = (EDGE + literal)[:MAX_BYTES]
    elif shape is Shape.ENDS:
        pattern = (literal + EDGE)[-MAX_BYTES:]
    else:
        pattern = literal[:MAX_BYTES]
    return Atom(names, pattern, ascii_only)
