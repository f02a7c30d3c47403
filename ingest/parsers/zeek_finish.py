"""What the fields of a Zeek record say together: outcome, action, direction, whole paths and addresses."""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.parsers.network_values import (
    Document,
    base_name,
    fingerprint,
    first,
    ip,
    lower,
    port,
    set_dns_answers,
    set_tls_version,
    set_totals,
    set_url,
    text,
)
from ingest.values import put
from schemas.event import Event

Finish = Callable[[Event, Document], None]

_SUCCESS: Mapping[Any, str] = {True: "success", False: "failure"}

_DIRECTIONS: Mapping[tuple[Any, Any], str] = {
    (True, True): "internal",
    (True, False): "outbound",
    (False, True): "inbound",
    (False, False): "external",
}
_STATES: Mapping[str, tuple[str, str | None]] = {
    "S0": ("start", "failure"),
    "REJ": ("denied", "failure"),
    "RSTOS0": ("start", "failure"),
    "RSTRH": ("end", "failure"),
    "SH": ("start", "failure"),
    "SHR": ("start", "failure"),
    "S1": ("start", "success"),
    "S2": ("end", "success"),
    "S3": ("end", "success"),
    "SF": ("end", "success"),
    "RSTO": ("end", "success"),
    "RSTR": ("end", "success"),
    "OTH": ("info", None),
}
"""``conn_state`` (docs.zeek.org, *conn.log*) → type, and whether a connection came about."""

_FILE_TYPES: Mapping[str, str] = {
    "SMB::FILE_DELETE": "deletion",
    "SMB::FILE_RENAME": "change",
    "SMB::FILE_WRITE": "change",
    "SMB::FILE_SET_ATTRIBUTE": "change",
    "SMB::PRINT_WRITE": "change",
    "SMB::PIPE_WRITE": "change",
}

_LEVELS: Mapping[str, str] = {
    "ATTACK": "medium",
    "FTP": "medium",
    "HTTP": "medium",
    "SSH": "medium",
    "SMTP": "medium",
    "Signatures": "medium",
    "Heartbleed": "high",
    "Intel": "high",
    "TeamCymruMalwareHashRegistry": "high",
    "Scan": "low",
}
"""How grave the notices of a Zeek module are: Zeek has no scale. Any other notice tells of the network's life."""


def _conn(event: Event, document: Document) -> None:
    local = document.get("local_orig"), document.get("local_resp")
    if all(type(side) is bool for side in local):
        event["network.direction"] = _DIRECTIONS[local]
    set_totals(event)
    state = document.get("conn_state")
    kind, outcome = _STATES.get(state, ("info", None)) if type(state) is str else ("info", None)
    event["event.type"] = ["connection", kind]
    put(event, "event.outcome", outcome)
    if document.get("proto") == "icmp":  # there, ports are the type and the code of the message
        for side in ("source.port", "destination.port"):
            event.pop(side, None)


def _dns(event: Event, document: Document) -> None:
    if answers := event.get("dns.answers.data"):
        set_dns_answers(event, answers)
    code = event.get("dns.response_code")
    event["dns.type"] = "query" if code is None else "answer"
    if code is not None:
        event["event.outcome"] = "success" if code == "NOERROR" else "failure"
    if flags := [name for name in ("AA", "TC", "RD", "RA") if document.get(name) is True]:
        event["dns.header_flags"] = flags


def _http(event: Event, document: Document) -> None:
    set_url(event)
    if (status := event.get("http.response.status_code")) is not None:
        event["event.outcome"] = "failure" if status >= 400 else "success"  # noqa: PLR2004 - RFC 9110 §15: errors begin there
    put(event, "http.request.mime_type", first(document.get("orig_mime_types")))
    put(event, "http.response.mime_type", first(document.get("resp_mime_types")))


def _ssl(event: Event, document: Document) -> None:
    set_tls_version(event, document.get("version"))
    put(event, "tls.server.hash.sha256", fingerprint(first(document.get("cert_chain_fps"))))
    put(event, "tls.server.hash.sha1", fingerprint(document.get("resp_certificate_sha1")))
    if document.get("established") is True:
        event["event.outcome"] = "success"


def _files(event: Event, document: Document) -> None:
    """Before Zeek 5.1 there is no ``id``: the file went from ``tx_hosts`` to ``rx_hosts``, and ``is_orig`` says who of them called."""
    called, answered = ("tx_hosts", "rx_hosts") if document.get("is_orig") is True else ("rx_hosts", "tx_hosts")
    if type(document.get("is_orig")) is bool and "source.ip" not in event:
        put(event, "source.ip", ip(first(document.get(called))))
        put(event, "destination.ip", ip(first(document.get(answered))))


def _kerberos(event: Event, document: Document) -> None:
    name, _, realm = (text(document.get("client")) or "").rpartition("/")
    put(event, "user.name", name or None)
    put(event, "user.domain", realm or None if name else None)
    put(event, "event.reason", text(document.get("error_msg")))
    _action(event, document, "request_type")
    _succeeded(event, document, "success")


def _smb_files(event: Event, document: Document) -> None:
    share, name, action = (text(document.get(field)) for field in ("path", "name", "action"))
    if name:
        event["file.path"] = f"{share.rstrip(chr(92))}\\{name.lstrip(chr(92))}" if share else name
        put(event, "file.name", base_name(name))
    event["event.type"] = [_FILE_TYPES.get(action or "", "access")]
    _action(event, document, "action")


def _notice(event: Event, document: Document) -> None:
    note = text(document.get("note"))
    for field in ("rule.id", "rule.name"):
        put(event, field, note)
    _action(event, document, "note")
    event["log.level"] = _LEVELS.get((note or "").partition("::")[0], "informational")
    _endpoints(event, document, "src", "dst", "p")


def _signatures(event: Event, document: Document) -> None:
    put(event, "rule.name", text(document.get("event_msg")))
    event["log.level"] = _LEVELS["Signatures"]


def _intel(event: Event, document: Document) -> None:
    seen = text(document.get("seen.indicator")) or text(document.get("seen_indicator"))
    put(event, "rule.id", "Intel::Notice")
    put(event, "rule.name", f"Intel::Notice {seen}" if seen else "Intel::Notice")
    event["log.level"] = _LEVELS["Intel"]


def _dhcp(event: Event, document: Document) -> None:
    kinds = document.get("msg_types")
    if type(kinds) is list and kinds:
        put(event, "event.action", lower(kinds[-1]))


def _endpoints(event: Event, document: Document, source: str, destination: str, number: str) -> None:
    if "source.ip" not in event:
        put(event, "source.ip", ip(document.get(source)))
        put(event, "destination.ip", ip(document.get(destination)))
        put(event, "destination.port", port(document.get(number)))


def _action(event: Event, document: Document, name: str) -> None:
    put(event, "event.action", lower(document.get(name)))


def _succeeded(event: Event, document: Document, name: str) -> None:
    if type(value := document.get(name)) is bool:
        event["event.outcome"] = _SUCCESS[value]


def _acts(name: str) -> Finish:
    """The vendor's word for what was done is in one field."""
    return lambda event, document: _action(event, document, name)


def _succeeds(name: str) -> Finish:
    """Whether it worked is in one boolean field; when that is absent nobody knows."""
    return lambda event, document: _succeeded(event, document, name)


FINISH: Mapping[str, Finish] = {
    "conn": _conn,
    "dns": _dns,
    "http": _http,
    "ssl": _ssl,
    "files": _files,
    "kerberos": _kerberos,
    "smb_files": _smb_files,
    "notice": _notice,
    "signatures": _signatures,
    "intel": _intel,
    "dhcp": _dhcp,
    "dce_rpc": _acts("operation"),
    "ftp": _acts("command"),
    "modbus": _acts("func"),
    "weird": _acts("name"),
    "ssh": _succeeds("auth_success"),
    "ntlm": _succeeds("success"),
    "rfb": _succeeds("auth"),
    "mysql": _succeeds("success"),
}
