"""The access log of a web server in the combined format, the same for Apache (``mod_log_config``) and NGINX (``log_format combined``)."""

from collections.abc import Iterator

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.formats.linux_auth import MONTHS
from tocsin.simulation.happenings import Request

FILE = "portail-access.log"


def _line(request: Request, device: Device) -> Iterator[str]:
    local, offset = device.local(request.time)
    yield (
        f"{request.client} - - [{local.day:02}/{MONTHS[local.month - 1]}/{local:%Y:%H:%M:%S} {offset}] "
        f'"{request.method} {request.target} HTTP/1.1" {request.status} {request.size} "{request.referer}" "{request.agent}"'
    )


WRITES: Writes = {Request: _line}
