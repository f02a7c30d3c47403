"""The records that say where a detection is: ``seen/`` a detection that may still join, ``incident/`` the incidents themselves."""

from collections.abc import MutableMapping
from datetime import datetime

from correlate import record
from schemas import codec
from schemas.detection import Detection
from schemas.incident import Incident

Memory = MutableMapping[str, bytes]


def remember(memory: Memory, detection: Detection, now: datetime, *, name: str = "") -> None:
    """Keep a detection that may still join an incident, under its id or under the name of an episode; a known one stays."""
    key = f"seen/{name or detection.id}"
    if key not in memory:
        memory[key] = record.pack(now, [None, codec.encode(detection)])


def recall(memory: Memory, name: str) -> Detection | None:
    """The detection kept under a name, None when it was forgotten."""
    kept = record.unpack(memory.get(f"seen/{name}"))
    return codec.decode_as(Detection, kept[1]) if kept else None


def settle_in(memory: Memory, name: str, home: str, now: datetime) -> None:
    """Note that the detection is now in this incident."""
    kept = record.unpack(memory.get(f"seen/{name}"))
    if kept:
        memory[f"seen/{name}"] = record.pack(now, [home, kept[1]])


def is_member(memory: Memory, name: str) -> bool:
    """Whether the detection was ever put into an incident."""
    kept = record.unpack(memory.get(f"seen/{name}"))
    return bool(kept and kept[0])


def home_of(memory: Memory, name: str) -> Incident | None:
    """The incident that a detection is in now, through any merges; None when it is in none that is remembered."""
    kept = record.unpack(memory.get(f"seen/{name}"))
    return resolved(memory, kept[0]) if kept else None


def resolved(memory: Memory, incident_id: str | None) -> Incident | None:
    """The incident that lives on, through any merges; None when it is not remembered."""
    while incident_id is not None and (current := load(memory, incident_id)):
        if current.merged_into is None:
            return current
        incident_id = current.merged_into
    return None


def load(memory: Memory, incident_id: str) -> Incident | None:
    """The incident as last kept."""
    data = record.unpack(memory.get(f"incident/{incident_id}"))
    return codec.decode_as(Incident, data) if data else None


def keep(memory: Memory, incident: Incident, now: datetime) -> None:
    """Replace what is kept of the incident."""
    memory[f"incident/{incident.id}"] = record.pack(now, codec.encode(incident))
