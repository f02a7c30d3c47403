"""Feeds and events in small: say what the test is about, the rest is filled in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from correlate.entities import entities_of
from correlate.indicators.collect import Collector, Known
from correlate.indicators.markings import Marking
from correlate.indicators.match import Watch
from correlate.indicators.offer import Feed
from correlate.indicators.refusal import Because
from schemas.detection import Detection
from schemas.event import Event

SITE = "380781435"
WHEN = "2026-01-31T02:00:00.000000Z"
UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
CLEAR, AMBER_STRICT, RED = (
    f"marking-definition--{part}"
    for part in (
        "94868c89-83c2-464b-929b-a1a8aa3c8487",
        "939a9414-2ddd-4d32-a0cd-375ea402b003",
        "e828b379-4e03-4974-9ac4-e53a884c97c1",
    )
)


def feed(name: str = "feeds/cert", file: str = "") -> Feed:
    """A feed of which only the name matters."""
    return Feed(name, file or f"{name}/a.json", Marking("TLP:AMBER", "PAP:AMBER"), timedelta(days=90))


def stix(pattern: str = "[ipv4-addr:value = '203.0.113.66']", number: int = 1, **more: Any) -> dict[str, Any]:
    """A STIX indicator that holds since 2020."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{number:08}-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2025-01-01T00:00:00Z",
        "modified": "2025-01-01T00:00:00Z",
        "name": f"Relais {number}",
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": "2020-01-01T00:00:00Z",
        **more,
    }


def bundle(*objects: Any) -> dict[str, Any]:
    """A bundle of these."""
    return {"type": "bundle", "id": f"bundle--{UUID}", "objects": list(objects)}


def attribute(kind: str, value: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """A MISP attribute that is for detection."""
    uuid = f"{number:08}-bbbb-4cbf-938f-98ee46b3cd3f"
    return {"type": kind, "value": value, "to_ids": True, "uuid": uuid, "timestamp": "1767225600", **more}


def misp(*attributes: Any, tags: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A MISP event with these attributes."""
    event = {"info": "Campagne", "uuid": UUID, "threat_level_id": "1", "Attribute": list(attributes)}
    return {"Event": {**event, "Tag": [{"name": name} for name in tags], **more}}


def warning_list(kind: str, *entries: Any, attributes: tuple[str, ...] = (), name: str = "Known things") -> dict[str, Any]:
    """A warning list of one type."""
    return {"name": name, "type": kind, "version": 1, "list": list(entries), "matching_attributes": list(attributes)}


def known(*documents: Any) -> Known:
    """What is left of these documents, all of one feed."""
    collector = Collector()
    for place, document in enumerate(documents):
        collector.take(document, feed(file=f"feeds/cert/{place}.json"))
    return collector.finish()


def refused(*documents: Any) -> Mapping[Because, int]:
    """What is refused of these documents, counted."""
    return known(*documents).report.refused


def watch(*documents: Any) -> Watch:
    """What looks for the indicators of these documents."""
    return Watch(known(*documents), entities_of=entities_of)


def event(time: str = WHEN, **fields: Any) -> Event:
    """An event with these fields; ``__`` stands for a dot."""
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return {
        "@timestamp": time,
        "event.id": "e1",
        "event.kind": "event",
        "event.dataset": "test",
        "ecs.version": "8.17.0",
        "organization.id": SITE,
        **named,
    }


def found(documents: Any, time: str = WHEN, **fields: Any) -> list[Detection]:
    """The detections of one event; ``documents`` is one, or a list of them."""
    return watch(*(documents if isinstance(documents, list) else [documents])).detect([event(time, **fields)])[0]
