"""One Sigma value becomes one check on a reading (Sigma specification 2.1, *detection* and *modifiers*).

An array field matches when any element does; a field that is absent or null matches nothing but null. Numbers are compared as
numbers, and with text when the text is exactly the number.
"""

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
)

from correlate.entities import canonical_address
from correlate.rules.check import Check, Unsupported
from correlate.rules.fields import names_of
from correlate.rules.moments import time_part
from correlate.rules.reading import Names, Reading, text
from correlate.rules.regex import Expression, compiled_regex
from correlate.rules.strings import Shape, keyword_string_check, string_check, texts_check

_DECIMAL = re.compile(r"-?[0-9]{1,64}(\.[0-9]{1,64})?")
_COMPARE: dict[CompareOperators, Callable[[Any, Any], bool]] = {
    CompareOperators.LT: operator.lt,
    CompareOperators.LTE: operator.le,
    CompareOperators.GT: operator.gt,
    CompareOperators.GTE: operator.ge,
}
_COMPARE_TEXTS: dict[tuple[bool, bool], Callable[[str, str], bool]] = {
    (False, False): operator.eq,
    (True, False): lambda left, right: left.startswith(right),
    (False, True): lambda left, right: left.endswith(right),
    (True, True): operator.contains,
}
_FLAGS = SigmaRegularExpression.sigma_to_python_flags


def field_check(names: Names, value: SigmaType) -> Check:
    """The check of one value on one field.

    Raises:
        Unsupported: the value's kind, or something in it, is not evaluated.
    """
    if isinstance(value, SigmaString):
        return string_check(names, value)
    for kind, build in _BUILDERS:
        if isinstance(value, kind):
            return build(names, value)
    raise Unsupported(f"values of kind {type(value).__name__.removeprefix('Sigma')} are not supported")


def keyword_check(value: SigmaType) -> Check:
    """The check of one value without a field: it stands somewhere in some value of the event.

    Raises:
        Unsupported: the value's kind makes no keyword.
    """
    if isinstance(value, SigmaRegularExpression):
        expression = _regex(value)
        return Check(90, lambda reading: any(expression.search(word) for word in reading.words))
    if isinstance(value, SigmaNumber):
        value = SigmaString.from_str(text(value.number))
    if isinstance(value, SigmaBool):
        value = SigmaString.from_str(text(value.boolean))
    if isinstance(value, SigmaString):
        return keyword_string_check(value)
    raise Unsupported(f"a keyword of kind {type(value).__name__.removeprefix('Sigma')} is not supported")


def _regular_expression(names: Names, value: SigmaRegularExpression) -> Check:
    """Case-sensitive unless flag ``i``, searched anywhere in the text, with the flags ``m`` and ``s``."""
    expression = _regex(value)
    return Check(20, lambda reading: any(expression.search(word) for word in reading.texts(names)))


def _regex(value: SigmaRegularExpression) -> Expression:
    flags = re.NOFLAG
    for flag in value.flags:
        flags |= _FLAGS[flag]
    return compiled_regex(str(value.regexp), flags)


def _number(names: Names, value: SigmaNumber) -> Check:
    wanted, written = value.number, text(value.number)
    return Check(2, lambda reading: any(_is_number(element, wanted, written) for element in reading.elements(names)))


def _is_number(element: Any, wanted: float, written: str) -> bool:
    if isinstance(element, str):
        return element == written
    return isinstance(element, int | float) and not isinstance(element, bool) and element == wanted


def _boolean(names: Names, value: SigmaBool) -> Check:
    return texts_check(names, Shape.EQUALS, [text(value.boolean)])


def _compare(names: Names, value: SigmaCompareExpression) -> Check:
    limit, compare = value.number.number, _COMPARE[value.op]
    part = value.number.timestamp_part if isinstance(value.number, SigmaTimestampPart) else None

    def holds(reading: Reading) -> bool:
        numbers = (_as_number(element) if part is None else time_part(element, part) for element in reading.elements(names))
        return any(number is not None and compare(number, limit) for number in numbers)

    return Check(3, holds)


def _time_part(names: Names, value: SigmaTimestampPart) -> Check:
    """A part of a time as the log wrote it, in the zone in which it wrote it."""
    part, wanted = value.timestamp_part, value.number
    return Check(5, lambda reading: any(time_part(element, part) == wanted for element in reading.elements(names)))


def _as_number(element: Any) -> float | None:
    """The number, or that a decimal text writes; None for booleans, hexadecimal and every other text."""
    if isinstance(element, bool):
        return None
    if isinstance(element, str):
        if not _DECIMAL.fullmatch(element):
            return None
        return float(element) if "." in element else int(element)
    return element if isinstance(element, int | float) else None


def _network(names: Names, value: SigmaCIDRExpression) -> Check:
    """An address in the network; a zone id is left out, an IPv4-mapped address is read as IPv4, anything else matches nothing."""
    network = value.network

    def holds(reading: Reading) -> bool:
        addresses = (_address(word) for word in reading.texts(names))
        return any(address is not None and address in network for address in addresses)

    return Check(4, holds)


@lru_cache(maxsize=4096)
def _address(word: str) -> IPv4Address | IPv6Address | None:
    return canonical_address(word)


def _null(names: Names, _: SigmaNull) -> Check:
    """Absent, null, or an array with nothing in it."""
    return Check(1, lambda reading: not reading.elements(names))


def _exists(names: Names, value: SigmaExists) -> Check:
    wanted = value.exists
    return Check(1, lambda reading: reading.exists(names) is wanted)


def _field_reference(names: Names, value: SigmaFieldReference) -> Check:
    """Two fields of one event compared as strings, without case."""
    other = names_of(value.field)
    compare = _COMPARE_TEXTS[value.starts_with, value.ends_with]

    def holds(reading: Reading) -> bool:
        return any(compare(left, right) for left in reading.folded(names) for right in reading.folded(other))

    return Check(4, holds)


_BUILDERS: tuple[tuple[type[SigmaType], Callable[[Names, Any], Check]], ...] = (
    (SigmaTimestampPart, _time_part),  # before SigmaNumber, its base
    (SigmaNumber, _number),
    (SigmaBool, _boolean),
    (SigmaNull, _null),
    (SigmaExists, _exists),
    (SigmaCompareExpression, _compare),
    (SigmaCIDRExpression, _network),
    (SigmaRegularExpression, _regular_expression),
    (SigmaFieldReference, _field_reference),
)
