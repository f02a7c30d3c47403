"""How PowerShell takes a script on its command line."""

from base64 import b64encode


def encoded(script: str) -> str:
    """A script as ``-EncodedCommand`` takes it: base64 over UTF-16LE."""
    return b64encode(script.encode("utf-16-le")).decode()
