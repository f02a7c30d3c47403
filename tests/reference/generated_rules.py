"""Rules made by chance: every modifier, every structure, small vocabularies so that they match often."""

from random import Random
from typing import Any

FIELDS = ["f", "g", "Image", "a.b", "a.b.c", "list.name", "when", "count", "ip"]
TEXTS = [
    "whoami", "C:\\Windows\\cmd.exe", "cmd.exe", " -enc", " /c ", "--force -x", "no-op", "Été", "Straße", "ΟΔΟΣ", "😀", "a%b", "[x]",
    "a\\*b", "a\\?b", "\\\\srv\\c$", "\\\\\\*", "true", "1", "0x10", "10.0", "", "two\nlines", "ﬁle", "İ", "\\", "%Admins%", "ping",
]  # fmt: skip
WILD = ["*", "?", "a*", "*.exe", "who*mi", "C:\\*\\cmd.exe", "\\\\*", "??", "*a*e*", "str?ße", "?", "a*b*c", "*\n*", "x*", "*ß"]
REGEXES = [
    "who.mi",
    "^C:",
    "exe$",
    "a.b",
    "[0-9]+",
    "(cmd|who)",
    "^$",
    "é",
    "W{1,3}",
    "^lines",
    "x?y",
    "%Admins%",
    "\\\\cmd\\.exe",
]
NETWORKS = ["10.0.0.0/8", "192.0.2.0/25", "2001:db8::/33", "10.1.2.3", "0.0.0.0/0", "::/0", "fe80::/10", "10.1.2.2/31"]
NUMBERS = [0, 1, -1, 7, 4624, 2**53 + 1, 10**30, 0.5, -2.25, 1.0, True, False, None]
PLACEHOLDERS = {"Admins": ["adm*", "root", "Été"], "One": ["x?y"], "Nets": ["10.0.0.0/8", "192.0.2.0/24"]}

ENCODINGS = [["base64"], ["base64offset"], ["wide"], ["utf16le", "base64offset"], ["utf16be", "base64"], ["utf16", "base64"],
             ["wide", "base64offset"], ["base64", "base64"], ["utf16"], ["utf16be"]]  # fmt: skip
PARTS = {"minute": 59, "hour": 23, "day": 31, "week": 53, "month": 12, "year": 2030}


def rule(random: Random, number: int) -> dict[str, Any]:
    """A rule of one to four detections."""
    names = random.sample(
        ["selection", "selection_a", "filter_b", "_hidden", "notepad", "keywords", "1x", "android"], random.randint(1, 4)
    )
    section: dict[str, Any] = {name: detection(random) for name in names}
    section["condition"] = [condition(random, names) for _ in range(2)] if random.random() < 0.1 else condition(random, names)
    return {
        "title": f"Rule {number}",
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"rule_{number}",
        "logsource": {"product": "demo"} | ({"category": "test"} if number % 2 else {}),
        "detection": section,
    }


def sigma_filter(random: Random, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """A filter of some of the rules, by id or name, or of all of a log source; it lets pass what it does not select."""
    chosen = random.sample(rules, min(3, len(rules)))
    about: Any = random.choice(["any", [each["id"] for each in chosen], [each["name"] for each in chosen]])
    section = {name: detection(random) for name in ("selection", "other")}
    wanted = random.choice(
        ["not selection", "not 1 of them", "not selection and not other", "not all of *", "not (selection and other)"]
    )
    return {"title": "A filter", "logsource": {"product": "demo"}, "filter": {"rules": about, **section, "condition": wanted}}


def condition(random: Random, names: list[str], depth: int = 0) -> str:
    """An expression over detections that exist."""
    dice = random.random()
    if depth > 3 or dice < 0.35:
        return random.choice(names)
    if dice < 0.5:
        patterns = [pattern for pattern in _patterns(names) if pattern]
        return f"{random.choice(['1', 'all', 'any'])} of {random.choice(patterns)}" if patterns else random.choice(names)
    if dice < 0.62:
        return f"not {_bracketed(random, names, depth)}"
    word = random.choice([" and ", " or "])
    return word.join(
        condition(random, names, depth + 1) if random.random() < 0.6 else _bracketed(random, names, depth) for _ in "12"
    )


def _bracketed(random: Random, names: list[str], depth: int) -> str:
    return f"({condition(random, names, depth + 1)})"


def _patterns(names: list[str]) -> list[str]:
    plain = [name for name in names if not name.startswith("_")]
    found = [f"{name[:3]}*" for name in names] + [name.replace("-", "*") for name in names if "-" not in name]
    return found + (["them", "*", f"*{plain[0][-2:]}"] if plain else ["_*"])


def detection(random: Random) -> Any:
    """A map, a list of maps, keywords, keywords with modifiers, or a list of both."""
    dice = random.random()
    if dice < 0.6:
        return items(random)
    if dice < 0.75:
        return [items(random) for _ in range(random.randint(1, 3))]
    if dice < 0.87:
        return [keyword(random) for _ in range(random.randint(1, 3))]
    if dice < 0.95:
        modifiers = random.choice(
            [["all"], ["re"], ["re", "i"], ["cased"], ["contains"], ["windash"], ["wide", "base64offset"], ["neq"]]
        )
        pool = REGEXES[:-2] if "re" in modifiers else [text for text in TEXTS if len(text) > 3]
        return {"|" + "|".join(modifiers): random.sample(pool, 2)}
    return [items(random), keyword(random)]


def keyword(random: Random) -> Any:
    """A text, a text with wildcards, a number or a boolean."""
    dice = random.random()
    if dice < 0.15:
        return random.choice([1, 7, 4624, 2**53 + 1, True, 0.5])
    return random.choice([text for text in (TEXTS if dice < 0.75 else WILD) if text])


def items(random: Random) -> dict[str, Any]:
    """One to three fields with their modifiers and values."""
    return dict(item(random) for _ in range(random.choice([1, 1, 2, 3])))


def item(random: Random) -> tuple[str, Any]:
    """A key and its value or values."""
    kind = random.choice([_text, _text, _text, _text, _plain, _regex, _network, _reference, _exists, _compare, _time])
    modifiers, make = kind(random)
    single = "exists" in modifiers
    several = random.random() < 0.4 and not single
    if random.random() < 0.25 and several:
        modifiers = _inserted(random, modifiers, "all")
    if random.random() < 0.12 and not single:
        modifiers = _inserted(random, modifiers, "neq")
    value = [make() for _ in range(random.randint(1, 3))] if several else make()
    return "|".join([random.choice(FIELDS), *modifiers]), value


def _inserted(random: Random, modifiers: list[str], name: str) -> list[str]:
    place = random.randint(0, len(modifiers))
    return [*modifiers[:place], name, *modifiers[place:]]


def _text(random: Random) -> tuple[list[str], Any]:
    chain: list[str] = []
    if random.random() < 0.1:
        chain.append("expand")
    if random.random() < 0.15:
        chain.append("windash")
    encoded = random.random() < 0.2
    if encoded:
        chain += random.choice(ENCODINGS)
    if random.random() < 0.6:
        chain.append(random.choice(["contains", "startswith", "endswith"]))
    if random.random() < 0.15:
        chain = _inserted(random, chain, "cased")
    pool = [text for text in TEXTS if len(text) > 2] if encoded else TEXTS + WILD
    return chain, lambda: _joined(random, pool)


def _joined(random: Random, pool: list[str]) -> str:
    return random.choice(pool) + (random.choice(pool) if random.random() < 0.2 else "")


def _plain(random: Random) -> tuple[list[str], Any]:
    return [], lambda: random.choice([*NUMBERS, "", "1", "*"])


def _regex(random: Random) -> tuple[list[str], Any]:
    flags = random.sample(["i", "m", "s"], random.choice([0, 0, 1, 2]))
    expand = ["expand"] if random.random() < 0.2 else []
    return ["re", *flags, *expand], lambda: random.choice(REGEXES)


def _network(random: Random) -> tuple[list[str], Any]:
    if random.random() < 0.1:
        return ["cidr", "expand"], lambda: "%Nets%"
    return ["cidr"], lambda: random.choice(NETWORKS)


def _reference(random: Random) -> tuple[list[str], Any]:
    place = random.choice([[], [], ["startswith"], ["endswith"], ["contains"]])
    return random.choice([["fieldref", *place], [*place, "fieldref"]]), lambda: random.choice(FIELDS)


def _exists(random: Random) -> tuple[list[str], Any]:
    return ["exists"], lambda: random.random() < 0.5


def _compare(random: Random) -> tuple[list[str], Any]:
    return [random.choice(["lt", "lte", "gt", "gte"])], lambda: random.choice([0, 1, 7, -1, 0.5, 2**53 + 1, 4624])


def _time(random: Random) -> tuple[list[str], Any]:
    part, most = random.choice(list(PARTS.items()))
    comparison = random.choice([[], [], ["lt"], ["gte"], ["lte"], ["gt"]])
    return [part, *comparison], lambda: random.choice([1, 5, 8, min(most, 2026), min(most, 31)])
