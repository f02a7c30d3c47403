"""Sigma strings the slow way: a list of characters and wildcards, walked over the folded text (specification 2.1, *wildcards*)."""

from functools import lru_cache

ANY, ONE = ("any",), ("one",)
"""``*`` and ``?``; every other token is a text of one character."""

Token = str | tuple[str]


@lru_cache(maxsize=100_000)
def tokens(written: str) -> tuple[Token, ...]:
    """The tokens of a value: a backslash escapes ``*``, ``?`` and itself, and is a backslash before everything else."""
    found: list[Token] = []
    rest = list(written)
    while rest:
        character = rest.pop(0)
        if character == "\\" and rest and rest[0] in "\\*?":
            found.append(rest.pop(0))
        elif character in "*?":
            found.append(ANY if character == "*" else ONE)
        else:
            found.append(character)
    return tuple(found)


@lru_cache(maxsize=100_000)
def segments(pattern: tuple[Token, ...], *, cased: bool) -> tuple[tuple[Token, ...], ...]:
    """What stands between the ``*``, folded unless cased; folding may make two characters of one."""
    found: list[list[Token]] = [[]]
    for token in pattern:
        if token == ANY:
            found.append([])
        elif isinstance(token, str) and not cased:
            found[-1].extend(token.casefold())
        else:
            found[-1].append(token)
    return tuple(tuple(segment) for segment in found)


def matches(pattern: tuple[Token, ...], text: str, *, cased: bool = False) -> bool:
    """Whether the whole text is of the pattern."""
    text = text if cased else folded(text)
    first, *others = segments(pattern, cased=cased)
    if not others:
        return len(text) == len(first) and _at(first, text, 0)
    if not _at(first, text, 0):
        return False
    place = len(first)
    *middle, last = others
    for segment in middle:
        found = _next(segment, text, place)
        if found is None:
            return False
        place = found + len(segment)
    return len(text) - len(last) >= place and _at(last, text, len(text) - len(last))


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Without case: Unicode's full case folding."""
    return text.casefold()


def _at(segment: tuple[Token, ...], text: str, place: int) -> bool:
    if place < 0 or place + len(segment) > len(text):
        return False
    return all(token in (ONE, text[place + step]) for step, token in enumerate(segment))


def _next(segment: tuple[Token, ...], text: str, place: int) -> int | None:
    if ONE not in segment:
        found = text.find("".join(str(token) for token in segment), place)
        return None if found < 0 else found
    return next((start for start in range(place, len(text) - len(segment) + 1) if _at(segment, text, start)), None)
