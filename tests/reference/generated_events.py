"""Events made by chance for generated rules: values that the rules ask for, nearly ask for, or do not expect."""

from random import Random
from typing import Any

from tests.reference.forms import forms
from tests.reference.generated_rules import FIELDS, NETWORKS, NUMBERS, PLACEHOLDERS, TEXTS
from tests.reference.text import ONE

TIMES = [
    "2026-01-31T08:05:00.000Z",
    "2026-08-05",
    "2026-12-31 23:59:59,5",
    "2025-12-29T05:01+02:00",
    "2026-13-01",
    "08:05",
    "2026-02-30",
]
ADDRESSES = [
    "10.1.2.3",
    "192.0.2.129",
    "192.0.2.7",
    "2001:db8::1",
    "fe80::1%eth0",
    "::ffff:10.1.2.3",
    "10.1.2",
    "host.example",
    "01.2.3.4",
]
SAMPLES = [
    "whoami",
    "WHO.MI",
    "c:\\cmd.exe",
    "two\nlines",
    "x1y",
    "adm7",
    "a\nb",
    "STRASSE",
    "fiLE",
    "i\u0307",
    "\u0131",
    "\u212a",
    "\u017f",
    "root",
]


def event(random: Random, rules: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """An event that some of the rules may match."""
    wanted = [pair for rule in random.sample(rules, min(4, len(rules))) for pair in _items(rule["detection"])]
    found: dict[str, Any] = {
        "@timestamp": "2026-01-31T08:00:00.000000Z",
        "event.id": f"e{number}",
        "event.kind": "event",
        "event.dataset": "demo.log",
        "ecs.version": "8.17.0",
        "organization.id": "010000024",
    }
    for key, value in random.sample(wanted, min(len(wanted), random.randint(1, 8))):
        field, *modifiers = key.split("|")
        _put(random, found, field or random.choice(["message", "Image"]), _answer(random, value, modifiers))
    for _ in range(random.randint(0, 3)):
        _put(random, found, random.choice(FIELDS), _any(random))
    return found


def _items(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, dict):
        found = []
        for key, value in part.items():
            if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value)):
                found += _items(value)
            elif isinstance(value, list) and "|" not in key and key in ("keywords", "notepad", "android", "1x"):
                found += [("", each) for each in value]
            elif key != "condition":
                found += [(key, each) for each in (value if isinstance(value, list) else [value])]
        return found
    return [pair for each in part for pair in _items(each)] if isinstance(part, list) else [("", part)]


def _answer(random: Random, value: Any, modifiers: list[str]) -> Any:
    """A value that the item asks for, more often than not."""
    if random.random() < 0.15:
        return _any(random)
    if "cidr" in modifiers:
        return random.choice(ADDRESSES)
    if "re" in modifiers or "exists" in modifiers or "fieldref" in modifiers:
        return random.choice(SAMPLES + TEXTS)
    if {"minute", "hour", "day", "week", "month", "year"} & set(modifiers):
        return random.choice(TIMES)
    if not isinstance(value, str):
        return random.choice([value, value, str(value), str(value).lower(), [value, "x"], 2**53])
    try:
        pattern = random.choice(forms(value, modifiers, PLACEHOLDERS))
    except (KeyError, ValueError):  # a placeholder or an encoding that makes the engine refuse the rule
        return _any(random)
    text = "".join(_filled(random, token) for token in pattern)
    changed = random.choice([text, text, text.upper(), text.lower(), f"x{text}", f"{text} y", text[1:], [text], ["other", text]])
    return changed if random.random() < 0.9 else [[changed], None]


def _filled(random: Random, token: Any) -> str:
    if isinstance(token, str):
        return token
    return random.choice(["x", "é", "\n", "ß"]) if token == ONE else random.choice(["", "x", "\n", "a long one", "ß"])


def _any(random: Random) -> Any:
    return random.choice([
        random.choice(TEXTS), random.choice(NUMBERS), random.choice(TIMES), random.choice(ADDRESSES), random.choice(SAMPLES),
        random.choice(NETWORKS), None, "", [], {}, [None], [[]], {"c": random.choice(TEXTS)}, [{"c": 1}, {"name": "x"}], {"b": {"c": "1"}},
    ])  # fmt: skip


def _put(random: Random, found: dict[str, Any], field: str, value: Any) -> None:
    """Under the flat name, or below an object, or in an array of objects."""
    root, dot, rest = field.partition(".")
    if not dot or random.random() < 0.5:
        found[field] = value
    elif random.random() < 0.5:
        found[root] = {rest: value, "other": "x"}
    else:
        inner: Any = {rest.partition(".")[0]: {rest.partition(".")[2]: value}} if "." in rest else {rest: value}
        found[root] = [inner, {"other": 1}, {rest: None}]
