"""The parsers, by source type. A parser takes the text of one record and its origin and gives the fields that it understood.

It leaves the envelope to ``ingest.normalise``, tags the event ``parse:partial`` when a part escaped it, and raises ``NotUnderstood``
when the record is not of its format at all.
"""

from collections.abc import Callable, Mapping

from ingest.origin import Origin
from ingest.parsers import ecs, sshd, windows_event
from schemas.event import Event

Parser = Callable[[str, Origin], Event]

PARSERS: Mapping[str, Parser] = {
    "windows_event": windows_event.parse,
    "sshd": sshd.parse,
    "ecs": ecs.parse,
}
