"""What the fields of one EVE object say together: level, outcome, whole addresses, times."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ingest.origin import Origin
from ingest.parsers.network_values import (
    base_name,
    first,
    long,
    set_dns_answers,
    set_tls_version,
    set_totals,
    set_url,
    text,
    texts,
)
from ingest.timestamps import told_rfc3339, told_utc
from ingest.values import put
from schemas.event import Event

Section = dict[str, Any]
Finish = Callable[[Event, Section, Origin], None]

_FIRST_ERROR = 400
"""RFC 9110 §15: status codes from here on are errors."""

_PRIORITIES: Mapping[Any, str] = {1: "high", 2: "medium", 3: "low"}
"""``alert.severity`` (the priority of ``classification.config``, 1 is the gravest) → level; what is above 3 informs.
The number stays native: in ``event.severity`` it would be read as a share of 100."""
_SEVERITIES: Mapping[str, str] = {"critical": "critical", "major": "high", "minor": "low", "informational": "informational"}
"""``alert.metadata.signature_severity``, which the author of the signature chose for it, → level."""
_ACTIONS: Mapping[Any, tuple[str | None, str | None]] = {"allowed": ("allowed", None), "blocked": ("denied", "failure")}
"""``alert.action`` → type and outcome: what was blocked did not succeed; of what passed nobody knows."""
_SPELLED = (
    ("mitre_tactic_name", "threat.tactic.name", "_", " "),
    ("mitre_technique_name", "threat.technique.name", "_", " "),
    ("cve", "vulnerability.id", "_", "-"),
)
"""Names in ``alert.metadata`` that are written with underscores, since rule metadata cannot hold spaces."""


def _alert(event: Event, section: Section, _origin: Origin) -> None:
    """A record of type *drop* carries the alert that dropped the packet; the alert is a record of its own."""
    metadata = section.get("metadata")
    metadata = metadata if type(metadata) is dict else {}
    put(event, "message", text(section.get("signature")))
    if event["event.kind"] == "alert":
        kind, outcome = _ACTIONS.get(first(section.get("action")), (None, None))
        event["log.level"] = _level(section.get("severity"), metadata)
        event["event.type"] = ["info", kind] if kind else ["info"]
        put(event, "event.outcome", outcome)
    for name, field, joint, written in _SPELLED if metadata else ():
        put(event, field, [item.replace(joint, written) for item in texts(metadata.get(name)) or ()] or None)


def _level(severity: Any, metadata: Section) -> str:
    chosen = _SEVERITIES.get((first(metadata.get("signature_severity")) or "").lower())
    return chosen or (_PRIORITIES.get(severity, "informational") if type(severity) is int else "high")


def _flow(event: Event, section: Section, origin: Origin) -> None:
    _times(event, section, origin)
    set_totals(event)


def _times(event: Event, section: Section, origin: Origin) -> None:
    times = {}
    for name in ("start", "end"):
        value = section.get(name)
        if type(value) is str and (told := told_rfc3339(value, origin.zone, origin.received)):
            event[f"event.{name}"] = told[0]
            times[name] = datetime.fromisoformat(told[0])
    if len(times) == 2 and times["end"] >= times["start"]:  # noqa: PLR2004 - both
        event["event.duration"] = int((times["end"] - times["start"]).total_seconds() * 1_000_000) * 1000


def _http(event: Event, section: Section, _origin: Origin) -> None:
    set_url(event)
    put(event, "http.version", (text(section.get("protocol")) or "").removeprefix("HTTP/") or None)
    if (status := event.get("http.response.status_code")) is not None:
        _ended(event, "http", worked=status < _FIRST_ERROR)


def _dns(event: Event, section: Section, _origin: Origin) -> None:
    """Version 1 has an answer a record, version 2 lists them, version 3 lists the questions too (Suricata 3, 4.1, 8)."""
    event["dns.type"] = "query" if text(section.get("type")) in {"query", "request"} else "answer"
    asked = _records(section, "queries") or _records(section, "query")
    if asked:
        put(event, "dns.question.name", text(asked[0].get("rrname")))
        put(event, "dns.question.type", text(asked[0].get("rrtype")))
    answers = _records(section, "answers")
    data = [value for record in answers if (value := text(record.get("rdata")))] or _grouped(section.get("grouped"))
    if single := text(section.get("rdata")):
        data.append(single)
    if data:
        set_dns_answers(event, data)
    if ttls := [ttl for record in (*answers, section) if (ttl := long(record.get("ttl"))) is not None]:
        event["dns.answers.ttl"] = ttls
    if types := [kind for record in answers if (kind := text(record.get("rrtype")))]:
        event["dns.answers.type"] = types
    if event["dns.type"] == "answer" and "dns.response_code" in event:
        _ended(event, "dns", worked=event["dns.response_code"] == "NOERROR")


def _records(section: Section, name: str) -> list[Section]:
    found = section.get(name)
    return [item for item in found if type(item) is dict] if type(found) is list else []


def _grouped(value: Any) -> list[str]:
    groups = value.values() if type(value) is dict else ()
    return [item for group in groups for item in texts(group) or ()]


def _tls(event: Event, section: Section, _origin: Origin) -> None:
    set_tls_version(event, section.get("version"))
    for name, field in (("notbefore", "tls.server.not_before"), ("notafter", "tls.server.not_after")):
        value = section.get(name)
        if type(value) is str and (told := told_utc(value)):
            event[field] = told[0]


def _path(event: Event, section: Section, _origin: Origin) -> None:
    put(event, "file.name", base_name(section.get("filename")))


def _smb(event: Event, section: Section, origin: Origin) -> None:
    _path(event, section, origin)
    status = section.get("status")
    if type(status) is str and status and status != "STATUS_MORE_PROCESSING_REQUIRED":  # half of a login is no outcome
        _ended(event, "smb", worked=status == "STATUS_SUCCESS")


def _krb5(event: Event, section: Section, _origin: Origin) -> None:
    _ended(event, "krb5", worked=not section.get("error_code") and section.get("msg_type") != "KRB_ERROR")


def _ended(event: Event, kind: str, *, worked: bool) -> None:
    """How the exchange ended is the outcome of its own record; of an alert about it, it is not."""
    if event["event.dataset"] == f"suricata.{kind}":
        event["event.outcome"] = "success" if worked else "failure"


FINISH: Mapping[str, Finish] = {
    "alert": _alert,
    "flow": _flow,
    "netflow": _times,
    "http": _http,
    "dns": _dns,
    "tls": _tls,
    "fileinfo": _path,
    "smb": _smb,
    "krb5": _krb5,
}
"""By the name of the object."""
