"""What a feed writes, as the canonical value that is looked up. Feeds are defanged as often as not."""

import re
from collections.abc import Callable, Mapping

from correlate.indicators import names, urls
from correlate.indicators.indicator import Kind
from correlate.indicators.refusal import Because, Unusable

Value = tuple[Kind, str]

_SCHEME = re.compile(r"^(?:hxxp|h\*\*p|htxp|hxtp)(?=s?(?:\[?:))", re.IGNORECASE)
_DOT = re.compile(r"\[\.\]|\[dot\]", re.IGNORECASE)
_DOT_IN_NAME = re.compile(r"\(\.\)|\{\.\}|\(dot\)|\\\.", re.IGNORECASE)
_AT = re.compile(r"\[@\]|\[at\]|\(at\)|\(@\)", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN = 120


def refang(text: str) -> str:
    """Undo what makes a value harmless to click: ``hxxp``, ``[.]``, ``[dot]``, ``[:]``, ``[://]``."""
    return _DOT.sub(".", _SCHEME.sub("http", text.strip())).replace("[://]", "://").replace("[:]", ":").replace("[/]", "/")


def address(text: str) -> Value:
    """An address, or a network when a prefix length says so."""
    plain = _DOT_IN_NAME.sub(".", refang(text))
    if found := names.network(plain):
        if found.prefixlen < found.max_prefixlen:
            return Kind.NETWORK, str(found)
        return Kind.IP, str(found.network_address)
    if single := names.address(plain):
        return Kind.IP, single
    raise Unusable(Because.INVALID, f"{shown(text)} is no address or network")


def domain(text: str) -> Value:
    """A host name; what is below it is meant as well."""
    found = names.domain(_DOT_IN_NAME.sub(".", refang(text)))
    if found is None:
        raise Unusable(Because.INVALID, f"{shown(text)} is no host name")
    return Kind.DOMAIN, found


def url(text: str) -> Value:
    """A URL; without a scheme it is taken for a web page's."""
    found = urls.canonical(refang(text))
    if found is None:
        raise Unusable(Because.INVALID, f"{shown(text)} is no URL with a host, or is longer than {urls.MAX_URL} characters")
    return Kind.URL, found.text


def file_hash(text: str) -> Value:
    """MD5, SHA-1 or SHA-256, known by its length."""
    found = text.strip().lower()
    if not _HASH.fullmatch(found):
        raise Unusable(Because.INVALID, f"{shown(text)} is no MD5, SHA-1 or SHA-256")
    return Kind.HASH, found


def email(text: str) -> Value:
    """A mail address, in lower case throughout: no system of today tells ``A@`` from ``a@``."""
    plain = _AT.sub("@", _DOT_IN_NAME.sub(".", refang(text)))
    found = mailbox(plain)
    if found is None:
        raise Unusable(Because.INVALID, f"{shown(text)} is no mail address")
    return Kind.EMAIL, found


def mailbox(text: str) -> str | None:
    """The address in ``Name <box@host>`` or ``mailto:box@host``, canonical; None when there is none."""
    bare = text.rpartition("<")[2].partition(">")[0].strip().lower().removeprefix("mailto:")
    box, at, host = bare.rpartition("@")
    name = names.domain(host) if at and len(bare) <= names.MAX_NAME + _BOX else None
    return f"{box}@{name}" if box and name and not re.search(r"\s", box) else None


_BOX = 65
"""Characters of the part before the host, and the sign (RFC 5321 §4.5.3.1.1)."""

READERS: Mapping[Kind, Callable[[str], Value]] = {
    Kind.IP: address,
    Kind.DOMAIN: domain,
    Kind.URL: url,
    Kind.HASH: file_hash,
    Kind.EMAIL: email,
}


def shown(text: str) -> str:
    """A feed's own text in a message of ours: quoted, and cut."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
