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
    patterns = expand(value, placeholders) if "expand" in modifiers else [tokens(value)]
    octets = False
    for modifier in modifiers:
        if modifier in ("contains", "startswith", "endswith"):
            before = (ANY,) if modifier != "startswith" else ()
            after = (ANY,) if modifier != "endswith" else ()
            patterns = [(*before, *pattern, *after) for pattern in patterns]
        elif modifier == "windash":
            patterns = [form for pattern in patterns for form in windash(pattern)]
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


def expand(value: str, placeholders: Placeholders) -> list[Pattern]:
    """``%name%`` replaced by each of its values; a percent sign after a backslash that is not itself escaped is plain."""
    done: list[Pattern] = [()]
    for literal, name in placed(value):
        values = [tokens(each) for each in placeholders[name]] if name is not None else [()]
        done = [head + tokens(literal) + tail for head in done for tail in values]
    return done


def placed(value: str) -> list[tuple[str, str | None]]:
    """Literals as written, each with the name of the placeholder after it."""
    found: list[tuple[str, str | None]] = []
    literal, place = "", 0
    while place < len(value):
        pair, end = value[place : place + 2], value.find("%", place + 1)
        if pair == "\\%":
            literal, place = f"{literal}%", place + 2
        elif pair == "\\\\":
            literal, place = literal + pair, place + 2
        elif value[place] == "%" and end > place + 1:
            found.append((literal, value[place + 1 : end]))
            literal, place = "", end + 1
        else:
            literal, place = literal + value[place], place + 1
    return [*found, (literal, None)]


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
        choices = [part for literal, name in placed(value) for part in ([literal], placeholders[name] if name else [""])]
        written = ["".join(choice) for choice in itertools.product(*choices)]
    return [_compiled(each, flags) for each in written]


@lru_cache(maxsize=10_000)
def _compiled(expression: str, flags: int) -> "re.Pattern[str]":
    return re.compile(expression, flags)
