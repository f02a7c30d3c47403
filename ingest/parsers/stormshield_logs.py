"""The audit logs of SNS, one reader each: sessions, alarms, people, tunnels, the machine."""

from collections.abc import Callable, Mapping

from ingest.parsers.firewalls import HIGH, Values, add_totals, copy, drop_names_of_addresses, severity
from ingest.parsers.stormshield_fields import ALARM, INITIATOR, IPSEC, PEOPLE, REMOTE, RESPONDER, RULE, SESSION, SYSTEM, WEB
from ingest.values import address, put
from schemas.event import Event

_BLOCK = "block"
_ENDS: Mapping[str, tuple[str, ...]] = {
    "pass": ("connection", "allowed"),
    _BLOCK: ("connection", "denied"),
}
"""``action`` → ``event.type``; empty where a rule only logs."""


def _session(event: Event, values: Values, default: str = "") -> None:
    """``l_filter``, ``l_connection``, ``l_plugin`` and the application logs. That a rule blocked is a success of the firewall."""
    action = values.get("action", default).lower()
    put(event, "event.action", action or None)
    _categorise(event, "network", *_ENDS.get(action, ("connection",)))
    if action in _ENDS:
        event["event.outcome"] = "success"
    copy(event, RULE, values)
    _read_ends(event, values)
    add_totals(event)


def _connection(event: Event, values: Values) -> None:
    """A connection is written when it is over; it passed, whether or not ``action`` says so."""
    _session(event, values, "pass")
    event["event.type"].insert(1, "end")


def _read_ends(event: Event, values: Values) -> None:
    """``modsrc`` is what the source became; ``origdst`` is what the client asked for, ``dst`` what became of it."""
    copy(event, SESSION, values)
    drop_names_of_addresses(event)
    translated, asked = address(values.get("modsrc", "")), address(values.get("origdst", ""))
    if translated and translated != event.get("source.ip"):
        event["source.nat.ip"] = translated
    if asked and (real := event.get("destination.ip")) and asked != real:
        event["destination.nat.ip"], event["destination.ip"] = real, asked


def _web(event: Event, values: Values) -> None:
    _session(event, values)
    event["event.category"].append("web")
    copy(event, WEB, values)
    path, protocol, host = event.get("url.original", ""), event.get("network.protocol"), event.get("url.domain")
    if path[:1] == "/":
        before, _, query = path.partition("?")
        put(event, "url.path", before)
        put(event, "url.query", query or None)
        if host and protocol in {"http", "https"}:
            event["url.full"] = f"{protocol}://{host}{path}"


_MAJOR = "1"
"""``pri`` of a major alarm; 4 is minor: *interactive connection detected* is one, at every SSH session."""
_OF_THE_MACHINE = "system"


def _alarm(event: Event, values: Values) -> None:
    """An alert is a major alarm about traffic; minor ones, and those about the firewall itself, are events."""
    if values.get("class") == _OF_THE_MACHINE:
        _machine(event, values)
        copy(event, ALARM, values)
        return
    action = values.get("action", "").lower()
    event["event.action"] = action or "alarm"
    _categorise(event, "intrusion_detection", *(_ENDS.get(action, ("", "info"))[1:]))
    event["event.category"].append("network")
    if action == _BLOCK:
        event["event.outcome"] = "success"  # of the firewall; how what passed ended, nobody knows
    _read_ends(event, values)
    copy(event, ALARM, values)
    put(event, "rule.name", values.get("msg") or None)
    put(event, "rule.id", f"stormshield:alarm:{values.get('alarmid') or 'unknown'}")  # other vendors count from 1 as well
    if values.get("pri") == _MAJOR:
        event["event.kind"] = "alert"
        event["event.severity"] = severity(HIGH, event)


_LOGIN = ("authentication", "session"), ("start",)
_SPOKEN = (
    ("ssh authentication success", "success"),
    ("ssh authentication failed", "failure"),
    ("error during authentication", "failure"),
    ("authentication failed", "failure"),
)
"""What messages begin with where there is no return code."""
_LEAVING = ("logged out", "logout", "disconnected", "expired")
"""Words of a message that ends a session: it must not pass for a login that worked."""
_REMOTE_METHOD = "OPENVPN"
"""``method`` of the SSL VPN in ``l_auth``."""


def _outcome(values: Values) -> str | None:
    """``error`` is the return code, 0 for success; some logs have only the message."""
    if code := values.get("error", ""):
        return "success" if code == "0" else "failure"
    said = values.get("msg", "").lower()
    return next((outcome for begins, outcome in _SPOKEN if said.startswith(begins)), None)


def _authentication(event: Event, values: Values) -> None:
    remote = values.get("method") == _REMOTE_METHOD
    said = values.get("msg", "").lower()
    copy(event, PEOPLE, values)
    put(event, "event.outcome", _outcome(values))
    if said.startswith("totp enrolment"):
        event["event.action"] = "totp enrolment"
        _categorise(event, "iam", "user", "change")
    elif any(word in said for word in _LEAVING):
        event["event.action"] = "vpn-logout" if remote else "logout"
        _categorise(event, "session", "end")
    else:
        event["event.action"] = "vpn-login" if remote else "login"
        event["event.category"], event["event.type"] = (list(part) for part in _LOGIN)


_TUNNEL_UP = ("ssl tunnel created", "ssl vpn tunnel opened")


def _remote_access(event: Event, values: Values) -> None:
    """``l_xvpn``: a tunnel that comes up is a login; so is one that its user's password kept down."""
    copy(event, PEOPLE, values)
    copy(event, REMOTE, values)
    outcome, said = _outcome(values), values.get("msg", "").lower()
    if outcome == "failure" or said.startswith(_TUNNEL_UP):
        event["event.action"], event["event.outcome"] = "vpn-login", outcome or "success"
        event["event.category"], event["event.type"] = (list(part) for part in _LOGIN)
        return
    put(event, "event.outcome", outcome)
    event["event.action"] = said[:64] or "xvpn"
    _categorise(event, "session", "info")


_ESTABLISHED, _SECOND_PHASE, _ERROR = "phase established", "2", "2"


def _ipsec(event: Event, values: Values) -> None:
    """``l_vpn``: a second phase established for a user is a login; for a gateway it is a tunnel."""
    copy(event, INITIATOR if values.get("side") == "initiator" else RESPONDER, values)
    copy(event, IPSEC, values)
    said = values.get("msg", "").lower()
    up = said == _ESTABLISHED and values.get("phase") == _SECOND_PHASE
    if up and "user.name" in event:
        event["event.action"], event["event.outcome"] = "vpn-login", "success"
        event["event.category"], event["event.type"] = (list(part) for part in _LOGIN)
        put(event, "source.nat.ip", address(values.get("remotenet", "")))
        return
    event["event.action"] = said[:64] or "vpn"
    _categorise(event, "session" if up else "network", "start" if up else "info")
    put(event, "event.outcome", "failure" if values.get("error") == _ERROR else "success" if up else None)


def _command(event: Event, values: Values) -> None:
    """``l_server``: commands of administrators. ``ACTIVATE`` is the word that makes a change work."""
    said = values.get("msg", "")
    words = said.split(" ", 8)
    copy(event, PEOPLE, values)
    put(event, "event.outcome", _outcome(values))
    event["event.action"] = " ".join(words[:3]).lower()[:64] or "command"
    changes = "ACTIVATE" in words and "cancelall" not in words
    _categorise(event, "configuration", "change" if changes else "info")


def _machine(event: Event, values: Values) -> None:
    event["event.action"] = values.get("service") or "system"
    _categorise(event, "host", "info")
    copy(event, SYSTEM, values)


def _figures(event: Event, _values: Values) -> None:
    """Counters and states, at regular intervals."""
    event["event.kind"] = "metric"
    _categorise(event, "host", "info")


def _vulnerability(event: Event, values: Values) -> None:
    event["event.action"] = "vulnerability"
    _categorise(event, "vulnerability", "info")
    copy(event, SYSTEM, values)


def _categorise(event: Event, category: str, *types: str) -> None:
    event["event.category"], event["event.type"] = [category], list(types)


LOGS: Mapping[str, tuple[str, Callable[[Event, Values], None]]] = {
    "filter": ("filter", _session),
    "connection": ("connection", _connection),
    "plugin": ("connection", _session),
    "ftp": ("connection", _session),
    "pop3": ("connection", _session),
    "smtp": ("connection", _session),
    "ssl": ("connection", _session),
    "sandboxing": ("connection", _session),
    "web": ("web", _web),
    "alarm": ("alarm", _alarm),
    "auth": ("auth", _authentication),
    "xvpn": ("vpn", _remote_access),
    "vpn": ("vpn", _ipsec),
    "server": ("server", _command),
    "system": ("system", _machine),
    "date": ("system", _machine),
    "routing": ("system", _machine),
    "dmrouting": ("system", _machine),
    "pvm": ("pvm", _vulnerability),
    "authstat": ("stat", _figures),
    "count": ("stat", _figures),
    "filterstat": ("stat", _figures),
    "monitor": ("stat", _figures),
    "routerstat": ("stat", _figures),
}
"""``logtype`` → the end of ``event.dataset``, and the reader."""
