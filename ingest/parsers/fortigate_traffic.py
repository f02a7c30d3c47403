"""FortiOS logs of sessions: forwarded, to and from the firewall itself, sniffed, multicast."""

from collections.abc import Mapping

from ingest.parsers.firewalls import Values, add_totals, copy, drop_names_of_addresses
from ingest.parsers.fortigate_fields import DIRECTIONS, TRAFFIC
from schemas.event import Event

_DENIED = ("connection", "denied")
_ENDED = ("connection", "end", "allowed")
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "deny": _DENIED,
    "start": ("connection", "start", "allowed"),
}
"""``action`` → ``event.type``. *Deny* is blocked by a policy, every other one was allowed and says how it ended (LOG_ID_TRAFFIC_*)."""
_FAILED = frozenset({"dns", "ip-conn"})
"""The session was allowed, and its name or its host was not found."""
_UTM_DENIED = "block"


def read_traffic(event: Event, values: Values) -> None:
    """Fill what a log of a session says.

    That a policy blocked is a success of the firewall (ECS, *Using the categorization fields*); what was asked of it is in
    ``event.type``.
    """
    action = values.get("action", "").lower()
    if action:
        event["event.action"] = action
    event["event.category"] = ["network"]
    kind = _DENIED if values.get("utmaction") == _UTM_DENIED else _ACTIONS.get(action, _ENDED)
    event["event.type"] = list(kind)
    event["event.outcome"] = "failure" if action in _FAILED else "success"
    copy(event, TRAFFIC, values)
    add_totals(event)
    drop_names_of_addresses(event)
    direction = DIRECTIONS.get((event.get("observer.ingress.zone", ""), event.get("observer.egress.zone", "")))
    if direction:
        event["network.direction"] = direction
