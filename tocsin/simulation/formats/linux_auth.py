"""``auth.log`` of Linux: syslog as rsyslog writes it to a file (RFC 3164), local time without year or zone.

Two machines or more write to one file, as they do where rsyslog forwards.
"""

from collections.abc import Iterator

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import AuthLine

FILE = "auth.log"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""``strftime`` would take those of the machine's locale."""


def _line(line: AuthLine, device: Device) -> Iterator[str]:
    local, _ = device.local(line.time)
    yield f"{MONTHS[local.month - 1]} {local.day:2} {local:%H:%M:%S} {line.host} {line.tag}: {line.message}"


WRITES: Writes = {AuthLine: _line}
