"""What Sysmon packs several to a field: hashes, the answers of a DNS query, the parts of a registry path."""

from collections.abc import Mapping

from ingest.parsers.windows_channels import SYSMON
from ingest.remember import remembered
from ingest.values import address, put
from schemas.event import Event

_OF_PROCESS = "1"
"""The event whose hashes are the process's own; elsewhere they are a file's."""
_ALGORITHMS = {"MD5": "hash.md5", "SHA1": "hash.sha1", "SHA256": "hash.sha256", "IMPHASH": "pe.imphash"}
_REGISTRY = frozenset({"12", "13", "14"})
_VALUE_SET = "13"


def map_details(event: Event, channel: str, code: str, data: Mapping[str, str]) -> None:
    """Set the ECS fields that one native field holds several of."""
    if channel != SYSMON:
        return
    if hashes := data.get("Hashes") or data.get("Hash"):
        _map_hashes(event, "process" if code == _OF_PROCESS else "file", hashes)
    if results := data.get("QueryResults"):
        put(event, "dns.resolved_ip", _resolved(results))
    if code in _REGISTRY and (path := event.get("registry.path")):
        _split_registry_path(event, path, holds_value=code == _VALUE_SET)


def _map_hashes(event: Event, owner: str, text: str) -> None:
    """``SHA1=…,MD5=…,SHA256=…,IMPHASH=…``; Sysmon writes zeros for a hash that it could not make."""
    for name, value in _hashes(text):
        put(event, f"{owner}.{name}", value)


@remembered
def _hashes(text: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in text.split(","))
    return [(_ALGORITHMS[name], value.lower()) for name, _, value in pairs if name in _ALGORITHMS and value.strip("0")]


def _resolved(text: str) -> list[str] | None:
    """``type:  5 www.example.org;::ffff:192.0.2.1;``: aliases carry their type, addresses are bare."""
    found = dict.fromkeys(canonical for part in text.split(";") if (canonical := address(part.strip())))
    return list(found) or None


def _split_registry_path(event: Event, path: str, *, holds_value: bool) -> None:
    r"""``HKLM\System\…\Start``: the hive, the key below it, and the value where one was set."""
    hive, _, key = path.partition("\\")
    put(event, "registry.hive", hive or None)
    if holds_value:
        key, _, value = key.rpartition("\\")
        put(event, "registry.value", value or None)
    put(event, "registry.key", key or None)
