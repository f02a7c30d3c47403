"""Which Zeek log a record belongs to: what it says itself, or else what only one log has."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_SAYS = ("_path", "@path", "@stream", "_stream")
"""``_path`` is Zeek's own (policy script ``json-streaming-logs``), the others are those of shippers."""

_ONLY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("conn", ("conn_state",)),
    ("conn", ("history", "orig_pkts")),
    ("dns", ("uid", "query", "qtype")),
    ("dns", ("uid", "trans_id", "rejected")),
    ("http", ("uid", "trans_depth", "method")),
    ("http", ("uid", "uri", "method")),
    ("http", ("uid", "trans_depth", "status_code")),
    ("http", ("trans_depth", "request_body_len")),
    ("smtp", ("trans_depth", "helo")),
    ("smtp", ("uid", "mailfrom")),
    ("smtp", ("trans_depth", "last_reply")),
    ("ssl", ("ssl_history",)),
    ("ssl", ("resumed", "established")),
    ("x509", ("certificate.serial",)),
    ("files", ("fuid", "seen_bytes")),
    ("files", ("tx_hosts", "rx_hosts")),
    ("ssh", ("auth_attempts",)),
    ("ssh", ("kex_alg", "host_key_alg")),
    ("ntlm", ("server_nb_computer_name",)),
    ("ntlm", ("uid", "domainname", "username")),
    ("kerberos", ("uid", "request_type", "client")),
    ("kerberos", ("uid", "request_type", "service")),
    ("rdp", ("cert_count",)),
    ("rdp", ("security_protocol",)),
    ("rfb", ("client_major_version",)),
    ("smb_mapping", ("share_type",)),
    ("dce_rpc", ("uid", "endpoint", "operation")),
    ("dhcp", ("msg_types",)),
    ("notice", ("note", "actions")),
    ("signatures", ("sig_id", "event_msg")),
    ("intel", ("seen.indicator",)),
    ("smb_files", ("uid", "action", "name", "size")),
    ("smb_files", ("uid", "action", "path", "name")),
    ("weird", ("name", "notice", "peer")),
    ("software", ("software_type",)),
    ("known_services", ("host", "port_num", "port_proto")),
    ("known_certs", ("host", "port_num", "issuer_subject")),
    ("pe", ("machine", "subsystem")),
    ("ftp", ("uid", "command", "reply_code")),
    ("syslog", ("uid", "facility", "severity", "message")),
    ("snmp", ("uid", "community", "get_requests")),
    ("modbus", ("uid", "func", "unit")),
    ("radius", ("uid", "result", "username")),
    ("sip", ("uid", "call_id", "request_path")),
    ("socks", ("request_p", "bound_p")),
    ("tunnel", ("tunnel_type",)),
    ("ldap_search", ("scope", "deref_aliases")),
    ("ldap", ("uid", "opcode", "message_id")),
    ("ntp", ("org_time", "rec_time")),
    ("dpd", ("analyzer", "failure_reason")),
    ("analyzer", ("analyzer_name", "failure_reason")),
    ("ocsp", ("certStatus", "issuerKeyHash")),
)
"""Fields that together only this log has; the first row that is there decides."""

_ZEEK = ("ts", "uid", "id.orig_h", "id_orig_h")


def log_of(document: Mapping[str, Any]) -> str | None:
    """The name of the log; "unknown" when the record is Zeek's and says nothing more; None when nothing speaks for Zeek."""
    for name in _SAYS:
        said = document.get(name)
        if type(said) is str and "ts" in document:
            return said
    return _inferred(tuple(document))


@lru_cache(maxsize=2048)
def _inferred(names: tuple[str, ...]) -> str | None:
    present = {spelling for name in names for spelling in (name, name.replace("_", "."))}
    if "ts" not in present:
        return None
    for log, needed in _ONLY:
        if present.issuperset(needed):
            return log
    return "unknown" if sum(name in present for name in _ZEEK) > 1 else None
