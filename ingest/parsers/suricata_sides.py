"""Who opened the connection that an EVE record speaks of.

``src_ip`` and ``dest_ip`` are those of the flow in most records, and those of one packet in alerts, drops and anomalies; files have the
sender, answers of DNS the server (Suricata, ``output-json-alert.c``, ``output-json-file.c``, ``output-json-dns.c``). Since Suricata 7 an
alert says it: ``flow.src_ip`` and ``direction``.
"""

from typing import Any, NamedTuple

from ingest.parsers.network_table import tag
from ingest.parsers.network_values import Document, from_server, ip, port
from ingest.values import put
from schemas.event import Event

OF_A_PACKET = "direction:packet"
"""Tag: the record names the sender and the receiver of a packet only; the source may be who answered."""

_PACKETS = frozenset({"alert", "drop", "anomaly"})
_ONE_WAY = frozenset({"dns", "fileinfo", "netflow"})
"""Types whose records may name the server first; only their ports tell."""


class _Sides(NamedTuple):
    source: tuple[Any, Any]
    destination: tuple[Any, Any]


def set_sides(event: Event, document: Document, kind: str) -> None:
    """Fill ``source`` and ``destination``."""
    sides = _sides(event, document, kind)
    for name, (address, number) in (("source", sides.source), ("destination", sides.destination)):
        put(event, f"{name}.ip", ip(address))
        put(event, f"{name}.port", port(number))


def _sides(event: Event, document: Document, kind: str) -> _Sides:
    flow = document.get("flow")
    if type(flow) is dict and flow.get("src_ip"):
        return _Sides((flow["src_ip"], flow.get("src_port")), (flow.get("dest_ip"), flow.get("dest_port")))
    sides = _Sides(
        (document.get("src_ip"), document.get("src_port")),
        (document.get("dest_ip"), document.get("dest_port")),
    )
    said = document.get("direction")
    if said == "to_client" or (said is None and _answers(document, kind, sides)):
        return _Sides(sides.destination, sides.source)
    if said is None and kind in _PACKETS:
        tag(event, OF_A_PACKET)
    return sides


def _answers(document: Document, kind: str, sides: _Sides) -> bool:
    """Whether a record that does not name the flow is one of a server speaking."""
    if kind == "dhcp":
        lease = document.get("dhcp")
        return type(lease) is dict and lease.get("type") == "reply"
    return kind in _ONE_WAY and from_server(sides.source[1], sides.destination[1])
