"""What each Zeek log means: the category and type of its records, and the protocol they are about."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ingest.parsers.network_table import Table
from ingest.parsers.zeek_fields import table_of


class Log(NamedTuple):
    """One Zeek log."""

    table: Table
    category: tuple[str, ...]
    type: tuple[str, ...]
    protocol: str | None
    kind: str


_NETWORK = ("network",)
_LOGIN = ("network", "authentication")
_TALK = ("connection", "protocol")
_MEANING: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    "conn": (_NETWORK, ("connection",), None),
    "dns": (_NETWORK, _TALK, "dns"),
    "http": (("network", "web"), ("access", "protocol"), "http"),
    "ssl": (_NETWORK, _TALK, "tls"),
    "x509": (_NETWORK, ("info",), None),
    "files": (("network", "file"), ("info",), None),
    "ssh": (_LOGIN, ("connection", "start"), "ssh"),
    "smtp": (("network", "email"), ("info", "protocol"), "smtp"),
    "ntlm": (_LOGIN, ("connection", "start"), "ntlm"),
    "kerberos": (_LOGIN, ("connection", "start"), "kerberos"),
    "rdp": (_NETWORK, _TALK, "rdp"),
    "rfb": (_LOGIN, ("connection", "start"), "rfb"),
    "smb_files": (("network", "file"), ("access",), "smb"),
    "smb_mapping": (_NETWORK, _TALK, "smb"),
    "dce_rpc": (_NETWORK, _TALK, "dce_rpc"),
    "notice": (("network", "intrusion_detection"), ("info",), None),
    "signatures": (("network", "intrusion_detection"), ("info",), None),
    "intel": (("network", "threat"), ("indicator",), None),
    "weird": (_NETWORK, ("info",), None),
    "dpd": (_NETWORK, ("info",), None),
    "analyzer": (_NETWORK, ("info",), None),
    "software": (("host",), ("info",), None),
    "known_hosts": (("host",), ("info",), None),
    "known_services": (("host",), ("info",), None),
    "known_certs": (("host",), ("info",), None),
    "pe": (("file",), ("info",), None),
    "dhcp": (_NETWORK, _TALK, "dhcp"),
    "ftp": (_NETWORK, _TALK, "ftp"),
    "syslog": (_NETWORK, ("protocol", "info"), "syslog"),
    "radius": (_LOGIN, ("connection", "start"), "radius"),
    "tunnel": (_NETWORK, ("connection",), None),
    "traceroute": (_NETWORK, ("info",), None),
    "ocsp": (_NETWORK, ("info",), "ocsp"),
    **dict.fromkeys(
        ("broker", "capture_loss", "cluster", "loaded_scripts", "packet_filter", "reporter", "stats", "telemetry"),
        (("host",), ("info",), None),
    ),
    "ldap": (_NETWORK, _TALK, "ldap"),
    "ldap_search": (_NETWORK, _TALK, "ldap"),
    "mqtt_connect": (_NETWORK, _TALK, "mqtt"),
    **{name: (_NETWORK, _TALK, name) for name in ("dnp3", "irc", "modbus", "mysql", "ntp", "quic", "sip", "snmp", "socks")},
}
"""Log → category, type, protocol. Logs about Zeek itself and about hosts are of no network category: no rule on traffic is for them."""
_UNKNOWN = (_NETWORK, ("info",), None)
_ALERTS = frozenset({"notice", "signatures", "intel"})


def _log(name: str) -> Log:
    return Log(table_of(name), *_MEANING.get(name, _UNKNOWN), "alert" if name in _ALERTS else "event")


LOGS: Mapping[str, Log] = {name: _log(name) for name in _MEANING}


@lru_cache(maxsize=256)
def unknown_log(name: str) -> Log:
    """A log that is not in the table: what all logs have in common is read."""
    return _log(name)
