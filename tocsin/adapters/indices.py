"""The indices: names, templates and mappings. Plain indices, no data streams: create-only would double after a rollover.

Only what the integration server has too: no ILM, no painless, no ``wildcard`` or ``match_only_text`` types.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tocsin.settings import ElasticsearchSettings

_KEYWORD = {"type": "keyword", "ignore_above": 1024}
_DATE = {"type": "date"}
_FLATTENED = {"type": "flattened", "ignore_above": 1024}
"""For what a vendor or a log writer names: any type may come, and no name becomes a field of its own."""
_UNINDEXED = {"type": "object", "enabled": False}

_TEXT_IS_KEYWORD: list[dict[str, Any]] = [
    {"addresses": {"path_match": "*.ip", "match_mapping_type": "string", "mapping": {"type": "ip", "ignore_malformed": True}}},
    {"text": {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 1024}}},
]

MAPPINGS: Mapping[str, Mapping[str, Any]] = {
    "event": {
        "dynamic_templates": _TEXT_IS_KEYWORD,
        "date_detection": False,
        "properties": {
            "@timestamp": _DATE,
            "event": {"properties": {"created": _DATE, "original": {"type": "keyword", "index": False, "doc_values": False}}},
            "message": {"type": "text"},
            "winlog": {"properties": {"event_data": _FLATTENED}},
            "suricata": {"properties": {"eve": _FLATTENED}},
            "zeek": _FLATTENED,
        },
    },
    "detection": {
        "dynamic_templates": _TEXT_IS_KEYWORD,
        "date_detection": False,
        "properties": {"@timestamp": _DATE, "groups": _UNINDEXED},
    },
    "membership": {"dynamic_templates": _TEXT_IS_KEYWORD, "date_detection": False, "properties": {"time": _DATE}},
    "incident": {
        "dynamic_templates": _TEXT_IS_KEYWORD,
        "date_detection": False,
        "properties": {"first_seen": _DATE, "last_seen": _DATE, "opened": _DATE, "why": _UNINDEXED},
    },
    "lead": {
        "dynamic_templates": _TEXT_IS_KEYWORD,
        "date_detection": False,
        "properties": {"first_seen": _DATE, "last_seen": _DATE},
    },
    "shortfall": {"dynamic_templates": _TEXT_IS_KEYWORD, "date_detection": False},
    "notice": {
        "dynamic_templates": _TEXT_IS_KEYWORD,
        "date_detection": False,
        "properties": {
            "updated": _DATE,
            "next_attempt": _DATE,
            "notice": {"dynamic": False, "properties": {"incident_id": _KEYWORD}},
        },
    },
    "acknowledgement": {"dynamic_templates": _TEXT_IS_KEYWORD, "date_detection": False, "properties": {"at": _DATE}},
    "dead": {
        "dynamic_templates": _TEXT_IS_KEYWORD,
        "date_detection": False,
        "properties": {"data": {"type": "keyword", "index": False, "doc_values": False}},
    },
}


def index_of(prefix: str, kind: str, day: str | None) -> str:
    """``tocsin-event-2026.01.31`` for a kind by day, ``tocsin-incident`` for one without."""
    return f"{prefix}{kind}-{day.replace('-', '.')}" if day else f"{prefix}{kind}"


def _template(kind: str) -> Callable[[ElasticsearchSettings], dict[str, Any]]:
    def build(settings: ElasticsearchSettings) -> dict[str, Any]:
        shards = {
            "number_of_shards": settings.shards,
            "number_of_replicas": settings.replicas,
            "mapping.total_fields.limit": 5000,
            "mapping.total_fields.ignore_dynamic_beyond_limit": True,
        }
        name = f"{settings.prefix}{kind}"
        return {
            "index_patterns": [name, f"{name}-*"],
            "template": {"settings": {"index": shards}, "mappings": dict(MAPPINGS[kind]), "aliases": {f"{name}s": {}}},
            "priority": 500,
        }

    return build


TEMPLATES = {kind: _template(kind) for kind in MAPPINGS}
