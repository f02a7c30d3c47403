"""FortiOS logs of inspected traffic: what was seen in it, whether it was let through, and which of it is an alert.

An alert is a log that names an attack graver than *info*, a virus, or a command server. Filtering, application control and the like are
events that rules may look at.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ingest.parsers.firewalls import CRITICAL, HIGH, LOW, MEDIUM, Values, copy, severity
from ingest.parsers.fortigate_fields import UTM
from ingest.values import put
from schemas.event import Event

TYPES = frozenset(
    {
        "utm",
        "anomaly",
        "app-ctrl",
        "dlp",
        "dns",
        "emailfilter",
        "file-filter",
        "ips",
        "ssh",
        "ssl",
        "virus",
        "voip",
        "waf",
        "webfilter",
    }
)
"""The type *utm*, and what it was before FortiOS 5.2: one type for each subtype."""

_DENIED = frozenset(
    {
        "block",
        "blocked",
        "clear_session",
        "deny",
        "drop",
        "drop_session",
        "dropped",
        "quarantine",
        "redirect",
        "reject",
        "reset",
        "reset_client",
        "reset_server",
    }
)
"""``action`` when FortiOS stopped it (*IPS profile actions*, Fortinet 292064; application control; DNS filter)."""
_ALLOWED = frozenset(
    {"accept", "allow", "detected", "exempt", "log", "monitored", "pass", "pass_session", "passthrough", "permit", "permitted"}
)

_STATED = {"critical": CRITICAL, "high": HIGH, "medium": MEDIUM, "low": LOW}
"""``severity`` of a signature; *info* is no alert."""
_BOTNET = "botnet"


class Alert(NamedTuple):
    """Number and name of what was found, and how grave the device says it is."""

    number: str
    name: str
    stated: int


def read_utm(event: Event, subtype: str, values: Values) -> None:
    """Fill what a log of inspected traffic says."""
    action = values.get("action", "").lower()
    event["event.action"] = action or values.get("eventtype", "").lower() or subtype
    event["event.category"] = ["network"]
    event["event.type"] = ["denied"] if action in _DENIED else ["allowed"] if action in _ALLOWED else ["info"]
    if action in _DENIED:
        # Of the firewall (ECS, *Using the categorization fields*); how what passed ended, nobody knows.
        event["event.outcome"] = "success"
    if alert := _ALERTS.get(subtype, _command_server)(values):
        _raise(event, subtype, values.get("eventtype", ""), alert)
    copy(event, UTM, values)
    if alert:
        event["event.severity"] = severity(alert.stated, event)
    if subtype == "dns":
        event["event.type"].append("protocol")
    _complete_url(event, values)


def _signature(values: Values) -> Alert | None:
    stated = _STATED.get(values.get("severity", "").lower())
    return Alert(values.get("attackid", ""), values["attack"], stated) if stated and values.get("attack") else None


def _rate(values: Values) -> Alert | None:
    """A flood passed a threshold: grave for the machine that it hits, and never a break-in."""
    found = _signature(values)
    return found._replace(stated=min(found.stated, MEDIUM)) if found else None


def _virus(values: Values) -> Alert | None:
    return Alert(values.get("virusid", ""), values["virus"], HIGH) if values.get("virus") else None


def _command_server(values: Values) -> Alert | None:
    name = values.get("botnetdomain") or values.get("botnetip")
    return Alert(_BOTNET, f"Botnet C&C: {name}", HIGH) if name else None


_ALERTS: Mapping[str, Callable[[Values], Alert | None]] = {
    "ips": _signature,
    "waf": _signature,
    "anomaly": _rate,
    "virus": _virus,
}
"""Subtype → what in its logs is an alert."""


def _raise(event: Event, subtype: str, eventtype: str, alert: Alert) -> None:
    event["event.kind"] = "alert"
    event["event.category"].append("malware" if subtype == "virus" else "intrusion_detection")
    event["rule.id"] = f"fortigate:{subtype}:{alert.number or alert.name}"  # other vendors count from 1 as well
    event["rule.name"] = alert.name
    event["rule.category"] = subtype
    if _BOTNET in (alert.number, eventtype):
        event["threat.tactic.id"], event["threat.tactic.name"] = ["TA0011"], ["Command and Control"]


def _complete_url(event: Event, values: Values) -> None:
    """``url`` is a path behind ``hostname``, or whole; only HTTP and HTTPS make it an address of the Web."""
    url = event.get("url.original")
    if url is None:
        return
    whole = url
    service = values.get("service", "").lower()
    if url[:1] == "/" and service in {"http", "https"} and (host := event.get("url.domain")):
        whole = f"{service}://{host}{url}"
    scheme, found, rest = whole.partition("://")
    if found and scheme.lower() in {"http", "https"}:
        event["url.full"], event["url.scheme"] = whole, scheme.lower()
        url = "/" + rest.partition("/")[2]
    path, _, query = url.partition("?")
    put(event, "url.path", path or None)
    put(event, "url.query", query or None)
