"""Shows values that attackers wrote: what does not print becomes a visible sign, what is long is cut, and text keeps its direction.

Markup is not this file's matter: templates escape everything that is not ``Markup``.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

MAX_VALUE = 300
"""Characters of one value; an attacker may make a log line as long as he likes."""
MAX_RECORD = 2000
"""Characters of one record of a log."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that print nothing or rearrange the line: controls, bidi and zero-width marks, line separators."""
_PICTURES = 0x2400
"""Unicode's pictures of the 32 control codes begin here (block *Control Pictures*)."""
_DELETE = 0x7F


def shown(value: object, limit: int = MAX_VALUE, keep: str = "") -> str:
    """The value as one line of printing characters, at most ``limit`` of them; ``keep`` are controls that stay as they are."""
    text = str(value)
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if cut.isprintable():
        return cut
    return "".join(character if character in keep else _visible(character) for character in cut)


def isolated(value: object, limit: int = MAX_VALUE) -> Markup:
    """The value so that its direction cannot move what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(shown(value, limit))


def record(value: object) -> Markup:
    """A record of a log, with its own line breaks."""
    return Markup('<pre tabindex="0"><code dir="auto">{}</code></pre>').format(shown(value, MAX_RECORD, keep="\n\t"))


def finalized(value: Any) -> Any:
    """What every expression of a template passes: a text that nobody has made safe is shown as a hostile one."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _visible(character: str) -> str:
    code = ord(character)
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    return f"⟨U+{code:04X}⟩" if unicodedata.category(character) in _HIDDEN else character


def moment(instant: datetime, zone: ZoneInfo, months: list[str], now: datetime, *, seconds: bool = False) -> Markup:
    """``22 nov. 21:01`` in the zone, with the year when it is not this one, and the exact instant for machines."""
    local = instant.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    text = f"{local.day}\u00a0{months[local.month - 1]}{year} {clock}"
    return Markup('<time datetime="{}">{}</time>').format(machine(instant), text)


def clock(instant: datetime, zone: ZoneInfo) -> Markup:
    """``21:01:07`` in the zone."""
    return Markup('<time datetime="{}">{}</time>').format(machine(instant), instant.astimezone(zone).strftime("%H:%M:%S"))


def machine(instant: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


STEPS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


def rounded(span: timedelta) -> tuple[str, int]:
    """The span in its largest unit of which it holds two, or in minutes: ``("hour", 3)``; less than a minute is ``("moment", 0)``."""
    for unit, size in STEPS:
        if span >= (size if unit == "minute" else 2 * size):
            return unit, span // size
    return "moment", 0
