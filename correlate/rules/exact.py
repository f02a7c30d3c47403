"""Rules whose meaning pySigma 1.5.1 loses before we see the condition tree; they are refused, not approximated.

- ``base64`` of a value with an escaped wildcard encodes the backslash with it; ``base64offset`` of non-ASCII text cuts at the wrong
  character, because it counts characters where base64 counts bytes;
- an integer beyond 2**53 becomes the nearest float;
- ``utf16`` writes its byte order mark as UTF-8 (EF BB BF instead of FF FE);
- ``cased`` before a modifier that builds new strings (``windash``, ``base64``, ``wide``) is forgotten.
"""

from sigma.modifiers import (
    SigmaBase64Modifier,
    SigmaBase64OffsetModifier,
    SigmaCaseSensitiveModifier,
    SigmaUTF16Modifier,
)
from sigma.rule import SigmaDetectionItem, SigmaRule
from sigma.types import SigmaCasedString, SigmaExpansion, SigmaNumber, SigmaString, SigmaType

from correlate.rules.check import Unsupported
from correlate.rules.fields import items_of

MAX_EXACT = 2**53
"""Below it every integer is a float of its own."""


def check_exact(rule: SigmaRule) -> None:
    """Return when pySigma kept the rule's meaning.

    Raises:
        Unsupported: it did not; the text says where.
    """
    for item in items_of(rule):
        _check_item(item)


def _check_item(item: SigmaDetectionItem) -> None:
    modifiers, written = item.modifiers, item.original_value or []
    if any(isinstance(value, SigmaNumber) and abs(value.number) >= MAX_EXACT for value in written):
        raise Unsupported(f"a number beyond {MAX_EXACT} is not exact; write it as text")
    if SigmaUTF16Modifier in modifiers:
        raise Unsupported("the modifier utf16 is not supported: pySigma writes its byte order mark as UTF-8")
    if {SigmaBase64Modifier, SigmaBase64OffsetModifier} & set(modifiers):
        for value in written:
            _check_base64(value)
    if SigmaCaseSensitiveModifier in modifiers and not all(_still_cased(value) for value in item.value):
        raise Unsupported("the modifier cased is lost by the modifiers after it")


def _check_base64(value: SigmaType) -> None:
    plain = "".join(part for part in value.s if isinstance(part, str)) if isinstance(value, SigmaString) else ""
    if "*" in plain or "?" in plain:
        raise Unsupported("base64 of a value with an escaped wildcard is not supported")
    if not plain.isascii():
        raise Unsupported("base64 of a value outside ASCII is not supported")


def _still_cased(value: SigmaType) -> bool:
    if isinstance(value, SigmaExpansion):
        return all(_still_cased(inner) for inner in value.values)
    return not isinstance(value, SigmaString) or isinstance(value, SigmaCasedString)
