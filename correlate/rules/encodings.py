r"""Texts as the encoded forms that logs carry: UTF-16 and Base64 (Sigma modifiers 2.1, *Encoding*).

An octet that no text encodes is written as the character of the same number (ISO 8859-1), so that ``cmd|wide`` is ``c\0m\0d\0``.
"""

from base64 import b64encode
from codecs import BOM_UTF16_LE
from collections.abc import Callable, Mapping

OCTETS = "latin-1"

UTF16: Mapping[str, Callable[[str], bytes]] = {
    "utf16": lambda text: BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf16be": lambda text: text.encode("utf-16-be"),
    "utf16le": lambda text: text.encode("utf-16-le"),
    "wide": lambda text: text.encode("utf-16-le"),
}
"""Modifier → what it makes of a text."""

_SHIFTS = 3
_FIRST_STABLE = (0, 2, 3)
"""How many characters of Base64 the 0, 1 or 2 octets before the value have a part in."""
_UNSTABLE_AT_END = (0, 3, 2)
"""How many characters of Base64, padding too, the octets after it have a part in, by its length and shift modulo 3."""


def base64(octets: bytes) -> str:
    """The octets in Base64, padded."""
    return b64encode(octets).decode("ascii")


def base64_shifts(octets: bytes) -> tuple[str, ...]:
    """What is always there of the octets in Base64, whatever stands before and after them: one text for each of three alignments."""
    shifted = ((shift, base64(bytes(shift) + octets)) for shift in range(_SHIFTS))
    return tuple(
        encoded[_FIRST_STABLE[shift] : len(encoded) - _UNSTABLE_AT_END[(len(octets) + shift) % _SHIFTS]]
        for shift, encoded in shifted
    )
