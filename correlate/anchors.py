"""The same machines: what happens on hosts of an incident, at two of its trust domains and within a day, belongs to it.

A correlation that counts sites shares no value with the intrusion it is the end of; the hosts tell that it is the same night. One
host is not enough, and two incidents that each have an attacker's value of their own are one only where both act *inside* those
hosts: a gateway that every attacker enters by would join attacks that have nothing in common, while an intruder who changes servers
goes on where he was.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from correlate import record
from correlate.memory import Memory
from correlate.rules.attack import BEFORE_ENTRY
from correlate.spread import spanning
from schemas.detection import Detection
from schemas.ids import digest

NEAR = timedelta(days=1)
MAX_HOSTS = 2
"""Hosts kept of one detection: where it happened, and who saw it."""
HOST_DIGITS = 16
ENTERING = BEFORE_ENTRY | {"credential-access"}
"""Tactics of coming in; whatever else a rule speaks of is done inside."""


class Place(NamedTuple):
    """A host of one trust domain, at a moment."""

    trust_domain: str
    site: str
    host: str
    """A digest of its name: names are as long as whoever writes the log likes."""
    time: int
    """Event time in microseconds."""
    inside: bool = False
    """Whether somebody acted there, and did not only come in."""


def places_of(detection: Detection, trust_domain: str) -> tuple[Place, ...]:
    """The hosts that a detection speaks of."""
    time = record.microseconds(detection.time)
    inside = not ENTERING.issuperset(detection.tactics)
    hosts = [digest(item.value)[:HOST_DIGITS] for item in detection.entities if item.kind == "host"]
    return tuple(Place(trust_domain, detection.site, host, time, inside) for host in hosts[:MAX_HOSTS])


def incident_at(memory: Memory, place: Place, *, inside: bool = False) -> str | None:
    """The incident that holds the host of this place, when its last part there was near in time; ``inside``, if both acted there."""
    if inside and not place.inside:
        return None
    kept = record.unpack(memory.get(_key(place, inside=inside)))
    if kept is None or abs(kept[1] - place.time) > NEAR // timedelta(microseconds=1):
        return None
    incident: str = kept[0]
    return incident


def holders(places: Iterable[Place], incident_of: Callable[[Place], str | None]) -> dict[str, tuple[str, ...]]:
    """The incidents that hold these hosts at two trust domains, with the sites of those hosts."""
    held = [(incident, place) for place in places if (incident := incident_of(place))]
    return {
        incident: tuple(sorted({place.site for holder, place in held if holder == incident}))
        for incident in spanning((incident, place.trust_domain) for incident, place in held)
    }


def hold(memory: Memory, places: Iterable[Place], incident: str, now: datetime) -> None:
    """Note that these hosts are part of the incident."""
    for place in places:
        for key in {_key(place, inside=False), _key(place, inside=place.inside)}:
            kept = record.unpack(memory.get(key))
            latest = max(kept[1], place.time) if kept and kept[0] == incident else place.time
            memory[key] = record.pack(now, [incident, latest])


def _key(place: Place, *, inside: bool) -> str:
    return f"{'inside' if inside else 'host'}/{place.trust_domain}/{place.host}"
