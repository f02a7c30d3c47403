"""Records as text, losing no byte."""

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_C1 = bytes(range(0x80, 0xA0))
"""The bytes that windows-1252 and ISO 8859-1 read differently."""


def decode(record: bytes) -> tuple[str, list[str]]:
    """The text of a record, and a tag when it was not Unicode; encoding the text by the tag's name gives the bytes back.

    UTF-8 (a BOM is dropped), UTF-16 when a BOM says so, else ISO 8859-1, or windows-1252 when the two differ and it applies.
    """
    try:
        return record.removeprefix(_UTF8_BOM).decode(), []
    except UnicodeDecodeError:
        return _decode_legacy(record)


def _decode_legacy(record: bytes) -> tuple[str, list[str]]:
    if record.startswith(_UTF16_BOMS):
        try:
            return record.decode("utf-16"), []
        except UnicodeDecodeError:
            pass  # two bytes that look like a BOM and are not one
    if len(record.translate(None, _C1)) != len(record):
        try:
            return record.decode("windows-1252"), ["encoding:windows-1252"]
        except UnicodeDecodeError:
            pass  # five bytes are nothing in windows-1252
    return record.decode("latin-1"), ["encoding:latin1"]
