"""The forms that a text takes through its modifiers, by their definitions and not by clever tables (modifiers 2.1, *string*)."""

import itertools
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache

from tests.reference.text import ANY, Token, tokens

Pattern = tuple[Token, ...]
Placeholders = Mapping[str, Sequence[str]]

DASHES = ["-", "/", chr(0x2013), chr(0x2014), chr(0x2015)]
NEIGHBOURS = [bytes(3), b"\xff" * 3, b"abc", b"\x55\xaa\x0f"]
"""What may stand before or after a value inside something longer."""


def forms(value: str, modifiers: Sequence[str], placeholders: Placeholders) -> list[Pattern]:
    """Every pattern that a value stands for after its modifiers, in the order written."""
    if "expand" not in modifiers:
        return list(_plain_forms(value, tuple(modifiers)))
    return _forms(value, modifiers, placeholders)


@lru_cache(maxsize=100_000)
def _plain_forms(value: str, modifiers: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(_forms(value, modifiers, {}))


def _forms(value: str, modifiers: Sequence[str], placeholders: Placeholders) -> list[Pattern]:
    patterns = [tokens(value)]
    octets = False
    for modifier in modifiers:
        if modifier in ("contains", "startswith", "endswith"):
            before = (ANY,) if modifier != "startswith" else ()
            after = (ANY,) if modifier != "endswith" else ()
            patterns = [(*before, *pattern, *after) for pattern in patterns]
        elif modifier == "windash":
            patterns = [form for pattern in patterns for form in windash(pattern)]
        elif modifier == "expand":
            patterns = [form for pattern in patterns for form in expand(pattern, placeholders)]
        elif modifier in ("wide", "utf16le", "utf16be", "utf16"):
            patterns = [utf16(pattern, modifier) for pattern in patterns]
            octets = True
        elif modifier == "base64":
            patterns = [tuple(b64encode(as_bytes(pattern, octets=octets)).decode()) for pattern in patterns]
            octets = False
        elif modifier == "base64offset":
            patterns = [tuple(form) for pattern in patterns for form in base64offset(as_bytes(pattern, octets=octets))]
            octets = False
    return patterns


def windash(pattern: Pattern) -> list[Pattern]:
    """Each dash that has no letter, digit or underscore before it and one after it, in five forms."""
    choices = []
    for place, token in enumerate(pattern):
        before = pattern[place - 1] if place else ANY
        after = pattern[place + 1] if place + 1 < len(pattern) else ANY
        option = token in DASHES and not in_word(before) and in_word(after)
        choices.append(DASHES if option else [token])
    return [tuple(choice) for choice in itertools.product(*choices)]


def in_word(token: Token) -> bool:
    """Whether a token is part of a word."""
    return isinstance(token, str) and (token == "_" or token.isalnum())


def expand(pattern: Pattern, placeholders: Placeholders) -> list[Pattern]:
    """``%name%`` replaced by each of its values; wildcards end a name, a backslash makes a plain percent sign."""
    done: list[Pattern] = [()]
    rest = list(pattern)
    while rest:
        token = rest.pop(0)
        if token == "\\" and rest[:1] == ["%"]:
            done = [(*head, rest[0]) for head in done]
            rest.pop(0)
            continue
        end = next((at for at, other in enumerate(rest) if other == "%" or not isinstance(other, str)), None)
        if token == "%" and end and rest[end] == "%":
            name = "".join(str(part) for part in rest[:end])
            done = [head + tokens(value) for head in done for value in placeholders[name]]
            rest = rest[end + 1 :]
        else:
            done = [(*head, token) for head in done]
    return done


def utf16(pattern: Pattern, modifier: str) -> Pattern:
    """Two octets for each character (four beyond the basic plane), each octet as the character of its number."""
    found: list[Token] = [chr(0xFF), chr(0xFE)] if modifier == "utf16" else []
    for token in pattern:
        if isinstance(token, str):
            high_first = token.encode("utf-16-be")
            pairs = [high_first[at : at + 2] for at in range(0, len(high_first), 2)]
            found += [chr(octet) for pair in pairs for octet in (pair if modifier == "utf16be" else pair[::-1])]
        else:
            found.append(token)
    return tuple(found)


def as_bytes(pattern: Pattern, *, octets: bool) -> bytes:
    """The octets of a pattern without wildcards."""
    text = "".join(str(token) for token in pattern)
    return bytes(ord(character) for character in text) if octets else text.encode()


def base64offset(value: bytes) -> list[str]:
    """For each alignment, the characters that are the same whatever stands before and after the value."""
    found = []
    for shift in range(3):
        encoded = [
            b64encode(before[:shift] + value + after).decode() for before, after in itertools.product(NEIGHBOURS, NEIGHBOURS)
        ]
        reach = (shift + len(value)) * 4 // 3 + 1
        same = [len({text[at] for text in encoded}) == 1 for at in range(reach)]
        start = same.index(True)
        run = list(itertools.takewhile(bool, same[start:]))
        found.append(encoded[0][start : start + len(run)])
    return found


def regexes(value: str, modifiers: Sequence[str], placeholders: Placeholders) -> list["re.Pattern[str]"]:
    """A regular expression, once for each combination of its placeholders' values."""
    flags = 0
    for names, flag in ((("i", "ignorecase"), re.IGNORECASE), (("m", "multiline"), re.MULTILINE), (("s", "dotall"), re.DOTALL)):
        flags |= flag if set(names) & set(modifiers) else 0
    written = [value]
    if "expand" in modifiers:
        pieces = re.split(r"(?<!\\)%([^%]+)%", value)
        choices = [placeholders[piece] if at % 2 else [piece.replace("\\%", "%")] for at, piece in enumerate(pieces)]
        written = ["".join(choice) for choice in itertools.product(*choices)]
    return [_compiled(each, flags) for each in written]


@lru_cache(maxsize=10_000)
def _compiled(expression: str, flags: int) -> "re.Pattern[str]":
    return re.compile(expression, flags)
