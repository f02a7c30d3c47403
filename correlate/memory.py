"""The records that say where a detection is: ``seen/`` a detection that may still join, ``incident/`` the incidents themselves."""

from collections.abc import Iterable, Iterator, MutableMapping
from datetime import datetime, timedelta

from correlate import bounds, record
from schemas import codec
from schemas.detection import Detection
from schemas.incident import Incident

Memory = MutableMapping[str, bytes]

FRESH = timedelta(hours=1)
"""A record used again within this is not rewritten only to say so."""


def remember(memory: Memory, detection: Detection, now: datetime, *, name: str = "") -> None:
    """Keep a detection that may still join an incident, under its id or under the name of an episode; a known one stays."""
    key = f"seen/{name or detection.id}"
    if key not in memory:
        memory[key] = record.pack(now, [None, codec.encode(detection)])


def is_remembered(memory: Memory, name: str) -> bool:
    """Whether a detection is kept under this name."""
    return f"seen/{name}" in memory


def recall(memory: Memory, name: str) -> Detection | None:
    """The detection kept under a name, None when it was forgotten."""
    kept = record.unpack(memory.get(f"seen/{name}"))
    return codec.decode_as(Detection, kept[1]) if kept else None


def settle_in(memory: Memory, name: str, home: str, now: datetime) -> None:
    """Note that the detection is now in this incident."""
    data = memory.get(f"seen/{name}")
    if data is None:
        return
    known, body = record.unpack(data)
    if known != home or now - record.touched(data) > FRESH:
        memory[f"seen/{name}"] = record.pack(now, [home, body])


def home_of(memory: Memory, name: str) -> str | None:
    """The incident that the detection was last put into, None when it never was; that incident may have been merged since."""
    kept = record.unpack(memory.get(f"seen/{name}"))
    home: str | None = kept[0] if kept else None
    return home


class Folder:
    """The incidents that one step is about: each is read once and written once, as large as it may be."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._known: dict[str, Incident] = {}
        self._changed: set[str] = set()

    def homes(self, incident_ids: Iterable[str | None]) -> dict[str, Incident]:
        """The incidents that live on for these, through any merges, by id; those that are forgotten are left out."""
        living = dict.fromkeys(self.living(incident_id) for incident_id in incident_ids)
        return {incident_id: self._known[incident_id] for incident_id in living if incident_id}

    def living(self, incident_id: str | None) -> str | None:
        """The id that lives on for this one, through any merges; None when it is forgotten."""
        while incident_id is not None and (incident := self._read(incident_id)):
            if incident.merged_into is None:
                return incident_id
            incident_id = incident.merged_into
        return None

    def put(self, incident: Incident) -> None:
        """Take note of an incident as it is now."""
        if self._read(incident.id) != incident:
            self._changed.add(incident.id)
        self._known[incident.id] = incident

    def close(self, now: datetime) -> Iterator[Incident]:
        """Write all that were looked at, so that they are remembered as long as their detections; give those that changed."""
        for incident_id, incident in self._known.items():
            fitting = bounds.fit(incident)
            self.memory[f"incident/{incident_id}"] = record.pack(now, codec.encode(fitting))
            if incident_id in self._changed:
                yield fitting

    def _read(self, incident_id: str) -> Incident | None:
        if incident_id not in self._known and (data := record.unpack(self.memory.get(f"incident/{incident_id}"))):
            self._known[incident_id] = codec.decode_as(Incident, data)
        return self._known.get(incident_id)
