"""One item of a detection, ``field|modifier|…: value``, on one event (rules specification 2.1; modifiers 2.1)."""

import operator
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from tests.reference.event import Event, exists, said, text, texts, values
from tests.reference.forms import Placeholders, forms, regexes
from tests.reference.text import ANY, matches

Names = Callable[[str], Sequence[str]]
"""Where a field of a rule is read in events."""

COMPARE = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
TIME = ("minute", "hour", "day", "week", "month", "year")


def item_holds(key: str | None, value: Any, event: Event, names: Names, placeholders: Placeholders) -> bool:
    """Whether the item is true of the event; without a key, or with an empty field, it is of keywords."""
    field, *modifiers = (key or "").split("|")
    wanted = value if isinstance(value, list) else [value]
    if field:
        places = tuple(names(field))
        each = [_field_holds(places, one, modifiers, event, names, placeholders) for one in wanted]
    else:
        each = [_keyword_holds(one, modifiers, event, placeholders) for one in wanted]
    holds = all(each) if "all" in modifiers else any(each)
    return holds != ("neq" in modifiers)


def _keyword_holds(value: Any, modifiers: Sequence[str], event: Event, placeholders: Placeholders) -> bool:
    words = said(event)
    if "re" in modifiers:
        return any(pattern.search(word) for pattern in regexes(value, modifiers, placeholders) for word in words)
    patterns = forms(value, modifiers, placeholders) if isinstance(value, str) else [tuple(text(value))]
    anywhere = [(ANY, *pattern, ANY) for pattern in patterns]
    return any(matches(pattern, word, cased="cased" in modifiers) for pattern in anywhere for word in words)


def _field_holds(
    places: Sequence[str], value: Any, modifiers: Sequence[str], event: Event, names: Names, placeholders: Placeholders
) -> bool:
    found = values(event, places)
    if "exists" in modifiers:
        return exists(event, places) == value
    if "fieldref" in modifiers:
        return _fields_agree(texts(found), texts(values(event, names(value))), modifiers)
    if "re" in modifiers:
        return any(pattern.search(word) for pattern in regexes(value, modifiers, placeholders) for word in texts(found))
    if "cidr" in modifiers:
        return any(in_network(word, network) for word in texts(found) for network in _expanded(value, modifiers, placeholders))
    if set(modifiers) & (set(TIME) | set(COMPARE)):
        return any(_compares(each, value, modifiers) for each in found)
    return _equals(found, value, modifiers, placeholders)


def _equals(found: Sequence[Any], value: Any, modifiers: Sequence[str], placeholders: Placeholders) -> bool:
    if value is None:
        return not found
    if isinstance(value, bool):
        return any(word.casefold() == text(value) for word in texts(found))
    if isinstance(value, int | float):
        return any(_is_number(each, value) for each in found)
    cased = "cased" in modifiers
    return any(matches(form, word, cased=cased) for form in forms(value, modifiers, placeholders) for word in texts(found))


def _is_number(each: Any, number: float) -> bool:
    if isinstance(each, str):
        return each == text(number)
    return not isinstance(each, bool | dict) and each == number


def _fields_agree(left: Sequence[str], right: Sequence[str], modifiers: Sequence[str]) -> bool:
    pairs = [(one.casefold(), other.casefold()) for one in left for other in right]
    if "contains" in modifiers:
        return any(other in one for one, other in pairs)
    if "startswith" in modifiers:
        return any(one[: len(other)] == other for one, other in pairs)
    if "endswith" in modifiers:
        return any(one[len(one) - len(other) :] == other for one, other in pairs if len(one) >= len(other))
    return any(one == other for one, other in pairs)


def _expanded(value: str, modifiers: Sequence[str], placeholders: Placeholders) -> Sequence[str]:
    return placeholders[value.strip("%")] if "expand" in modifiers and value.startswith("%") else [value]


def in_network(word: str, network: str) -> bool:
    """Whether an address, without its zone and as IPv4 when it is mapped, is in the network."""
    base, _, length = network.partition("/")
    one, other = octets(word.partition("%")[0]), octets(base)
    if one is None or other is None:
        return False
    if len(one) == 16 and one[:12] == bytes(10) + b"\xff\xff":
        one = one[12:]
    bits = int(length) if length else len(other) * 8
    shift = len(other) * 8 - bits
    return len(one) == len(other) and int.from_bytes(one) >> shift == int.from_bytes(other) >> shift


def octets(address: str) -> bytes | None:
    """The octets of an address in its usual form."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, address)
        except (OSError, ValueError):
            continue
    return None


def _compares(each: Any, wanted: float, modifiers: Sequence[str]) -> bool:
    compare = next((COMPARE[name] for name in modifiers if name in COMPARE), operator.eq)
    part = next((name for name in modifiers if name in TIME), None)
    number = as_number(each) if part is None else time_parts(each).get(part)
    return number is not None and bool(compare(number, wanted))


def as_number(each: Any) -> float | None:
    """A number, or a text that writes one with digits, at most one point and a sign before it."""
    if isinstance(each, bool | dict):
        return None
    if not isinstance(each, str):
        return float(each) if isinstance(each, float) else int(each)
    digits = each.removeprefix("-")
    whole, point, rest = digits.partition(".")
    parts = [whole, rest] if point else [whole]
    if not all(part and len(part) <= 64 and set(part) <= set("0123456789") for part in parts):
        return None
    return float(each) if point else int(each)


def time_parts(each: Any) -> Mapping[str, int]:
    """The parts of a time that a text writes as ISO 8601; nothing for every other value."""
    if not isinstance(each, str) or not _looks_like("dddd-dd-dd", each[:10]):
        return {}
    try:
        day = date(int(each[:4]), int(each[5:7]), int(each[8:10]))
    except ValueError:
        return {}
    parts = {"day": day.day, "week": day.isocalendar()[1], "month": day.month, "year": day.year}
    return parts if len(each) == 10 else _with_clock(parts, each)


def _with_clock(parts: dict[str, int], each: str) -> Mapping[str, int]:
    clock = each[11:]
    if each[10] not in "T " or not _looks_like("dd:dd", clock[:5]):
        return {}
    hour, minute, rest = int(clock[:2]), int(clock[3:5]), clock[5:]
    if _looks_like(":dd", rest[:3]):
        rest = rest[3:]
        if rest[:1] in (".", ",") and rest[1:2].isdecimal():
            digits = len(rest[1:]) - len(rest[1:].lstrip("0123456789"))
            rest = rest[1 + digits :] if 0 < digits <= 9 else "?"
    zone = rest in ("", "Z") or any(_looks_like(shape, rest) for shape in ("+dd:dd", "-dd:dd", "+dddd", "-dddd"))
    return {**parts, "hour": hour, "minute": minute} if zone and hour < 24 and minute < 60 else {}


def _looks_like(shape: str, written: str) -> bool:
    pairs = list(zip(shape, written, strict=False))
    return len(shape) == len(written) and all(one in "0123456789" if kind == "d" else one == kind for kind, one in pairs)
