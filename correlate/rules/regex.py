r"""Regular expressions of rules in linear time: RE2 where it means what Python means, Python's own where that is bounded too.

A rule's expression means what Python's ``re`` says. RE2 says the same of texts of plain ASCII that have none of the control characters
that only one of them takes for space, and no line break at their end, where ``$`` differs. For other texts Python is asked, unless the
expression is *wild*: a repetition inside a repetition, or one next to another, may take Python time that grows like a power of the
text's length or faster. A wild expression is always searched by RE2, and so is a text of more than ``LONG`` characters, in which even
``.*x`` takes Python the square of its length; there ``\w``, ``\d``, ``\s`` and ``\b`` know ASCII only. A wild one that RE2 does not take
(look-around, back-references) is refused.
"""

import re
from re import _constants as op  # type: ignore[attr-defined]  # the only way to a parsed expression; typeshed leaves it out
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Protocol

from correlate.rules.check import Unsupported

try:
    import re2

    RE2 = True
except ImportError:  # no wheel for this machine
    RE2 = False

_DIFFERS = re.compile(r"[\x0b\x1c-\x1f]|\n\Z")
"""What an ASCII text must not have for both to agree."""
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
LONG = 4096
"""Characters up to which Python may be asked."""
MANY = 16
"""A bounded repetition is one that may be taken more often than this."""


class Expression(Protocol):
    """What both libraries offer."""

    def search(self, text: str) -> object:
        """Something true when the expression is found in the text."""


class _Both:
    """RE2 for the texts on which both agree and for long ones, Python for the rest.

    About an expression that is not ASCII they agree on no text: without case, the dotless i is an ``i`` for one of them only.
    """

    __slots__ = ("_agree", "_linear", "_python")

    def __init__(self, linear: Expression, python: Expression, *, agree: bool) -> None:
        self._linear = linear
        self._python = python
        self._agree = agree

    def search(self, text: str) -> object:
        """See ``Expression``."""
        if len(text) > LONG or (self._agree and text.isascii() and not _DIFFERS.search(text)):
            return self._linear.search(text)
        return self._python.search(text)


class _Ascii:
    """RE2 over bytes, so that half of a surrogate pair is no error."""

    __slots__ = ("_expression",)

    def __init__(self, expression: Any) -> None:
        self._expression = expression

    def search(self, text: str) -> object:
        """See ``Expression``."""
        return self._expression.search(text.encode("utf-8", "replace"))


def compiled_regex(pattern: str, flags: int) -> Expression:
    """What searches for the pattern in time that an event's length bounds.

    Raises:
        Unsupported: it is no regular expression, or a wild one that RE2 does not take.
    """
    try:
        python = re.compile(pattern, flags)
        wild = is_wild(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise Unsupported(f"not a regular expression: {error}") from error
    linear = _linear(pattern, flags)
    if linear is None:
        if wild:
            raise Unsupported(
                "a repetition inside or beside another, in an expression that RE2 does not take: it may take for ever"
            )
        return python
    return _Ascii(linear) if wild else _Both(_Ascii(linear), python, agree=pattern.isascii())


def _linear(pattern: str, flags: int) -> Any:
    """RE2's form, or None when it has none or is not installed."""
    if not RE2:
        return None
    options = re2.Options()
    options.log_errors = False
    letters = "".join(letter for flag, letter in ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s")) if flags & flag)
    try:
        return re2.compile((f"(?{letters})" if letters else "") + pattern.encode().decode(), options)
    except (re2.error, UnicodeEncodeError):
        return None


def is_wild(pattern: str, flags: int) -> bool:
    """Whether Python's search may take time beyond the text's length times the pattern's."""
    return _wild(list(parser.parse(pattern, flags)), inside=False)


def _wild(items: list[Any], *, inside: bool) -> bool:
    beside = False
    for kind, argument in items:
        repeats = kind in _REPEATS and argument[1] > MANY
        if repeats and (inside or beside):
            return True
        if any(_wild(part, inside=inside or repeats) for part in _parts(kind, argument)):
            return True
        beside = repeats
    return False


def _parts(kind: Any, argument: Any) -> list[list[Any]]:
    if kind in _REPEATS or kind is op.SUBPATTERN:
        return [list(argument[-1])]
    if kind is op.BRANCH:
        return [list(branch) for branch in argument[1]]
    if kind is op.ATOMIC_GROUP:
        return [list(argument)]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(argument[1])]
    return []
