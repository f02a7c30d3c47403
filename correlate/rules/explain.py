"""Why a rule did or did not match an event: its condition as a tree, each part with what it asks, what the event has, and whether it holds.

Every leaf is evaluated as the engine does, and so the whole says what the engine says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaRegularExpression,
    SigmaString,
    SigmaType,
)

from correlate.rules.compile import compiled
from correlate.rules.fields import names_of
from correlate.rules.reading import Names, Reading
from correlate.rules.route import concerns, source_of
from correlate.rules.rule import Rule
from correlate.rules.strings import Shape, shape_of
from schemas.event import Event

Key = tuple[Any, ...]
DIMENSIONS = ("product", "service", "category")
_SIGNS = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
    CompareOperators.NEQ: "not",
}
_SHAPES = {Shape.EQUALS: "is", Shape.STARTS: "starts with", Shape.ENDS: "ends with", Shape.CONTAINS: "contains"}


class What(StrEnum):
    """What a step of an explanation is."""

    SELECTION = "selection"
    """A named detection of the rule; it holds when its only part does."""
    ALL = "all"
    ANY = "any"
    NOT = "not"
    FIELD = "field"
    """A field has a value."""
    KEYWORD = "keyword"
    """A value stands somewhere in the event."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a condition."""

    what: What
    holds: bool
    text: str = ""
    """The name of a selection; what a field or keyword must be."""
    parts: "tuple[Step, ...]" = ()
    fields: Names = ()
    """Where a field is read, first one that is present first."""
    actual: Any = None
    """The event's value there; None when it has none."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule says to one event."""

    rule_id: str
    title: str
    path: str
    matches: bool
    asked: bool
    """Whether the rule is about the event's log source; if not, its condition is never looked at."""
    about: str
    """The rule's log source."""
    of: str
    """The event's, as far as it is known."""
    condition: Step


@dataclass(frozen=True, slots=True)
class Explainable:
    """A rule with what it was read from (``load.Look``)."""

    rule: Rule
    written: SigmaRule
    conditions: Sequence[object]

    def explain(self, event: Event) -> Explanation:
        """Evaluate every part of the rule on an event."""
        reading = Reading(event)
        source = source_of(event)
        asked = concerns(self.rule.logsource, source)
        walk = _Walk(reading, self._selections())
        steps = [walk.step(condition) for condition in self.conditions]
        whole = steps[0] if len(steps) == 1 else _joined(What.ANY, steps)
        known = dict(zip(DIMENSIONS, source, strict=True))
        return Explanation(
            rule_id=self.rule.id,
            title=self.rule.name,
            path=self.rule.path,
            matches=asked and whole.holds,
            asked=asked,
            about=_told({name: getattr(self.rule.logsource, name) for name in DIMENSIONS}),
            of=_told({name: " or ".join(sorted(some)) or "none" for name, some in known.items() if some is not None}),
            condition=whole,
        )

    def _selections(self) -> dict[Key, str]:
        """The name of each detection, by what it asks; the first of those that ask the same."""
        detections = self.written.detection
        named = [(name, detection.postprocess(detections)) for name, detection in detections.detections.items()]
        return {shape_key(tree): name for name, tree in reversed(named)}


class _Walk:
    def __init__(self, reading: Reading, selections: Mapping[Key, str]) -> None:
        self._reading = reading
        self._selections = selections

    def step(self, node: object) -> Step:
        name = self._selections.get(shape_key(node))
        inner = self._step(node)
        return inner if name is None else Step(What.SELECTION, inner.holds, name, (inner,))

    def _step(self, node: object) -> Step:
        match node:
            case ConditionAND(args=args):
                return _joined(What.ALL, [self.step(arg) for arg in args])
            case ConditionOR(args=args):
                return _joined(What.ANY, [self.step(arg) for arg in args])
            case ConditionNOT(args=[arg]):
                part = self.step(arg)
                return Step(What.NOT, not part.holds, parts=(part,))
            case ConditionFieldEqualsValueExpression(field=field, value=SigmaExpansion() as value):
                return self._any_of(value, lambda inner: ConditionFieldEqualsValueExpression(field, inner))
            case ConditionValueExpression(value=SigmaExpansion() as value):
                return self._any_of(value, ConditionValueExpression)
            case ConditionFieldEqualsValueExpression(field=field, value=value):
                names = names_of(field)
                return Step(What.FIELD, self._holds(node), asked(value), fields=names, actual=self._reading.value(names))
            case ConditionValueExpression(value=value):
                return Step(What.KEYWORD, self._holds(node), asked(value))
            case _:
                raise TypeError(f"{type(node).__name__} in a condition that was loaded")

    def _any_of(self, value: SigmaExpansion, leaf: Callable[[Any], object]) -> Step:
        return _joined(What.ANY, [self._step(leaf(inner)) for inner in value.values])

    def _holds(self, leaf: object) -> bool:
        return compiled([leaf])(self._reading)


def shape_key(node: object) -> Key:
    """What a condition asks, to be compared: pySigma's own values refuse to be compared with values of another type."""
    match node:
        case ConditionAND(args=args) | ConditionOR(args=args) | ConditionNOT(args=args):
            return (type(node).__name__, *map(shape_key, args))
        case ConditionFieldEqualsValueExpression(field=field, value=value):
            return (field, type(value).__name__, str(value))
        case ConditionValueExpression(value=value):
            return (None, type(value).__name__, str(value))
        case _:
            return (repr(node),)


def contradicts(node: object) -> bool:
    """Whether a condition asks for something and, beside it, for its opposite, so that it can never hold."""
    if not isinstance(node, ConditionAND):
        return False
    wanted = {shape_key(arg) for arg in node.args}
    return any(isinstance(arg, ConditionNOT) and shape_key(arg.args[0]) in wanted for arg in node.args) or any(
        contradicts(arg) for arg in node.args
    )


def _joined(what: What, parts: Iterable[Step]) -> Step:
    steps = tuple(parts)
    return Step(what, (all if what is What.ALL else any)(step.holds for step in steps), parts=steps)


def asked(value: SigmaType) -> str:
    """What a value asks of a field, in words."""
    match value:
        case SigmaNull():
            return "is absent"
        case SigmaExists(exists=exists):
            return "is there" if exists else "is not there"
        case SigmaRegularExpression(regexp=regexp, flags=flags):
            return f"matches /{regexp}/{''.join(sorted(flag.name[0].lower() for flag in flags))}"
        case SigmaCIDRExpression(cidr=cidr):
            return f"is in the network {cidr}"
        case SigmaCompareExpression(number=number, op=op):
            return f"is {_SIGNS[op]} {number}"
        case SigmaFieldReference(field=field):
            return f"is what {' or '.join(names_of(field))} is"
        case SigmaString():
            return _asked_of_text(value)
        case _:
            return f"is {value}"


def _asked_of_text(value: SigmaString) -> str:
    case = ", with this case" if isinstance(value, SigmaCasedString) else ""
    found = shape_of(SigmaString.from_str(str(value)) if case else value)
    if found is None:
        return f"is like {str(value)!r}{case}"
    plain = "".join(part for part in value.s if isinstance(part, str))
    return f"{_SHAPES[found[0]]} {plain!r}{case}" if plain or found[0] is Shape.EQUALS else "is anything"


def _told(known: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {value}" for name, value in known.items() if value) or "any log source"
