"""MISP events: the attributes that are for detection, with the markings, level and techniques of their event (MISP core format)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from correlate.indicators import breadth, levels, markings
from correlate.indicators.indicator import About, Indicator
from correlate.indicators.misp_types import TYPES
from correlate.indicators.offer import Feed, Offer, Version, instant, one_line, texts
from correlate.indicators.refusal import Because, Refusal, Unusable
from correlate.indicators.stix_terms import Term
from schemas.ids import digest

Read = Offer | Version | Refusal

_TECHNIQUE = re.compile(r'misp-galaxy:mitre-(?:enterprise-attack-)?attack-pattern="[^"]* - (T\d{4}(?:\.\d{3})?)"')
_RETENTION = re.compile(r'retention:(?:expired|"?(\d{1,4})([dwmy])"?)')
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class Context(NamedTuple):
    """What an attribute takes from its event: its name, tags, and level."""

    name: str
    tags: tuple[str, ...]
    event: Mapping[str, Any]
    about: About | None = None
    """What is said of each attribute that says nothing of its own."""


def is_misp(document: Any) -> bool:
    """Whether a JSON document holds MISP events or attributes, in one of the shapes that MISP exports."""
    return any(True for _ in _parts(document))


def read(document: Any, feed: Feed) -> Iterator[Read]:
    """What the events, or the loose attributes, of a document say."""
    for where, part in _parts(document):
        if "Event" in part and "value" in part:
            yield from _attributes([part], where, _context(part.get("Event")), feed, single=True)
        else:
            yield from _event(part, where, feed)


def _parts(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Events, and attributes that stand alone, with their place: ``{"Event": …}``, ``{"response": …}``, or a list of such."""
    stack: list[tuple[str, Any, int]] = [("", document, 0)]
    while stack:
        where, item, depth = stack.pop()
        if isinstance(item, list) and depth < _DEPTH:
            stack += [(f"{where}[{place}]", one, depth + 1) for place, one in reversed(list(enumerate(item)))]
        elif not isinstance(item, dict):
            continue
        elif isinstance(item.get("Event"), dict) and "value" not in item:
            yield _inside(where, "Event"), item["Event"]
        elif isinstance(item.get("response"), dict | list) and depth < _DEPTH:
            stack.append((_inside(where, "response"), item["response"], depth + 1))
        elif depth and isinstance(item.get("Attribute"), list) and "info" not in item:
            stack.append((_inside(where, "Attribute"), item["Attribute"], depth + 1))
        elif "info" in item and ("Attribute" in item or "Object" in item):
            yield where, item
        elif depth and isinstance(item.get("type"), str) and "value" in item and "to_ids" in item:
            yield where, {"Event": {}, **item}


_DEPTH = 4
"""Wrappers around events: ``response``, ``Attribute`` and lists."""


def _event(event: Mapping[str, Any], where: str, feed: Feed) -> Iterator[Read]:
    context = _context(event)
    if not any(_RETENTION.fullmatch(text) for text in context.tags):
        context = context._replace(about=_about({}, context, feed))
    yield from _attributes(event.get("Attribute", []), _inside(where, "Attribute"), context, feed)
    objects = event.get("Object", [])
    if not isinstance(objects, list):
        yield Refusal(feed.file, _inside(where, "Object"), Because.INVALID, f"expected a list, found {type(objects).__name__}")
        return
    for place, item in enumerate(objects):
        inner = f"{_inside(where, 'Object')}[{place}]"
        if isinstance(item, dict) and not _true(item.get("deleted")):
            yield from _attributes(item.get("Attribute", []), f"{inner}.Attribute", context, feed)


def _attributes(found: Any, where: str, context: Context, feed: Feed, *, single: bool = False) -> Iterator[Read]:
    if not isinstance(found, list):
        yield Refusal(feed.file, where, Because.INVALID, f"expected a list, found {type(found).__name__}")
        return
    for place, item in enumerate(found):
        at = where if single else f"{where}[{place}]"
        if not isinstance(item, dict):
            yield Refusal(feed.file, at, Because.INVALID, f"expected an object, found {type(item).__name__}")
        elif not _true(item.get("deleted")):
            yield from _attribute(item, at, context, feed)


def _attribute(item: Mapping[str, Any], where: str, context: Context, feed: Feed) -> Iterator[Read]:
    written = _moment(item.get("timestamp"))
    version = int(written.timestamp() * 1e6) if written else 0
    identity = one_line(item.get("uuid")) or digest("indicator", feed.name, str(item.get("type")), str(item.get("value")))
    yield Version(identity, version)
    try:
        terms = _terms(item)
        about = _about(item, context, feed)
        for term in terms:
            breadth.check(term.kind, term.value)
            yield Offer(Indicator(identity, term.kind, term.value, about, term.side, term.also), version)
    except Unusable as refused:
        yield Refusal(feed.file, where, refused.because, str(refused))


def _terms(item: Mapping[str, Any]) -> Iterator[Term]:
    if not _true(item.get("to_ids")):
        raise Unusable(Because.NOT_FOR_DETECTION, "to_ids is false")
    kind, value = item.get("type"), item.get("value")
    if not isinstance(kind, str) or not isinstance(value, str):
        raise Unusable(Because.INVALID, "type and value must be texts")
    if kind not in TYPES:
        raise Unusable(Because.UNSUPPORTED, f"type {kind[:40]}: no field of an event is compared with it")
    return TYPES[kind](value)


def _context(event: Any) -> Context:
    event = event if isinstance(event, dict) else {}
    return Context(one_line(event.get("info")), tuple(_tags(event)), event)


def _about(item: Mapping[str, Any], context: Context, feed: Feed) -> About:
    if context.about and not any(item.get(name) for name in ("Tag", "first_seen", "last_seen")):
        return context.about
    tags = (*context.tags, *_tags(item))
    since, seen = instant(item.get("first_seen"), "first_seen"), instant(item.get("last_seen"), "last_seen")
    marked = markings.marking(tags).over(feed.unmarked)
    return About(
        name=context.name,
        source=feed.name,
        level=levels.of_misp(context.event),
        tlp=marked.tlp,
        pap=marked.pap,
        since=since,
        until=_until(item, tags, seen, feed.keep),
        techniques=tuple(dict.fromkeys(found[1] for text in tags if (found := _TECHNIQUE.fullmatch(text)))),
    )


def _until(item: Mapping[str, Any], tags: Iterable[str], seen: datetime | None, keep: timedelta) -> datetime | None:
    """The earliest of what the tags of the ``retention`` taxonomy say, and of ``last_seen`` and a while."""
    ends = [seen + keep] if seen and seen.year < _LAST_YEAR else []
    for found in (found for text in tags if (found := _RETENTION.fullmatch(text))):
        written = _moment(item.get("timestamp"))
        if found[1] is None:
            raise Unusable(Because.EXPIRED, "tagged retention:expired")
        if written:
            ends.append(written + timedelta(days=int(found[1]) * _DAYS[found[2]]))
    return min(ends, default=None)


_LAST_YEAR = 9000
"""A while after it is still a date."""


def _moment(stamp: Any) -> datetime | None:
    """Seconds since 1970, as MISP writes timestamps."""
    try:
        found = datetime.fromtimestamp(int(stamp), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return found if found.year < _LAST_YEAR else None


def _tags(item: Mapping[str, Any]) -> Iterator[str]:
    tags = item.get("Tag")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict):
            yield from texts([tag.get("name")])


def _true(value: Any) -> bool:
    """MISP has written booleans as ``true``, ``1`` and ``"1"``."""
    return value in (True, 1, "1", "true")


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
