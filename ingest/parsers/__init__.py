"""The parsers, by source type. A parser takes the text of one record and its origin and gives the fields that it understood.

It leaves the envelope to ``ingest.normalise``, tags the event ``parse:partial`` when a part escaped it, and raises ``NotUnderstood``
when the record is not of its format at all.
"""

from collections.abc import Callable, Mapping

from ingest.origin import Origin
from ingest.parsers import ecs, fortigate, linux_auth, sshd, stormshield, suricata_eve, web_access, windows_event, zeek_json
from schemas.event import Event

Parser = Callable[[str, Origin], Event]

PARSERS: Mapping[str, Parser] = {
    "windows_event": windows_event.parse,
    "linux_auth": linux_auth.parse,
    "sshd": sshd.parse,
    "web_access": web_access.parse,
    "suricata_eve": suricata_eve.parse,
    "zeek_json": zeek_json.parse,
    "fortigate": fortigate.parse,
    "stormshield": stormshield.parse,
    "ecs": ecs.parse,
}

Evidence = Callable[[str], str | None]
"""Why one record looks like the source type, or None; cheap, and of the record's form, not of what a visitor could type into it."""

EVIDENCE: Mapping[str, Evidence] = {
    "windows_event": windows_event.evidence,
    "suricata_eve": suricata_eve.evidence,
    "zeek_json": zeek_json.evidence,
    "fortigate": fortigate.evidence,
    "stormshield": stormshield.evidence,
    "linux_auth": linux_auth.evidence,
    "sshd": sshd.evidence,
    "web_access": web_access.evidence,
    "ecs": ecs.evidence,
}
"""In the order of preference: what is special stands before what is general."""
