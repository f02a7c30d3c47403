"""Events in, the detections of each out: where an event carries what a feed warns of, at a time when the warning holds."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from correlate.entities import MAX_ENTITIES
from correlate.indicators.collect import Known
from correlate.indicators.fields import FIELDS
from correlate.indicators.indicator import Indicator, Kind
from correlate.indicators.lookup import Finder, Seen
from correlate.indicators.offer import MAX_NAME
from schemas import detection as nouns
from schemas.detection import Detection, Entity, Level, Phase, Sighted, State, detection_id
from schemas.event import Event, timestamp
from schemas.marking import PAP, TLP, strictest

MAX_LISTED = 8
"""Indicators named in one detection; the markings and the level count all of them."""

WITHHELD = frozenset({"TLP:AMBER+STRICT", "TLP:RED"})
"""Under these an indicator's name goes to nobody else: a rule's name is shown to every hospital of an incident."""

_ENTITY = {Kind.IP: "ip", Kind.DOMAIN: "domain", Kind.URL: "url", Kind.HASH: "hash", Kind.EMAIL: "email"}


class Watch:
    """Looks for indicators in events.

    Args:
        known: The set, and the warning lists that also speak of what is seen: an address inside a listed network may be a known one.
        entities_of: What an event speaks of.
    """

    def __init__(self, known: Known, *, entities_of: Callable[[Event], tuple[Entity, ...]]) -> None:
        self._finder = Finder(known.table)
        self._empty = not known.table
        self._lists = known.lists
        self._entities_of = entities_of

    def detect(self, events: Sequence[Event]) -> list[list[Detection]]:
        """One list for each event, in the order of rule ids; the same batch always gives the same detections."""
        return [[] for _ in events] if self._empty else [self._detect(event) for event in events]

    def _detect(self, event: Event) -> list[Detection]:
        seen = self._finder.seen_in(event)
        if not seen:
            return []
        held = self._held(seen, timestamp(event))
        return [self._detection(rule_id, held[rule_id], event) for rule_id in sorted(held)]

    def _held(self, seen: Sequence[Seen], time: datetime) -> dict[str, list[Seen]]:
        """What holds at that time and is on no warning list, the gravest first, by the id that its detection has.

        Feeds that list the same value make one detection, with the id of the gravest; two values of one indicator make one as well.
        """
        by_value: dict[tuple[Kind, str], list[Seen]] = {}
        for one in sorted(seen, key=_gravest_first):
            if one.indicator.about.holds_at(time) and not self._lists.of(one.carried.kind, one.carried.value):
                by_value.setdefault((one.carried.kind, one.carried.value), []).append(one)
        by_rule: dict[str, list[Seen]] = {}
        for group in by_value.values():
            by_rule.setdefault(group[0].indicator.id, []).extend(group)
        return by_rule

    def _detection(self, rule_id: str, seen: list[Seen], event: Event) -> Detection:
        seen = sorted(seen, key=_gravest_first)
        indicators = list(dict.fromkeys(one.indicator for one in seen))
        tlp = strictest(TLP, (one.about.tlp for one in indicators))
        level = indicators[0].about.level
        return Detection(
            id=detection_id(rule_id, event["event.id"]),
            kind=nouns.Kind.INDICATOR,
            rule_id=rule_id,
            rule_name=_name(indicators[0], tlp),
            level=level,
            time=timestamp(event),
            site=event["organization.id"],
            event_ids=(event["event.id"],),
            entities=_entities(seen, self._entities_of(event)),
            state=State.ON if level.rank >= Level.MEDIUM.rank else State.SHADOW,
            techniques=_once(text for one in indicators for text in one.about.techniques),
            tactics=_once(text for one in indicators for text in one.about.tactics),
            phase=_phase(event, seen),
            indicators=tuple(dict.fromkeys(_sighted(one) for one in seen))[:MAX_LISTED],
            tlp=tlp,
            pap=strictest(PAP, (one.about.pap for one in indicators)),
        )


def _gravest_first(seen: Seen) -> tuple[int, str, str, str]:
    return (-seen.indicator.about.level.rank, seen.indicator.id, seen.indicator.about.source, seen.carried.field)


def _name(indicator: Indicator, tlp: str) -> str:
    if tlp in WITHHELD:
        return f"Indicator ({tlp})"
    return f"Indicator: {indicator.about.name or indicator.id}"[:MAX_NAME]


def _sighted(seen: Seen) -> Sighted:
    one = seen.indicator
    return Sighted(
        id=one.id,
        name=one.about.name,
        kind=one.kind,
        value=one.value,
        field=seen.carried.field,
        source=one.about.source,
        tlp=one.about.tlp,
        pap=one.about.pap,
    )


def _entities(seen: Sequence[Seen], others: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What was seen first: the address itself for a network, the listed name for what is below it, for that is what other sites share."""
    found = [
        Entity(
            kind=_ENTITY[one.carried.kind], value=one.indicator.value if one.carried.kind is Kind.DOMAIN else one.carried.value
        )
        for one in seen
    ]
    return tuple(dict.fromkeys((*found, *others)))[:MAX_ENTITIES]


def _phase(event: Event, seen: Sequence[Seen]) -> Phase:
    """Anybody may knock, and what was denied did not happen; who logs in, and what goes out, has succeeded."""
    if {"denied"} & set(_words(event, "event.type")) or event.get("event.outcome") == "failure":
        return Phase.ATTEMPT
    entered = event.get("event.outcome") == "success" and "authentication" in _words(event, "event.category")
    outward = any(not FIELDS[one.carried.field].inbound for one in seen)
    return Phase.SUCCESS if outward or entered else Phase.ATTEMPT


def _words(event: Event, name: str) -> list[str]:
    value = event.get(name)
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
