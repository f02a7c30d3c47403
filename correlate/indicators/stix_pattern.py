"""A STIX pattern as alternatives: each is a list of comparisons that one event must satisfy (STIX 2.1 §9).

What needs several observations (``AND`` or ``FOLLOWEDBY`` between brackets, qualifiers) cannot be decided on one event and is refused.
"""

import re
from itertools import islice, product
from typing import NamedTuple, TypeVar

from correlate.indicators.refusal import Because, Unusable
from correlate.indicators.stix_tokens import Token, tokens

MAX_DEPTH = 32
"""Parentheses inside parentheses."""

MAX_ALTERNATIVES = 10_000
"""Alternatives of one pattern: ``(a OR b) AND (c OR d)`` are four."""


class Test(NamedTuple):
    """``path operator value``. The operator is ``=``, ``ISSUBSET``, or one that is not matched; ``NOT`` stands before it."""

    path: str
    operator: str
    value: str


Alternative = tuple[Test, ...]
T = TypeVar("T")


def alternatives(pattern: str) -> list[Alternative]:
    """The alternatives in the order of the text.

    Raises:
        Unusable: ``invalid`` with the place where the grammar is broken, or ``unsupported`` when one event cannot decide.
    """
    if simple := _SIMPLE.fullmatch(pattern):
        return [(Test(simple[1] + (simple[2] or "").replace("'", ""), "=", simple[3]),)]
    parser = _Parser(pattern)
    found = parser.observations(0)
    parser.take("end")
    return found


_SIMPLE = re.compile(r"\s*\[\s*([a-z0-9-]+:[a-z_]+(?:\.[A-Za-z0-9_]+)*)(\.'[A-Za-z0-9-]+')?\s*=\s*'([^'\\]*)'\s*\]\s*")
"""One equality, as nearly all patterns of feeds are: read ten times faster than by the grammar, with the same result."""


class _Parser:
    """Recursive descent; one method for each level of the grammar."""

    def __init__(self, pattern: str) -> None:
        self._rest = tokens(pattern)
        self._next = next(self._rest)

    def observations(self, depth: int) -> list[Alternative]:
        found = self._observation(depth)
        while self._is("keyword", "OR"):
            self._advance()
            found = _joined(found, self._observation(depth))
        if self._next.kind == "keyword":
            raise Unusable(Because.UNSUPPORTED, f"{self._next.text} asks for several events; one event is matched at a time")
        return found

    def take(self, kind: str, text: str = "") -> Token:
        token = self._next
        if token.kind != kind or (text and token.text != text):
            raise Unusable(Because.INVALID, f"at character {token.place + 1}: expected {text or kind}, found {token.text[:40]!r}")
        self._advance()
        return token

    def _observation(self, depth: int) -> list[Alternative]:
        if self._is("mark", "("):
            self._advance()
            found = self.observations(_deeper(depth))
            self.take("mark", ")")
            return found
        self.take("mark", "[")
        found = self._either(depth)
        self.take("mark", "]")
        return found

    def _either(self, depth: int) -> list[Alternative]:
        found = self._both(depth)
        while self._is("keyword", "OR"):
            self._advance()
            found = _joined(found, self._both(depth))
        return found

    def _both(self, depth: int) -> list[Alternative]:
        found = self._comparison(depth)
        while self._is("keyword", "AND"):
            self._advance()
            found = _multiplied(found, self._comparison(depth))
        return found

    def _comparison(self, depth: int) -> list[Alternative]:
        if self._is("mark", "("):
            self._advance()
            found = self._either(_deeper(depth))
            self.take("mark", ")")
            return found
        if self._is("keyword", "EXISTS"):
            self._advance()
            return [(Test(self._path(), "EXISTS", ""),)]
        path = self._path()
        negated = self._is("keyword", "NOT")
        if negated:
            self._advance()
        operator = self._operator()
        values = self._set() if operator == "IN" else [self._literal()]
        if negated or not values:
            return [(Test(path, f"NOT {operator}" if negated else "IN ()", ""),)]
        return [(Test(path, "=" if operator in {"IN", "=="} else operator, value),) for value in values]

    def _operator(self) -> str:
        token = self._next
        if token.kind == "operator" or token.text in {"IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}:
            self._advance()
            return token.text
        raise Unusable(Because.INVALID, f"at character {token.place + 1}: expected a comparison, found {token.text[:40]!r}")

    def _path(self) -> str:
        """``file:hashes.'SHA-256'`` as ``file:hashes.SHA-256``."""
        parts = [self.take("word").text, self.take("mark", ":").text, self._step()]
        while self._next.kind == "mark" and self._next.text in {".", "["}:
            parts.append(self.take("mark").text)
            if parts[-1] == "[":
                parts.append(self.take("mark", "*").text if self._is("mark", "*") else self.take("number").text)
                parts.append(self.take("mark", "]").text)
            else:
                parts.append(self._step())
        return "".join(parts)

    def _step(self) -> str:
        return self.take("string" if self._next.kind == "string" else "word").text

    def _set(self) -> list[str]:
        self.take("mark", "(")
        values = [] if self._is("mark", ")") else [self._literal()]
        while self._is("mark", ","):
            self._advance()
            values.append(self._literal())
        self.take("mark", ")")
        return _bounded(values)

    def _literal(self) -> str:
        token = self._next
        if token.kind in {"string", "number", "literal"} or token.text in {"TRUE", "FALSE"}:
            self._advance()
            return token.text
        raise Unusable(Because.INVALID, f"at character {token.place + 1}: expected a value, found {token.text[:40]!r}")

    def _is(self, kind: str, text: str) -> bool:
        return self._next.kind == kind and self._next.text == text

    def _advance(self) -> None:
        self._next = next(self._rest, Token("end", "the end", self._next.place))


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise Unusable(Because.INVALID, f"more than {MAX_DEPTH} parentheses inside one another")
    return depth + 1


def _joined(left: list[Alternative], right: list[Alternative]) -> list[Alternative]:
    left += right
    return _bounded(left)


def _multiplied(left: list[Alternative], right: list[Alternative]) -> list[Alternative]:
    return _bounded([one + other for one, other in islice(product(left, right), MAX_ALTERNATIVES + 1)])


def _bounded(values: list[T]) -> list[T]:
    if len(values) > MAX_ALTERNATIVES:
        raise Unusable(Because.INVALID, f"more than {MAX_ALTERNATIVES} alternatives")
    return values
