"""Which format writes which source type, and the name of its file."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tocsin.simulation.formats import (
    fortigate,
    linux_auth,
    patient_records,
    stormshield,
    suricata_eve,
    web_access,
    windows_event,
    zeek_json,
)
from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import Place


class Format(NamedTuple):
    """What a source type writes, and to which file; ``{shipper}`` in the name is that of the establishment."""

    file_name: str
    writes: Writes


FORMATS: Mapping[str, Format] = {
    "windows_event": Format(windows_event.FILE, windows_event.WRITES),
    "linux_auth": Format(linux_auth.FILE, linux_auth.WRITES),
    "fortigate": Format(fortigate.FILE, fortigate.WRITES),
    "stormshield": Format(stormshield.FILE, stormshield.WRITES),
    "web_access": Format(web_access.FILE, web_access.WRITES),
    "suricata_eve": Format(suricata_eve.FILE, suricata_eve.WRITES),
    "zeek_json": Format(zeek_json.FILE, zeek_json.WRITES),
    "ecs": Format(patient_records.FILE, patient_records.WRITES),
}


def file_name(place: Place, source_type: str) -> str:
    """What the log of this type is called there."""
    return FORMATS[source_type].file_name.format(shipper=place.shipper)


def written(happening: Happening, source_type: str, device: Device) -> Iterator[bytes]:
    """The lines, without their ends, that this source writes about it; none when it does not see such things."""
    write = FORMATS[source_type].writes.get(type(happening))
    if write is not None:
        for line in write(happening, device):
            yield line.encode() if isinstance(line, str) else line
