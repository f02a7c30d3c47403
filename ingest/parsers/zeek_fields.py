"""The fields of each Zeek log, as tables: native names to ECS.

The names are those of Zeek's logs (docs.zeek.org, *Log Files*; the ``Info`` records of ``base/protocols``). A native field without row is
kept below ``zeek.<log>``, where pySigma's Zeek pipeline looks for it.
"""

from collections.abc import Mapping

from ingest.parsers.network_table import Row, Table, as_it_is
from ingest.parsers.network_values import (
    base_name,
    digest,
    first,
    flag,
    host_name,
    ip,
    long,
    longs,
    lower,
    mac,
    mailbox,
    mailboxes,
    moment,
    nanoseconds,
    port,
    text,
    texts,
)

_COMMON: dict[str, Row] = {
    "id.orig_h": ("source.ip", ip),
    "id.orig_p": ("source.port", port),
    "id.resp_h": ("destination.ip", ip),
    "id.resp_p": ("destination.port", port),
    "uid": ("zeek.session_id", text),
    "proto": ("network.transport", lower),
    "community_id": ("network.community_id", text),
    "vlan": ("network.vlan.id", text),
    "orig_l2_addr": ("source.mac", mac),
    "resp_l2_addr": ("destination.mac", mac),
    "_system_name": ("observer.name", text),
    "@system": ("observer.name", text),
}
"""``id`` names who opened the connection (*originator*) and who answered (*responder*), whoever sent the packet."""

_USER: dict[str, Row] = {"username": ("user.name", text), "user": ("user.name", text)}
_HASHES: dict[str, Row] = {name: (f"file.hash.{name}", digest) for name in ("md5", "sha1", "sha256")}

_ROWS: Mapping[str, Mapping[str, Row]] = {
    "conn": {
        "service": ("network.protocol", lower),
        "duration": ("event.duration", nanoseconds),
        "orig_bytes": ("source.bytes", long),
        "resp_bytes": ("destination.bytes", long),
        "orig_pkts": ("source.packets", long),
        "resp_pkts": ("destination.packets", long),
        "orig_cc": ("source.geo.country_iso_code", text),
        "resp_cc": ("destination.geo.country_iso_code", text),
    },
    "dns": {
        "query": ("dns.question.name", text),
        "qtype_name": ("dns.question.type", text),
        "qclass_name": ("dns.question.class", text),
        "rcode_name": ("dns.response_code", text),
        "trans_id": ("dns.id", text),
        "TTLs": ("dns.answers.ttl", longs),
        "answers": ("dns.answers.data", texts),
        "rtt": ("event.duration", nanoseconds),
    },
    "http": {
        **_USER,
        "method": ("http.request.method", text),
        "host": ("url.domain", host_name),
        "uri": ("url.original", text),
        "version": ("http.version", text),
        "user_agent": ("user_agent.original", text),
        "referrer": ("http.request.referrer", text),
        "request_body_len": ("http.request.body.bytes", long),
        "response_body_len": ("http.response.body.bytes", long),
        "status_code": ("http.response.status_code", long),
    },
    "ssl": {
        "cipher": ("tls.cipher", text),
        "curve": ("tls.curve", text),
        "server_name": ("tls.client.server_name", text),
        "resumed": ("tls.resumed", flag),
        "established": ("tls.established", flag),
        "next_protocol": ("tls.next_protocol", text),
        "subject": ("tls.server.subject", text),
        "issuer": ("tls.server.issuer", text),
        "client_subject": ("tls.client.subject", text),
        "client_issuer": ("tls.client.issuer", text),
        "ja3": ("tls.client.ja3", text),
        "ja3s": ("tls.server.ja3s", text),
    },
    "x509": {
        "certificate.subject": ("file.x509.subject.distinguished_name", text),
        "certificate.issuer": ("file.x509.issuer.distinguished_name", text),
        "certificate.not_valid_before": ("file.x509.not_before", moment),
        "certificate.not_valid_after": ("file.x509.not_after", moment),
        "certificate.key_alg": ("file.x509.public_key_algorithm", text),
        "certificate.key_length": ("file.x509.public_key_size", long),
        "certificate.sig_alg": ("file.x509.signature_algorithm", text),
        "certificate.version": ("file.x509.version_number", text),
        "san.dns": ("file.x509.alternative_names", texts),
    },
    "files": {
        **_HASHES,
        "source": ("network.protocol", lower),
        "mime_type": ("file.mime_type", text),
        "filename": ("file.name", base_name),
        "total_bytes": ("file.size", long),
        "duration": ("event.duration", nanoseconds),
    },
    "smtp": {
        "mailfrom": ("email.sender.address", mailbox),
        "rcptto": ("email.to.address", mailboxes),
        "from": ("email.from.address", mailbox),
        "cc": ("email.cc.address", mailboxes),
        "reply_to": ("email.reply_to.address", mailbox),
        "subject": ("email.subject", text),
        "msg_id": ("email.message_id", text),
        "user_agent": ("email.x_mailer", text),
    },
    "ntlm": {
        **_USER,
        "domainname": ("user.domain", text),
        "hostname": ("source.domain", text),
        "server_dns_computer_name": ("destination.domain", text),
    },
    "smb_files": {
        "size": ("file.size", long),
        "times.created": ("file.created", moment),
        "times.accessed": ("file.accessed", moment),
        "times.modified": ("file.mtime", moment),
        "times.changed": ("file.ctime", moment),
    },
    "dce_rpc": {"rtt": ("event.duration", nanoseconds)},
    "notice": {"msg": ("message", text)},
    "signatures": {"event_msg": ("message", text), "sig_id": ("rule.id", text), "src_addr": ("source.ip", ip)}
    | {"src_port": ("source.port", port), "dst_addr": ("destination.ip", ip), "dst_port": ("destination.port", port)},
    "software": {"host": ("host.ip", ip)},
    "known_hosts": {"host": ("host.ip", ip)},
    "known_services": {"host": ("host.ip", ip), "port_proto": ("network.transport", lower)},
    "known_certs": {
        "host": ("host.ip", ip),
        "subject": ("file.x509.subject.distinguished_name", text),
        "issuer_subject": ("file.x509.issuer.distinguished_name", text),
    },
    "dhcp": {
        "client_addr": ("source.ip", ip),
        "server_addr": ("destination.ip", ip),
        "mac": ("source.mac", mac),
        "host_name": ("source.domain", text),
        "duration": ("event.duration", nanoseconds),
    },
    "ftp": {**_USER, "file_size": ("file.size", long), "mime_type": ("file.mime_type", text)},
    "syslog": {
        "message": ("message", text),
        "facility": ("log.syslog.facility.name", lower),
        "severity": ("log.syslog.severity.name", lower),
    },
    "snmp": {"duration": ("event.duration", nanoseconds)},
    "radius": {**_USER, "mac": ("source.mac", mac)},
    "socks": _USER,
    "irc": _USER,
    "intel": {"seen.indicator": ("threat.indicator.name", text), "seen.indicator_type": ("threat.indicator.type", lower)}
    | {"file_mime_type": ("file.mime_type", text), "sources": ("threat.indicator.provider", first)},
    "dpd": {"analyzer": ("network.protocol", lower), "failure_reason": ("event.reason", text)},
    "analyzer": {"analyzer_name": ("network.protocol", lower), "failure_reason": ("event.reason", text)},
}

_DOTTED: Mapping[str, tuple[str, ...]] = {
    "x509": (
        *(f"certificate.{name}" for name in ("serial", "key_type", "exponent", "curve")),
        *(f"san.{name}" for name in ("email", "ip", "uri")),
        *(f"basic_constraints.{name}" for name in ("ca", "path_len")),
    ),
    "ftp": ("data_channel.passive", "data_channel.orig_h", "data_channel.resp_h", "data_channel.resp_p"),
    "software": ("version.major", "version.minor", "version.minor2", "version.minor3", "version.addl"),
    "intel": ("seen.where", "seen.node"),
}
"""Native names with a dot that have no row: some writers put an underscore there."""

_ROOTS = {"conn": "zeek.connection."}
"""The roots that Filebeat, and so pySigma, do not call like the log."""
_ENVELOPE = ("ts", "_path", "@path", "@stream", "_stream", "_write_ts", "@proc")


def table_of(name: str) -> Table:
    """The table of a log; of a log without rows of its own, what all have in common."""
    root = _ROOTS.get(name, f"zeek.{name}.")
    kept = {native: (f"{root}{native}", as_it_is) for native in _DOTTED.get(name, ())}
    return Table(root, _both_spellings({**_COMMON, **kept, **_ROWS.get(name, {})}), _ENVELOPE)


def _both_spellings(rows: Mapping[str, Row]) -> dict[str, Row]:
    return {spelling: row for name, row in rows.items() for spelling in (name, name.replace(".", "_"))}
