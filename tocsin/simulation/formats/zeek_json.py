"""Zeek with ``LogAscii::use_json`` and the names of the logs in ``_path``, as *json-streaming-logs* writes them: conn, ssl, dns, http."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson

from tocsin.simulation.formats.device import Device, Writes
from tocsin.simulation.happenings import Connection, End, Question, Request
from tocsin.simulation.places import DIRECTORY, PORTAL

FILE = "zeek.json"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SERVICES = {"HTTPS": "ssl", "HTTP": "http", "DNS": "dns", "SSH": "ssh", "NTP": "ntp"}


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond:06}Z"


def _uid(device: Device) -> str:
    return "C" + "".join(device.rng.choices(_LETTERS, k=17))


def _head(path: str, time: datetime, uid: str, source: End, destination: End, seconds: float = 0.0) -> dict[str, Any]:
    return {
        "_path": path,
        "_write_ts": _iso(time + timedelta(seconds=seconds)),
        "ts": _iso(time),
        "uid": uid,
        "id.orig_h": source.ip,
        "id.orig_p": source.port,
        "id.resp_h": destination.ip,
        "id.resp_p": destination.port,
    }


def _connection(connection: Connection, device: Device) -> Iterator[bytes]:
    uid, source, destination = _uid(device), connection.source, connection.destination
    head = _head("conn", connection.time, uid, source, destination, connection.seconds)
    packets = 1 + connection.sent // 900, connection.received // 1200 + (1 if connection.allowed else 0)
    service = _SERVICES.get(connection.service) if connection.allowed else None
    yield orjson.dumps(
        {
            **head,
            "proto": connection.transport,
            **({"service": service} if service else {}),
            **({"duration": round(connection.seconds, 6)} if connection.allowed else {}),
            "orig_bytes": connection.sent,
            "resp_bytes": connection.received,
            "conn_state": "SF" if connection.allowed else "S0",
            "local_orig": source.zone != "wan",
            "local_resp": destination.zone != "wan",
            "missed_bytes": 0,
            "history": ("Dd" if connection.transport == "udp" else "ShADadFf") if connection.allowed else "S",
            "orig_pkts": packets[0],
            "orig_ip_bytes": connection.sent + 40 * packets[0],
            "resp_pkts": packets[1],
            "resp_ip_bytes": connection.received + 40 * packets[1],
        }
    )
    if connection.allowed and connection.service == "HTTPS" and connection.name:
        yield orjson.dumps(
            {
                **_head("ssl", connection.time, uid, source, destination),
                "version": "TLSv13",
                "cipher": "TLS_AES_256_GCM_SHA384",
                "curve": "x25519",
                "server_name": connection.name,
                "resumed": False,
                "established": True,
            }
        )


def _dns(question: Question, device: Device) -> Iterator[bytes]:
    client = End(question.client, device.rng.randrange(1024, 65535))
    yield orjson.dumps(
        {
            **_head("dns", question.time, _uid(device), client, End(DIRECTORY.ip, 53)),
            "proto": "udp",
            "trans_id": device.rng.getrandbits(16),
            "rtt": round(device.rng.uniform(0.0004, 0.03), 6),
            "query": question.name,
            "qclass": 1,
            "qclass_name": "C_INTERNET",
            "qtype": 1,
            "qtype_name": "A",
            "rcode": 0,
            "rcode_name": "NOERROR",
            "AA": False,
            "TC": False,
            "RD": True,
            "RA": True,
            "Z": 0,
            "answers": [question.answer],
            "TTLs": [300.0],
            "rejected": False,
        }
    )


def _http(request: Request, device: Device) -> Iterator[bytes]:
    """The portal's requests behind its reverse proxy, where they are not encrypted."""
    client = End(request.client, device.rng.randrange(1024, 65535), "wan")
    yield orjson.dumps(
        {
            **_head("http", request.time, _uid(device), client, End(PORTAL.ip, 80, "dmz")),
            "trans_depth": 1,
            "method": request.method,
            "host": device.place.web_name,
            "uri": request.target,
            "version": "1.1",
            "user_agent": request.agent,
            "request_body_len": 0,
            "response_body_len": request.size,
            "status_code": request.status,
            "status_msg": "OK" if request.status < 400 else "Error",  # noqa: PLR2004 - the class of the status (RFC 9110)
            "tags": [],
        }
    )


WRITES: Writes = {Connection: _connection, Question: _dns, Request: _http}
