"""The modifiers of one item of a detection, in the order written (Sigma modifiers 2.1): values in, what is compared out.

An item has one kind, said by one modifier (``re``, ``cidr``, ``fieldref``, ``exists``, a comparison, a part of a time) or by none
(text); the tables say which modifiers each kind takes. What the specification does not define is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from math import isfinite

from sigma.exceptions import SigmaError
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaTimestampPart,
    SigmaType,
    TimestampPart,
)

from correlate.rules import written
from correlate.rules.check import Unsupported
from correlate.rules.written import Placeholders, Text

Plain = str | int | float | bool | None
"""A value as YAML gives it."""

COMPARISONS = {"lt": CompareOperators.LT, "lte": CompareOperators.LTE, "gt": CompareOperators.GT, "gte": CompareOperators.GTE}
TIME_PARTS: Mapping[str, tuple[TimestampPart, range]] = {
    "minute": (TimestampPart.MINUTE, range(60)),
    "hour": (TimestampPart.HOUR, range(24)),
    "day": (TimestampPart.DAY, range(1, 32)),
    "week": (TimestampPart.WEEK, range(1, 54)),
    "month": (TimestampPart.MONTH, range(1, 13)),
    "year": (TimestampPart.YEAR, range(1, 10_000)),
}
FLAGS = {
    "i": SigmaRegularExpressionFlag.IGNORECASE,
    "ignorecase": SigmaRegularExpressionFlag.IGNORECASE,
    "m": SigmaRegularExpressionFlag.MULTILINE,
    "multiline": SigmaRegularExpressionFlag.MULTILINE,
    "s": SigmaRegularExpressionFlag.DOTALL,
    "dotall": SigmaRegularExpressionFlag.DOTALL,
}
"""Sub-modifiers of ``re``; the long names are pySigma's."""

PLACES = ("contains", "startswith", "endswith")
TEXT: Mapping[str, Callable[[Text], list[Text]]] = {
    "contains": written.contains,
    "startswith": written.startswith,
    "endswith": written.endswith,
    "windash": written.windash,
    "base64": written.to_base64,
    "base64offset": written.to_base64_shifts,
    "utf16": lambda text: written.utf16(text, "utf16"),
    "utf16be": lambda text: written.utf16(text, "utf16be"),
    "utf16le": lambda text: written.utf16(text, "utf16le"),
    "wide": lambda text: written.utf16(text, "wide"),
}
LISTS = ("all", "neq")
"""Modifiers of the whole list of values."""

_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "text": (*TEXT, "cased", "expand"),
    "re": ("re", "expand", *FLAGS),
    "cidr": ("cidr", "expand"),
    "fieldref": ("fieldref", *PLACES),
    "exists": ("exists",),
    "comparison": (*COMPARISONS, *TIME_PARTS),
    "time": tuple(TIME_PARTS),
}
_KINDS: Mapping[str, str] = {
    **{name: name for name in ("re", "cidr", "fieldref", "exists")},
    **dict.fromkeys(TIME_PARTS, "time"),
    **dict.fromkeys(COMPARISONS, "comparison"),
}
KNOWN = frozenset({name for names in _OF_KIND.values() for name in names} | set(LISTS))


@dataclass(frozen=True, slots=True)
class Compared:
    """What one item compares: its values, all of them or any, and whether the whole is negated."""

    values: list[SigmaType]
    every: bool
    negated: bool


def modified(values: Sequence[Plain], modifiers: Sequence[str], placeholders: Placeholders, *, keyword: bool = False) -> Compared:
    """Take the values of an item through its modifiers.

    Args:
        values: As YAML gives them.
        modifiers: Their names in the order written.
        placeholders: What ``expand`` puts in.
        keyword: The item names no field.

    Raises:
        Unsupported: an unknown modifier, a combination without meaning, or a value of the wrong kind.
    """
    kind = _kind_of(modifiers, keyword=keyword)
    read = _READ[kind]
    return Compared([read(value, modifiers, placeholders) for value in values], "all" in modifiers, "neq" in modifiers)


def _kind_of(modifiers: Sequence[str], *, keyword: bool) -> str:
    for name in modifiers:
        if name not in KNOWN:
            close = get_close_matches(name, sorted(KNOWN), n=1)
            raise Unsupported(f"Unknown modifier {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    deciding = [name for name in modifiers if name in _KINDS]
    kinds = {_KINDS[name] for name in deciding}
    kind = "comparison" if kinds == {"time", "comparison"} else (_KINDS[deciding[0]] if deciding else "text")
    for name in modifiers:
        if name not in _OF_KIND[kind] and not (name in LISTS and kind != "exists"):
            raise Unsupported(f"the modifier {name} has no meaning beside {deciding[0] if deciding else 'text'}")
    _check_numbers_of(modifiers, kind)
    if keyword and (kind not in ("text", "re") or {"startswith", "endswith"} & set(modifiers)):
        raise Unsupported("a keyword stands anywhere in any field: this modifier needs a field")
    return kind


def _check_numbers_of(modifiers: Sequence[str], kind: str) -> None:
    for group in (PLACES, tuple(COMPARISONS), tuple(TIME_PARTS), ("re",), ("fieldref",)):
        chosen = [name for name in modifiers if name in group]
        if len(chosen) > 1:
            raise Unsupported(f"the modifiers {' and '.join(chosen)} exclude each other")
    if kind == "re" and any(modifiers.index(name) < modifiers.index("re") for name in modifiers if name in FLAGS):
        raise Unsupported("the flags of a regular expression stand after re")
    if kind == "comparison" and modifiers[-1:] and any(name in TIME_PARTS for name in modifiers):
        order = [name in TIME_PARTS for name in modifiers if name in TIME_PARTS or name in COMPARISONS]
        if not order[0]:
            raise Unsupported("the part of a time stands before its comparison")


def _text(value: Plain, modifiers: Sequence[str], placeholders: Placeholders) -> SigmaType:
    steps = [name for name in modifiers if name in TEXT]
    if not isinstance(value, str):
        if steps or "cased" in modifiers or "expand" in modifiers:
            raise Unsupported(f"{value!r} is no text, which {'|'.join(modifiers)} needs; put it in quotes")
        return _plain(value)
    texts = _expanded_texts(value, modifiers, placeholders)
    for name in steps:
        texts = [changed for text in texts for changed in TEXT[name](text)]
    return _one([text.value(cased="cased" in modifiers) for text in texts])


def _expanded_texts(value: str, modifiers: Sequence[str], placeholders: Placeholders) -> list[Text]:
    if "expand" not in modifiers:
        return [Text.read(value)]
    if any(name in TEXT and name not in PLACES for name in modifiers[: modifiers.index("expand")]):
        raise Unsupported("expand stands before the modifiers that change its values")
    return written.expand(value, placeholders)


def _plain(value: float | None) -> SigmaType:
    if value is None:
        return SigmaNull()
    return SigmaBool(value) if isinstance(value, bool) else _number(value)


def _number(value: float) -> SigmaNumber:
    """Exact: pySigma would take an integer beyond 2**53 for its nearest float."""
    if not isfinite(value):
        raise Unsupported(f"{value} is no number that a log could hold")
    found = SigmaNumber(0)
    found.number = int(value) if value == int(value) else value
    return found


def _one(values: Sequence[SigmaType]) -> SigmaType:
    return values[0] if len(values) == 1 else SigmaExpansion(list(values))


def _expanded(value: str, modifiers: Sequence[str], placeholders: Placeholders) -> list[str]:
    """Values of placeholders as they are written, for what is no Sigma string."""
    if "expand" not in modifiers:
        return [value]
    pieces: list[Sequence[str]] = []
    for literal, name in written.split(value):
        pieces += [[literal], written.values_of(name, placeholders)] if name is not None else [[literal]]
    return ["".join(choice) for choice in product(*pieces)]


def _wanted(value: Plain, modifiers: Sequence[str]) -> str:
    if not isinstance(value, str):
        raise Unsupported(f"{value!r} is no text, which {'|'.join(modifiers)} needs; put it in quotes")
    return value


def _regular_expression(value: Plain, modifiers: Sequence[str], placeholders: Placeholders) -> SigmaType:
    flags = {FLAGS[name] for name in modifiers if name in FLAGS}
    python = re.NOFLAG
    for flag in flags:
        python |= SigmaRegularExpression.sigma_to_python_flags[flag]
    found = []
    for expression in _expanded(_wanted(value, modifiers), modifiers, placeholders):
        try:
            re.compile(expression, python)
            found.append(SigmaRegularExpression(expression, set(flags)))
        except (re.error, OverflowError, RecursionError, SigmaError) as error:
            raise Unsupported(f"Regular expression {expression!r} is not valid: {error}") from error
    return _one(found)


def _network(value: Plain, modifiers: Sequence[str], placeholders: Placeholders) -> SigmaType:
    expressions = _expanded(_wanted(value, modifiers), modifiers, placeholders)
    return _one([SigmaCIDRExpression(expression) for expression in expressions])


def _field_reference(value: Plain, modifiers: Sequence[str], _: Placeholders) -> SigmaType:
    name = Text.read(_wanted(value, modifiers))
    if not name.parts or not all(isinstance(part, str) for part in name.parts):
        raise Unsupported("fieldref needs the name of one field, without wildcards")
    found = SigmaFieldReference("".join(str(part) for part in name.parts))
    found.starts_with = bool({"startswith", "contains"} & set(modifiers))
    found.ends_with = bool({"endswith", "contains"} & set(modifiers))
    return found


def _exists(value: Plain, _: Sequence[str], __: Placeholders) -> SigmaType:
    if not isinstance(value, bool):
        raise Unsupported(f"exists needs true or false, not {value!r}")
    return SigmaExists(value)


def _comparison(value: Plain, modifiers: Sequence[str], placeholders: Placeholders) -> SigmaType:
    operator = next(COMPARISONS[name] for name in modifiers if name in COMPARISONS)
    if any(name in TIME_PARTS for name in modifiers):
        return SigmaCompareExpression(_time_part(value, modifiers, placeholders), operator)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unsupported(f"{value!r} is no number, which {'|'.join(modifiers)} needs")
    return SigmaCompareExpression(_number(value), operator)


def _time_part(value: Plain, modifiers: Sequence[str], _: Placeholders) -> SigmaTimestampPart:
    name = next(name for name in modifiers if name in TIME_PARTS)
    part, allowed = TIME_PARTS[name]
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise Unsupported(f"the modifier {name} needs a number from {allowed[0]} to {allowed[-1]}, not {value!r}")
    return SigmaTimestampPart(part, value)


_READ: Mapping[str, Callable[[Plain, Sequence[str], Placeholders], SigmaType]] = {
    "text": _text,
    "re": _regular_expression,
    "cidr": _network,
    "fieldref": _field_reference,
    "exists": _exists,
    "comparison": _comparison,
    "time": _time_part,
}
