"""Which names of an event a rule's field reads.

pySigma's pipelines map Sigma's names to ECS. For Windows the native value is read first when the event carries it
(``winlog.event_data.<Name>``, always the log's own text) and the ECS field otherwise: ECS drops the domain of ``User``, turns
``Initiated`` into a direction and folds subject and target into one ``user.name``. Events that arrive as ECS have only the latter.

A mapped field is written as its names joined by ``|``, which no Sigma field name can contain: there it starts a modifier.
"""

import re
from collections.abc import Iterator

from sigma.pipelines.elasticsearch.windows import ecs_windows
from sigma.pipelines.elasticsearch.zeek import ecs_zeek_beats
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections, SigmaRule
from sigma.rule.logsource import SigmaLogSource
from sigma.types import SigmaFieldReference, SigmaString

from correlate.rules import taxonomy
from correlate.rules.detections import ADDED
from correlate.rules.logsources import WINDOWS_SERVICES
from correlate.rules.reading import Names

NATIVE = "winlog.event_data."

NATIVE_ONLY = frozenset({
    "Destination", "Device", "HostId", "HostName", "Initiated", "ParentProcessName", "Payload", "SequenceNumber", "SubjectLogonId",
    "TargetDomainName", "TargetLogonId", "User",
})  # fmt: skip
"""Names whose ECS field means something else, so that even an ECS event must not answer for them: ``user.name`` is not
``DOMAIN\\user``, a WMI consumer's ``Destination`` is no executable, ``process.parent.name`` is not a path."""

SYSTEM = {
    "Channel": "winlog.channel",
    "Computer": "winlog.computer_name",
    "ComputerName": "winlog.computer_name",
    "EventID": "event.code",
    "Keywords": "winlog.keywords",
    "Level": "winlog.level",
    "Message": "message",
    "Provider_Name": "winlog.provider_name",
}
"""Names of a Windows event's *System* part: never in its event data."""

SPACED_SERVICES = frozenset({"windefend"})
"""Services whose native names are written with spaces, *Threat Name*, which rules leave out."""
_WORD_STARTS = re.compile(r"_|(?<=[a-z])(?=[A-Z])")


def names_of(field: str) -> Names:
    """The names that a mapped field reads, first one first. ``.caseless`` is Elasticsearch's: here all text is."""
    return tuple(name.removesuffix(".caseless") for name in field.split("|"))


class Pipelines:
    """The pipelines, built once: building one costs as much as mapping a hundred rules."""

    def __init__(self) -> None:
        self._windows = ecs_windows()
        self._zeek = ecs_zeek_beats()

    def apply(self, rule: SigmaRule) -> None:
        """Map the rule's fields in place by its log source; what no table knows is read as it is written."""
        known = taxonomy.names(rule.logsource)
        for item in items_of(rule):
            item.field = known.get(item.field or "", item.field)
        if rule.logsource.product == "windows":
            _apply_windows(self._windows, rule)
        elif rule.logsource.product == "zeek":
            self._zeek.apply(rule)

    def mapped(self, field: str, logsource: SigmaLogSource) -> Names:
        """The names that one field reads in events of a log source."""
        item = SigmaDetectionItem(field, [], [])
        rule = SigmaRule(title="one field", logsource=logsource)
        rule.detection = SigmaDetections({"one": SigmaDetection([item])}, ["one"])
        self.apply(rule)
        return names_of(item.field or field)


def _apply_windows(pipeline: ProcessingPipeline, rule: SigmaRule) -> None:
    native = {id(item): item.field for item in items_of(rule)}
    references = {id(item): [_referenced(value) for value in item.value] for item in items_of(rule)}
    for item in items_of(rule):
        if item.field in NATIVE_ONLY:  # before the pipeline, which would also change values of Initiated
            item.field = NATIVE + item.field
        elif item.field in SYSTEM:
            item.field = SYSTEM[item.field]
    pipeline.apply(rule)
    _ask_for_all_channels(rule)
    spaced = rule.logsource.service in SPACED_SERVICES
    for item in items_of(rule):
        name = native.get(id(item))
        if item.field and name:
            item.field = _native_first(name, item.field, spaced=spaced)
        for value, name in zip(item.value, references.get(id(item), ()), strict=False):
            if isinstance(value, SigmaFieldReference) and name:
                value.field = _native_first(name, value.field, spaced=spaced)


def _ask_for_all_channels(rule: SigmaRule) -> None:
    """The pipeline asks for the channels of pySigma's table; ours has more of them."""
    channels = WINDOWS_SERVICES.get((rule.logsource.service or "").lower(), ())
    for name, detection in rule.detection.detections.items():
        for item in detection.detection_items:
            if name.startswith(ADDED) and channels and isinstance(item, SigmaDetectionItem):
                item.value = [SigmaString(channel) for channel in channels]


def _referenced(value: object) -> str | None:
    return value.field if isinstance(value, SigmaFieldReference) else None


def _native_first(name: str, mapped: str, *, spaced: bool) -> str:
    if name in NATIVE_ONLY:
        return NATIVE + name
    if name in SYSTEM:
        return SYSTEM[name]
    if "." in name:
        return mapped
    natives = [NATIVE + name, *([NATIVE + _WORD_STARTS.sub(" ", name)] if spaced else ())]
    return "|".join(dict.fromkeys((*natives, mapped)))


def items_of(rule: SigmaRule) -> Iterator[SigmaDetectionItem]:
    """The detection items of a rule, nested ones too."""
    pending: list[SigmaDetectionItem | SigmaDetection] = list(rule.detection.detections.values())
    while pending:
        node = pending.pop()
        if isinstance(node, SigmaDetection):
            pending.extend(node.detection_items)
        else:
            yield node
