"""STIX 2.1 bundles: the indicators in them, with their patterns, validity and markings."""

from collections.abc import Iterator, Mapping
from typing import Any

from correlate.indicators import breadth, levels, markings
from correlate.indicators.indicator import About, Indicator
from correlate.indicators.offer import Feed, Offer, Version, instant, one_line, texts
from correlate.indicators.refusal import Because, Refusal, Unusable
from correlate.indicators.stix_pattern import alternatives
from correlate.indicators.stix_terms import term

ATTACK = "mitre-attack"
"""``kill_chain_name`` of ATT&CK's tactics."""

Read = Offer | Version | Refusal


def is_stix(document: Any) -> bool:
    """Whether a JSON document is a bundle or a lone indicator."""
    return isinstance(document, dict) and document.get("type") in {"bundle", "indicator"}


def read(document: Mapping[str, Any], feed: Feed) -> Iterator[Read]:
    """What a bundle, or a lone indicator, says."""
    if document.get("type") == "indicator":
        yield from _indicator(document, "", feed, markings.definitions(()))
        return
    objects = document.get("objects", [])
    if not isinstance(objects, list):
        yield Refusal(feed.file, "objects", Because.INVALID, f"expected a list, found {type(objects).__name__}")
        return
    known = markings.definitions(objects)
    for place, item in enumerate(objects):
        if not isinstance(item, dict):
            yield Refusal(feed.file, f"objects[{place}]", Because.INVALID, f"expected an object, found {type(item).__name__}")
        elif item.get("type") == "indicator":
            yield from _indicator(item, f"objects[{place}]", feed, known)


def _indicator(item: Mapping[str, Any], where: str, feed: Feed, known: Mapping[str, markings.Marking]) -> Iterator[Read]:
    try:
        identity, version = _identity(item)
    except Unusable as refused:
        yield Refusal(feed.file, where, refused.because, str(refused))
        return
    yield Version(identity, version)
    try:
        pattern = _pattern(item)
        about = _about(item, feed, known)
        found = alternatives(pattern)
    except Unusable as refused:
        yield Refusal(
            feed.file, _inside(where, "pattern" if refused.because is Because.UNSUPPORTED else ""), refused.because, str(refused)
        )
        return
    for number, alternative in enumerate(found, 1):
        place = _inside(where, "pattern") + (f" (alternative {number} of {len(found)})" if len(found) > 1 else "")
        try:
            wanted = term(alternative)
            breadth.check(wanted.kind, wanted.value)
            yield Offer(Indicator(identity, wanted.kind, wanted.value, about, wanted.side, wanted.also), version)
        except Unusable as refused:
            yield Refusal(feed.file, place, refused.because, str(refused))


def _identity(item: Mapping[str, Any]) -> tuple[str, int]:
    identity, version = item.get("id"), item.get("modified", item.get("created", ""))
    if not isinstance(identity, str) or not identity.startswith("indicator--"):
        raise Unusable(Because.INVALID, f"id: expected indicator--<UUID>, found {str(identity)[:60]!r}")
    at = instant(version, "modified")
    return one_line(identity), int(at.timestamp() * 1e6) if at else 0


def _pattern(item: Mapping[str, Any]) -> str:
    if item.get("revoked") is True:
        raise Unusable(Because.REVOKED, "revoked by its author")
    if levels.BENIGN in texts(item.get("indicator_types")):
        raise Unusable(Because.BENIGN, "its type says that what matches is harmless")
    language = item.get("pattern_type", "stix")
    if language != "stix":
        raise Unusable(Because.UNSUPPORTED, f"pattern_type {str(language)[:40]!r}: only stix patterns are matched")
    pattern = item.get("pattern")
    if not isinstance(pattern, str):
        raise Unusable(Because.INVALID, f"pattern: expected a text, found {type(pattern).__name__}")
    return pattern


def _about(item: Mapping[str, Any], feed: Feed, known: Mapping[str, markings.Marking]) -> About:
    since, until = instant(item.get("valid_from"), "valid_from"), instant(item.get("valid_until"), "valid_until")
    if since and until and until <= since:
        raise Unusable(Because.INVALID, "valid_until is not later than valid_from")
    marked = markings.of_stix(item, known).over(feed.unmarked)
    return About(
        name=one_line(item.get("name")),
        source=feed.name,
        level=levels.of_stix(item.get("confidence"), texts(item.get("indicator_types"))),
        tlp=marked.tlp,
        pap=marked.pap,
        since=since,
        until=until,
        tactics=tuple(_tactics(item.get("kill_chain_phases"))),
    )


def _tactics(phases: Any) -> Iterator[str]:
    for phase in phases if isinstance(phases, list) else ():
        if isinstance(phase, dict) and phase.get("kill_chain_name") == ATTACK and isinstance(phase.get("phase_name"), str):
            yield one_line(phase["phase_name"])


def _inside(where: str, name: str) -> str:
    return ".".join(part for part in (where, name) if part)
