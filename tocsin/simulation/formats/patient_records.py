"""The audit trail of the patient records, which its editor exports as ECS documents, one JSON object a line (source type ``ecs``).

``event.action`` is ``consultation`` for an ordinary access and ``acces-urgence`` for one that breaks the glass, with the reason that the
person gave in ``event.reason``.
"""

from collections.abc import Iterator
from datetime import datetime

import orjson

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import RecordAccess
from tocsin.simulation.places import RECORDS

FILE = "dpi-audit.ndjson"
EMERGENCY = "acces-urgence"


def iso(time: datetime) -> str:
    """UTC with milliseconds."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def _line(access: RecordAccess, device: Device) -> Iterator[bytes]:
    document = {
        "@timestamp": iso(access.time),
        "ecs": {"version": "8.17.0"},
        "event": {
            "kind": "event",
            "module": "dpi",
            "dataset": "dpi.access",
            "category": ["database"],
            "type": ["access"],
            "action": access.action,
            "outcome": "success",
            **({"reason": access.reason} if access.reason else {}),
        },
        "user": {"name": access.user},
        "source": {"ip": access.ip},
        "host": {"name": f"{RECORDS.name}.{device.place.domain}"},
        "service": {"name": "dossier-patient", "type": "dpi"},
        "message": _TEXTS[access.action],
    }
    yield orjson.dumps(document)


_TEXTS = {"consultation": "Consultation d'un dossier", EMERGENCY: "Accès d'urgence à un dossier hors du service (bris de glace)"}

WRITES: Writes = {RecordAccess: _line}
