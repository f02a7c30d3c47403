"""Suricata 7, EVE JSON (Suricata user guide, *Eve JSON format*): flows with the TLS name, HTTP requests, DNS queries, alerts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import Connection, End, Intrusion, Question, Request
from tocsin.simulation.places import DIRECTORY, PORTAL

FILE = "eve.json"
_APPLICATIONS = {"HTTPS": "tls", "HTTP": "http", "DNS": "dns", "SSH": "ssh", "NTP": "ntp"}


def _stamp(time: datetime, device: Device) -> str:
    local, offset = device.local(time)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond:06}{offset}"


def _head(time: datetime, device: Device, kind: str, source: End, destination: End, transport: str = "TCP") -> dict[str, Any]:
    return {
        "timestamp": _stamp(time, device),
        "flow_id": device.rng.getrandbits(50),
        "in_iface": "eth1",
        "event_type": kind,
        "src_ip": source.ip,
        "src_port": source.port,
        "dest_ip": destination.ip,
        "dest_port": destination.port,
        "proto": transport,
        "pkt_src": "wire/pcap",
    }


def _flow(connection: Connection, device: Device) -> Iterator[bytes]:
    """A TLS connection with a name is told by ``tls``, any other by ``flow``; to write both would only double the log."""
    transport = connection.transport.upper()
    if connection.service == "HTTPS" and connection.name:
        head = _head(connection.time, device, "tls", connection.source, connection.destination)
        yield orjson.dumps({**head, "tls": {"sni": connection.name, "version": "TLS 1.3"}})
        return
    head = _head(connection.time, device, "flow", connection.source, connection.destination, transport)
    yield orjson.dumps(
        {
            **head,
            "app_proto": _APPLICATIONS.get(connection.service, "failed"),
            "flow": {
                "pkts_toserver": 1 + connection.sent // 900,
                "pkts_toclient": connection.received // 1200 + (1 if connection.allowed else 0),
                "bytes_toserver": connection.sent + 66,
                "bytes_toclient": connection.received,
                "start": _stamp(connection.time - timedelta(seconds=connection.seconds), device),
                "end": _stamp(connection.time, device),
                "age": round(connection.seconds),
                "state": "closed" if connection.allowed else "new",
                "reason": "timeout",
                "alerted": False,
            },
        }
    )


def _http(request: Request, device: Device) -> Iterator[bytes]:
    """The portal's requests behind its reverse proxy, where they are not encrypted."""
    client = End(request.client, device.rng.randrange(1024, 65535), "wan")
    head = _head(request.time, device, "http", client, End(PORTAL.ip, 80, "dmz"))
    yield orjson.dumps(
        {
            **head,
            "tx_id": 0,
            "http": {
                "hostname": device.place.web_name,
                "url": request.target,
                "http_user_agent": request.agent,
                "http_content_type": "text/html",
                "http_method": request.method,
                "protocol": "HTTP/1.1",
                "status": request.status,
                "length": request.size,
            },
        }
    )


def _dns(question: Question, device: Device) -> Iterator[bytes]:
    client = End(question.client, device.rng.randrange(1024, 65535))
    head = _head(question.time, device, "dns", client, End(DIRECTORY.ip, 53), "UDP")
    record = {"type": "query", "id": device.rng.getrandbits(16), "rrname": question.name, "rrtype": "A", "tx_id": 0, "opcode": 0}
    yield orjson.dumps({**head, "dns": record})


def _alert(intrusion: Intrusion, device: Device) -> Iterator[bytes]:
    signature = intrusion.signature
    head = _head(intrusion.time, device, "alert", intrusion.source, intrusion.destination)
    yield orjson.dumps(
        {
            **head,
            "tx_id": 0,
            "alert": {
                "action": "allowed",
                "gid": 1,
                "signature_id": signature.suricata_id,
                "rev": 3,
                "signature": signature.suricata,
                "category": signature.category,
                "severity": signature.severity,
            },
            "http": {
                "hostname": device.place.web_name,
                "url": intrusion.url,
                "http_method": "GET",
                "protocol": "HTTP/1.1",
                "status": 404 if intrusion.blocked else 200,
                "length": 0,
            },
            "app_proto": "http",
            "direction": "to_server",
            "flow": {
                "pkts_toserver": 4,
                "pkts_toclient": 3,
                "bytes_toserver": 820,
                "bytes_toclient": 410,
                "start": _stamp(intrusion.time, device),
                "src_ip": intrusion.source.ip,
                "dest_ip": intrusion.destination.ip,
                "src_port": intrusion.source.port,
                "dest_port": intrusion.destination.port,
            },
        }
    )


WRITES: Writes = {Connection: _flow, Request: _http, Question: _dns, Intrusion: _alert}
