"""What the objects inside an EVE record mean, as tables: their fields to ECS.

An ``alert`` carries the same ``http``, ``dns`` or ``tls`` object as the record of that type, so there is one table for each object
(docs.suricata.io, *Eve JSON Format*; ``etc/schema.json``). What has no row is kept below ``suricata.eve``; payloads, packets and lists
of objects stay in the record only.
"""

from collections.abc import Mapping
from functools import lru_cache

from ingest.parsers.network_table import Row, Rows, Table
from ingest.parsers.network_values import (
    base_name,
    digest,
    fingerprint,
    first,
    flag,
    host_name,
    ip,
    long,
    lower,
    mac,
    mailbox,
    mailboxes,
    port,
    text,
    texts,
)

ROOT = "suricata.eve."

_TOP: Rows = {
    "proto": ("network.transport", lower),
    "community_id": ("network.community_id", text),
    "host": ("observer.name", text),
    "in_iface": ("observer.ingress.interface.name", text),
    "xff": ("network.forwarded_ip", ip),
}

_TRACKED: dict[str, Row] = {
    "pkts_toserver": ("source.packets", long),
    "pkts_toclient": ("destination.packets", long),
    "bytes_toserver": ("source.bytes", long),
    "bytes_toclient": ("destination.bytes", long),
}

_SECTIONS: Mapping[str, Rows] = {
    "alert": {
        "signature_id": ("rule.id", text),
        "signature": ("rule.name", text),
        "category": ("rule.category", text),
        "rev": ("rule.version", text),
        "action": ("event.action", lower),
    },
    "flow": _TRACKED,
    "netflow": {"pkts": ("network.packets", long), "bytes": ("network.bytes", long)},
    "http": {
        "hostname": ("url.domain", host_name),
        "http_port": ("url.port", port),
        "url": ("url.original", text),
        "http_user_agent": ("user_agent.original", text),
        "http_refer": ("http.request.referrer", text),
        "http_method": ("http.request.method", text),
        "status": ("http.response.status_code", long),
        "length": ("http.response.body.bytes", long),
        "http_content_type": ("http.response.mime_type", text),
        "xff": ("network.forwarded_ip", ip),
    },
    "dns": {
        "id": ("dns.id", text),
        "rrname": ("dns.question.name", text),
        "rrtype": ("dns.question.type", text),
        "rcode": ("dns.response_code", text),
        "opcode": ("dns.op_code", text),
    },
    "tls": {
        "sni": ("tls.client.server_name", text),
        "subject": ("tls.server.subject", text),
        "issuerdn": ("tls.server.issuer", text),
        "fingerprint": ("tls.server.hash.sha1", fingerprint),
        "session_resumed": ("tls.resumed", flag),
    },
    "tls.ja3": {"hash": ("tls.client.ja3", text)},
    "tls.ja3s": {"hash": ("tls.server.ja3s", text)},
    "fileinfo": {
        "filename": ("file.path", text),
        "size": ("file.size", long),
        "mimetype": ("file.mime_type", text),
        "md5": ("file.hash.md5", digest),
        "sha1": ("file.hash.sha1", digest),
        "sha256": ("file.hash.sha256", digest),
    },
    "smtp": {"mail_from": ("email.sender.address", mailbox), "rcpt_to": ("email.to.address", mailboxes)},
    "email": {
        "from": ("email.from.address", mailbox),
        "to": ("email.to.address", mailboxes),
        "cc": ("email.cc.address", mailboxes),
        "subject": ("email.subject", text),
        "message_id": ("email.message_id", text),
        "x_mailer": ("email.x_mailer", text),
        "attachment": ("email.attachments.file.name", texts),
    },
    "smb": {"command": ("event.action", lower), "filename": ("file.path", text), "size": ("file.size", long)},
    "smb.ntlmssp": {"user": ("user.name", text), "domain": ("user.domain", text), "host": ("source.domain", text)},
    "krb5": {"cname": ("user.name", text), "realm": ("user.domain", text), "msg_type": ("event.action", lower)},
    "rdp": {"event_type": ("event.action", lower)},
    "dhcp": {
        "dhcp_type": ("event.action", lower),
        "client_mac": ("source.mac", mac),
        "hostname": ("source.domain", text),
    },
    "ftp": {"command": ("event.action", lower)},
    "ftp_data": {"filename": ("file.name", base_name), "command": ("event.action", lower)},
    "anomaly": {"event": ("event.action", lower)},
    "drop": {"reason": ("event.reason", text)},
    "alert.metadata": {
        "mitre_technique_id": ("threat.technique.id", texts),
        "mitre_tactic_id": ("threat.tactic.id", texts),
        "malware_family": ("threat.software.name", first),
    },
}
"""Rows of each object, and of objects inside objects."""

_READ_ELSEWHERE = (
    "event_type", "timestamp", "src_ip", "src_port", "dest_ip", "dest_port", "app_proto", "vlan",
)  # fmt: skip
_BULKY = (
    "payload", "payload_printable", "packet", "rule", "http_request_body", "http_response_body", "http_request_body_printable",
    "http_response_body_printable", "certificate", "chain",
)  # fmt: skip
_OF_A_FLOW = ("start", "end", "src_ip", "src_port", "dest_ip", "dest_port")
ONLY_IN_THE_RECORD = frozenset({"stats", "vars", "packet_info", "verdict"})
"""Objects that are not kept: counters, and names that anybody may choose."""

TOP = Table(ROOT, _TOP, (*_READ_ELSEWHERE, *_BULKY))


@lru_cache(maxsize=512)
def section(name: str) -> Table:
    """The table of the object ``http``, or of the object inside an object ``tls.ja3``."""
    return Table(f"{ROOT}{name}.", _SECTIONS.get(name, {}), (*_BULKY, *(_OF_A_FLOW if name in {"flow", "netflow"} else ())))


_NETWORK = ("network",)
_TALK = ("connection", "protocol")
_LOGIN = ("network", "authentication")

MEANING: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "alert": (("network", "intrusion_detection"), ("info",)),
    "drop": (_NETWORK, ("denied",)),
    "flow": (_NETWORK, ("connection", "end")),
    "netflow": (_NETWORK, ("connection", "end")),
    "dns": (_NETWORK, _TALK),
    "mdns": (_NETWORK, _TALK),
    "http": (("network", "web"), ("access", "protocol")),
    "tls": (_NETWORK, _TALK),
    "quic": (_NETWORK, _TALK),
    "fileinfo": (("network", "file"), ("info",)),
    "anomaly": (_NETWORK, ("info",)),
    "ssh": (_NETWORK, _TALK),
    "smtp": (("network", "email"), ("info", "protocol")),
    "smb": (_NETWORK, _TALK),
    "rdp": (_NETWORK, _TALK),
    "krb5": (_LOGIN, ("connection", "start")),
    "dhcp": (_NETWORK, _TALK),
    "ftp": (_NETWORK, _TALK),
    "ftp_data": (_NETWORK, _TALK),
    "stats": (("host",), ("info",)),
    **dict.fromkeys(
        ("dcerpc", "ike", "ikev2", "ldap", "modbus", "mqtt", "nfs", "pgsql", "rfb", "sip", "snmp", "tftp"), (_NETWORK, _TALK)
    ),
}
"""``event_type`` → category and type of the event. Counters are of the sensor, not of what it saw."""
UNKNOWN = (_NETWORK, ("info",))
"""Of a type that is not in the table."""
