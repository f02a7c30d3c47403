"""Warning lists of MISP: values that are known and harmless. What one of them lists never alerts (misp-warninglists, its README).

``string`` is the very value, ``hostname`` a name and what is below it, ``cidr`` a network and what is in it, ``substring`` and ``regex`` are
sought in the value. Patterns run in linear time (RE2).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any, NamedTuple

import re2

from correlate.indicators import names
from correlate.indicators.indicator import Kind
from correlate.indicators.offer import one_line, texts
from correlate.indicators.prefixes import Prefixes
from correlate.indicators.refusal import Because, Refusal, Unusable
from correlate.indicators.urls import canonical

TYPES = ("string", "hostname", "cidr", "substring", "regex")

_ATTRIBUTES: Mapping[Kind, frozenset[str]] = {
    Kind.IP: frozenset({"ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain|ip"}),
    Kind.NETWORK: frozenset({"ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain|ip"}),
    Kind.DOMAIN: frozenset({"domain", "hostname", "domain|ip", "hostname|port"}),
    Kind.URL: frozenset({"url", "uri", "link"}),
    Kind.HASH: frozenset({"md5", "sha1", "sha256", "filename|md5", "filename|sha1", "filename|sha256", "malware-sample"}),
    Kind.EMAIL: frozenset({"email", "email-src", "email-dst", "email-reply-to", "target-email"}),
}
_DELIMITED = re.compile(r"([/#~!@%|])(.*)\1([a-zA-Z]*)", re.DOTALL)
_PATTERN_MEMORY = 64 << 20
"""Bytes that the compiled patterns of one list may take."""


class Listed(NamedTuple):
    """A list that speaks of a value."""

    name: str
    kinds: frozenset[Kind]


class WarningLists:
    """All lists together; they are added while feeds are read, and asked afterwards."""

    def __init__(self) -> None:
        self.count = 0
        self._exact: dict[str, list[Listed]] = {}
        self._hosts: dict[str, list[Listed]] = {}
        self._networks: Prefixes[Listed] = Prefixes()
        self._patterns: list[tuple[Any, Listed]] = []

    def add(self, document: Mapping[str, Any], file: str) -> Iterator[Refusal]:
        """Take a list in; what of it cannot be read is given back, the rest counts."""
        kind, entries = document.get("type", "string"), document.get("list")
        if kind not in TYPES or not isinstance(entries, list):
            detail = f"expected a warning list of type {', '.join(TYPES)}, found {str(kind)[:40]!r}"
            yield Refusal(file, "type", Because.UNSUPPORTED, detail)
            return
        listed = Listed(one_line(document.get("name")) or file, frozenset(_kinds(document.get("matching_attributes"))))
        self.count += 1
        if kind in {"substring", "regex"}:
            yield from self._add_patterns(kind, entries, listed, file)
            return
        add = {"string": self._add_exact, "hostname": self._add_host, "cidr": self._add_network}[kind]
        for place, entry in enumerate(entries):
            if not isinstance(entry, str) or not add(entry, listed):
                yield Refusal(file, f"list[{place}]", Because.INVALID, f"{str(entry)[:60]!r} is no entry of a {kind} list")

    def of(self, kind: Kind, value: str) -> list[str]:
        """The names of the lists that this canonical value is on."""
        if not self.count:
            return []
        found = [*self._exact.get(value, ()), *self._of_patterns(value), *self._of_kind(kind, value)]
        return list(dict.fromkeys(listed.name for listed in found if kind in listed.kinds))

    def _of_kind(self, kind: Kind, value: str) -> Iterator[Listed]:
        if kind is Kind.NETWORK:
            yield from self._networks.around(ip_network(value))
        elif kind is not Kind.HASH:
            yield from self._of_host(_host(kind, value))

    def _of_host(self, host: str) -> Iterator[Listed]:
        if names.address(host) == host:
            yield from self._networks.holding(host)
            yield from self._hosts.get(host, ())
        for name in suffixes(host):
            yield from self._hosts.get(name, ())

    def _of_patterns(self, value: str) -> Iterator[Listed]:
        return (listed for pattern, listed in self._patterns if pattern.search(value))

    def _add_exact(self, entry: str, listed: Listed) -> bool:
        text = entry.strip().lower()
        forms = {text, names.address(text) or "", names.domain(text) or ""}
        if "/" in text:
            forms |= {found.text for found in [canonical(entry.strip())] if found} | {str(names.network(text) or "")}
        for form in forms - {""}:
            self._exact.setdefault(form, []).append(listed)
        return bool(text)

    def _add_host(self, entry: str, listed: Listed) -> bool:
        name = names.domain(entry) or names.address(entry)
        if name:
            self._hosts.setdefault(name, []).append(listed)
        return name is not None

    def _add_network(self, entry: str, listed: Listed) -> bool:
        found = names.network(entry if "/" in entry else f"{entry}/{128 if ':' in entry else 32}")
        if found:
            self._networks.add(found, listed)
        return found is not None

    def _add_patterns(self, kind: str, entries: list[Any], listed: Listed, file: str) -> Iterator[Refusal]:
        """All entries of a list are one pattern; an entry that RE2 cannot read refuses the list."""
        read = _literal if kind == "substring" else _undelimited
        wanted = [read(entry) for entry in texts(entries) if entry]
        try:
            if wanted:
                self._patterns.append((_compiled("|".join(f"(?:{text})" for text in wanted)), listed))
        except Unusable as refused:
            yield Refusal(file, "list", refused.because, str(refused))


def suffixes(host: str) -> Iterator[str]:
    """``a.evil.example``, ``evil.example``, ``example``."""
    while host:
        yield host
        host = host.partition(".")[2]


def is_warning_list(document: Any) -> bool:
    """Whether a JSON document has the shape of a warning list."""
    return isinstance(document, dict) and isinstance(document.get("list"), list) and isinstance(document.get("name"), str)


def _kinds(attributes: Any) -> Iterable[Kind]:
    """The kinds that a list is about; all of them when it does not say."""
    wanted = set(texts(attributes))
    return (kind for kind in Kind if not wanted or "ALL" in wanted or wanted & _ATTRIBUTES[kind])


def _host(kind: Kind, value: str) -> str:
    if kind is Kind.URL:
        found = canonical(value)
        return found.host if found else ""
    return value.rpartition("@")[2]


def _literal(entry: str) -> str:
    """Sought without case, in canonical values, where ``https`` is ``http``."""
    return f"(?i:{re2.escape(entry.replace('https://', 'http://'))})"


def _undelimited(entry: str) -> str:
    """``/pattern/i`` as PHP writes it, without its delimiters."""
    found = _DELIMITED.fullmatch(entry)
    if found is None:
        return entry
    flags = "".join(flag for flag in "ims" if flag in found[3])
    return f"(?{flags}:{found[2]})" if flags else found[2]


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = _PATTERN_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        raise Unusable(Because.UNSUPPORTED, f"RE2 cannot read the pattern: {str(error)[:120]}") from error
