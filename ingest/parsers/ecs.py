"""ECS documents that another product already made, nested or with dotted names; one JSON object a line."""

import re

import orjson

from ingest.ecs import mistyped_fields
from ingest.origin import NotUnderstood, Origin
from ingest.timestamps import told_instant
from schemas.event import PARTIAL, Event, flatten

_OURS = ("tocsin.", "organization.")
"""Roots that a record may not fill: rules and projections trust them."""
_LISTS = frozenset({"event.category", "event.type", "tags"})
"""Fields that ECS wants as lists; products write a single value."""
_SINGLE = frozenset({"event.kind", "event.module", "event.dataset"})
"""Fields that must be one text: they say where the event goes."""

_NAME = re.compile(r'"(@timestamp|ecs\.version|ecs|event\.(?:kind|dataset|module|category|action))"\s{0,8}:')


def parse(text: str, origin: Origin) -> Event:
    """The document with flat names. Its ``event.id`` moves to ``tocsin.event_id``.

    A value that is not of its field's type moves to ``tocsin.mistyped.<field>`` as text, so that one bad field costs no document.

    Raises:
        NotUnderstood: the text is not a JSON object.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(f"expected a JSON object: {error}") from error
    if not isinstance(document, dict):
        raise NotUnderstood(f"expected a JSON object, got {type(document).__name__}")
    event = {name: value for name, value in flatten(document).items() if value is not None and not name.startswith(_OURS)}
    given_id = event.pop("event.id", None)
    time = event.pop("@timestamp", None)
    _repair(event)
    if given_id is not None:
        event["tocsin.event_id"] = given_id if isinstance(given_id, str) else _as_text(given_id)
    event.setdefault("event.module", "ecs")
    event.setdefault("event.dataset", event["event.module"])
    _set_time(event, time, origin)
    return event


def evidence(text: str) -> str | None:
    """A JSON object with a name of ECS that other vocabularies do not have."""
    if text.lstrip()[:1] != "{":
        return None
    found = _NAME.search(text)
    return f"a JSON object with {found[1]!r}" if found else None


def _repair(event: Event) -> None:
    for name in _LISTS:
        if isinstance(value := event.get(name), str):
            event[name] = [value]
    mistyped = {*mistyped_fields(event), *(name for name in _SINGLE if not isinstance(event.get(name, ""), str))}
    for name in sorted(mistyped):
        event[f"tocsin.mistyped.{name}"] = _as_text(event.pop(name))
    if mistyped:
        _tag(event, PARTIAL)


def _set_time(event: Event, value: object, origin: Origin) -> None:
    told = told_instant(value, origin.zone, origin.received)
    if told is None:
        _tag(event, PARTIAL)
        if value is not None:
            event["tocsin.mistyped.@timestamp"] = _as_text(value)
        return
    event["@timestamp"], tags = told
    _tag(event, *tags)


def _tag(event: Event, *tags: str) -> None:
    if tags:
        event["tags"] = [*event.get("tags", ()), *tags]


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
