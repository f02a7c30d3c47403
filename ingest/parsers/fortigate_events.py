"""FortiOS logs of type *event*, as tables: tunnels, logins, changes of the configuration.

A remote user whose tunnel comes up has logged in: ``event.action`` is ``vpn-login`` then. A tunnel between two gateways has no user
and is none.
"""

from collections.abc import Mapping

from ingest.parsers.firewalls import LONGEST_ADDRESS, NOTHING, Values, copy
from ingest.parsers.fortigate_fields import CALLED, CALLING, EVENT, VPN
from ingest.values import address, put
from schemas.event import Event

Kind = tuple[tuple[str, ...], tuple[str, ...]]
"""``event.category`` and ``event.type``."""

_LOGIN: Kind = (("authentication", "session"), ("start",))
_LOGOUT: Kind = (("session",), ("end",))
_AUTHENTICATION: Kind = (("authentication",), ("start",))
_CHANGE: Kind = (("configuration",), ("change",))
_NETWORK: Kind = (("network",), ("info",))
_HOST: Kind = (("host",), ("info",))

_SUBTYPES: Mapping[str, Kind] = {
    "vpn": _NETWORK,
    "router": _NETWORK,
    "sdwan": _NETWORK,
    "wad": _NETWORK,
    "wireless": _NETWORK,
    "user": (("iam",), ("user", "info")),
}
"""What the subtype alone tells; the others speak of the machine itself."""

_ACTIONS: Mapping[tuple[str, str], Kind] = {
    ("vpn", "tunnel-up"): (("session",), ("start",)),
    ("vpn", "tunnel-down"): _LOGOUT,
    ("vpn", "tunnel-stats"): (("session",), ("info",)),
    ("vpn", "ssl-new-con"): (("network",), ("connection", "start")),
    ("vpn", "negotiate"): (("network",), ("protocol",)),
    ("user", "authentication"): _AUTHENTICATION,
    ("user", "auth-logon"): (("session",), ("start",)),
    ("user", "auth-logoff"): _LOGOUT,
    ("user", "fsso-logon"): (("session",), ("start",)),
    ("user", "fsso-logoff"): _LOGOUT,
    ("system", "login"): _AUTHENTICATION,
    ("system", "logout"): _LOGOUT,
}

_VERBS = {"add": "creation", "edit": "change", "delete": "deletion"}
_ACCOUNTS = {"system.admin": "admin", "user.local": "user", "user.group": "group"}
"""Paths of the configuration that hold accounts → the ECS type of what is changed."""

_OUTCOMES = {
    "success": "success",
    "succeeded": "success",
    "logon": "success",
    "logout": "success",
    "failed": "failure",
    "failure": "failure",
    "timed_out": "failure",
    "negotiate_error": "failure",
    "dpd_failure": "failure",
}
"""``status`` → ``event.outcome``."""

_REMOTE_USERS = ("ssl-tunnel", "ssl-web")
_XAUTH = "XAUTH authentication "
"""``result`` of the negotiation that checks a user's password."""


def read_event(event: Event, subtype: str, values: Values) -> None:
    """Fill what a log of type *event* says."""
    action = values.get("action", "").lower()
    event["event.action"] = action or values.get("logdesc", "").lower() or subtype
    put(event, "event.outcome", _OUTCOMES.get(values.get("status", "").lower()))
    category, kind = _ACTIONS.get((subtype, action)) or _SUBTYPES.get(subtype, _HOST)
    event["event.category"], event["event.type"] = list(category), list(kind)
    if subtype == "vpn":
        _read_vpn(event, action, values)
    else:
        copy(event, EVENT, values)
        _read_console(event, values.get("ui", ""))
        _read_change(event, action, values)
    if action == "perf-stats":
        event["event.kind"] = "metric"


def _read_vpn(event: Event, action: str, values: Values) -> None:
    calling = values.get("init") == "local" or values.get("role") == "initiator"
    copy(event, CALLING if calling else CALLED, values)
    copy(event, VPN, values)
    outcome = _login(event, action, values)
    if outcome:
        event["event.action"], event["event.outcome"] = "vpn-login", outcome
        event["event.category"], event["event.type"] = (list(part) for part in _LOGIN)
    elif action == "tunnel-down" and "user.name" in event:
        event["event.action"] = "vpn-logout"


def _login(event: Event, action: str, values: Values) -> str | None:
    """How a remote user's login ended; None when the log is of something else."""
    if action == "ssl-login-fail":
        return "failure"
    if action == "tunnel-up":
        return "success" if values.get("tunneltype") in _REMOTE_USERS or "user.name" in event else None
    if action == "negotiate" and values.get("result", "").startswith(_XAUTH):
        return _OUTCOMES.get(values.get("status", "").lower())
    return None


def _read_console(event: Event, text: str) -> None:
    """``ui`` is how an administrator came: ``https(192.0.2.7)``, ``ssh(192.0.2.7)``, ``GUI(192.0.2.7)``, or the address alone."""
    before, _, behind = text.partition("(")
    place = behind.removesuffix(")") or before
    put(event, "source.ip", address(place) if len(place) <= LONGEST_ADDRESS else None)


def _read_change(event: Event, action: str, values: Values) -> None:
    path = values.get("cfgpath", "")
    if not path or path in NOTHING:
        if event["event.action"] == "configuration changed":
            event["event.category"], event["event.type"] = (list(part) for part in _CHANGE)
        return
    event["event.category"], event["event.type"] = ["configuration"], [_VERBS.get(action, "change")]
    event["event.outcome"] = "success"
    if account := _ACCOUNTS.get(path):
        event["event.category"].append("iam")
        event["event.type"].append(account)
        put(event, "group.name" if account == "group" else "user.target.name", values.get("cfgobj") or None)
