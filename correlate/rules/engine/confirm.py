"""One generated function for each rule: which of these events of a slice match it.

Plain strings become comparisons of folded texts; everything else in the tree is called as the closure that ``compile`` made of it, so
there is one meaning. What a rule says never becomes code: its strings enter as named constants, fields as numbered columns.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from sigma.types import SigmaNull, SigmaRegularExpression, SigmaString, SigmaType

from correlate.rules.compile import check_of
from correlate.rules.engine.atoms import KEYWORDS
from correlate.rules.engine.columns import ABSENT, Slice
from correlate.rules.engine.literals import required
from correlate.rules.engine.requirement import flags_of
from correlate.rules.reading import WORD_END, Names
from correlate.rules.strings import Shape, shape_of
from correlate.rules.tree import Anywhere, Either, Every, On, Tree, Without

Confirm = Callable[[Slice, Sequence[int]], list[int]]
"""The events of the slice, by their places, that match; none of them odd in a field of the rule."""

MAX_CHAIN = 6
"""Searches written out; more of them are one call over a tuple."""


class _Part:
    """A piece of the expression and what it costs, in rough units."""

    __slots__ = ("code", "cost")

    def __init__(self, cost: int, code: str) -> None:
        self.cost = cost
        self.code = code


class Writer:
    """Writes the function of one rule."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {"absent": ABSENT}
        self._columns: dict[Names, str] = {}

    def source(self, tree: Tree) -> str:
        """The function's text; ``constants`` is then what it refers to."""
        condition = self._part(tree).code
        columns = "".join(f"    {name} = slice.folded({self._constant(names)})\n" for names, name in self._columns.items())
        return (
            "def confirm(slice, places):\n"
            "    reading = slice.reading\n"
            f"{columns}"
            f"    return [place for place in places if {condition}]\n"
        )

    def _constant(self, value: Any) -> str:
        name = f"constant{len(self.constants)}"
        self.constants[name] = value
        return name

    def _text(self, names: Names) -> str:
        return self._columns.setdefault(names, f"column{len(self._columns)}") + "[place]"

    def _part(self, node: Tree) -> _Part:
        match node:
            case Every(parts):
                return _joined(" and ", [self._part(part) for part in parts])
            case Either(parts):
                return self._either(parts)
            case Without(part):
                found = self._part(part)
                return _Part(found.cost, f"not {found.code}")
            case On(names, SigmaNull()) if _plain(names):
                return _Part(1, f"({self._text(names)} == absent)")
            case On(names, value) if _literal(node):
                shape, literal = shape_of(value) or (Shape.EQUALS, "")
                return self._literals(names, shape, [literal])
            case Anywhere(value) if literal := _keyword(value):
                return _Part(8, f"({self._constant(literal)} in {self._text(KEYWORDS)})")
            case On(names, value) if _plain(names) and (literal := _inside(value)):
                text = self._text(names)
                found = self._closure(node)
                return _Part(4, f"(({self._constant(literal)} in {text} or not {text}.isascii()) and {found.code})")
            case _:
                return self._closure(node)

    def _closure(self, node: Tree) -> _Part:
        check = check_of(node)
        return _Part(20 + check.cost, f"{self._constant(check.holds)}(reading(place))")

    def _either(self, parts: Sequence[Tree]) -> _Part:
        alike: dict[tuple[Names, Shape], list[str]] = {}
        others = []
        closures = []
        for part in parts:
            if isinstance(part, On) and _literal(part) and (found := shape_of(part.value)):
                alike.setdefault((part.names, found[0]), []).append(found[1])
            elif isinstance(part, Anywhere) and (literal := _keyword(part.value)):
                alike.setdefault((KEYWORDS, Shape.CONTAINS), []).append(literal)
            elif isinstance(part, On | Anywhere) and not isinstance(part.value, SigmaNull) and not _inside(part.value):
                closures.append(part)
            else:
                others.append(self._part(part))
        if closures:
            others.append(self._closure(Either(tuple(closures)) if len(closures) > 1 else closures[0]))
        return _joined(" or ", [self._literals(*key, literals) for key, literals in alike.items()] + others)

    def _literals(self, names: Names, shape: Shape, literals: Sequence[str]) -> _Part:
        text = self._text(names)
        if shape is Shape.CONTAINS:
            if len(literals) > MAX_CHAIN:
                return _Part(3 + len(literals), f"any(map({text}.__contains__, {self._constant(tuple(literals))}))")
            return _joined(" or ", [_Part(3, f"({self._constant(literal)} in {text})") for literal in literals])
        if shape is Shape.EQUALS:
            if len(literals) == 1:
                return _Part(1, f"({text} == {self._constant(literals[0])})")
            return _Part(2, f"({text} in {self._constant(frozenset(literals))})")
        method = "startswith" if shape is Shape.STARTS else "endswith"
        return _Part(2, f"{text}.{method}({self._constant(tuple(literals) if len(literals) > 1 else literals[0])})")


def confirm_of(tree: Tree) -> Confirm:
    """The function of one rule."""
    writer = Writer()
    source = writer.source(tree)
    names: dict[str, Any] = {**writer.constants, "__builtins__": {"any": any, "map": map}}
    exec(_code(source), names)  # noqa: S102 - nothing of the rule is in the source, see the test
    confirm: Confirm = names["confirm"]
    return confirm


@lru_cache(maxsize=4096)
def _code(source: str) -> CodeType:
    """Rules of one shape share their code: what they say is in their constants."""
    return compile(source, "<rule>", "exec")


def _joined(word: str, parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    cheap_first = sorted(parts, key=lambda part: part.cost)
    return _Part(sum(part.cost for part in parts), "(" + word.join(part.code for part in cheap_first) + ")")


def _plain(names: Names) -> bool:
    return not any("*" in name for name in names)


def _literal(node: On) -> bool:
    """A string that is compared without case, says something, and is not what stands for nothing."""
    found = shape_of(node.value)
    return bool(found and found[1] and found[1] != ABSENT and _plain(node.names))


def _keyword(value: SigmaType) -> str:
    """The literal of a plain keyword, which stands in the page if and only if it stands in a word."""
    found = shape_of(value)
    return found[1] if found and WORD_END not in found[1] else ""


def _inside(value: SigmaType) -> str:
    """A literal that an ASCII text contains when a pattern matches it, the longest known; it is a cheap first look."""
    if isinstance(value, SigmaRegularExpression):
        known = [group[0] for group in required(str(value.regexp), int(flags_of(value))) if len(group) == 1]
        return max(known, key=len, default="")
    if not isinstance(value, SigmaString) or shape_of(value):
        return ""
    pieces = "".join(part if isinstance(part, str) else ABSENT for part in value.s).casefold().split(ABSENT)
    return max((piece for piece in pieces if piece.isascii()), key=len, default="")
