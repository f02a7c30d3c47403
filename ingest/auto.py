"""The source type ``auto``: each record is read by the parser it looks made for, and says which and why.

Every parser module says by ``evidence(text)`` whether a record looks like its source type. The records of a batch vote: each for the first
type of ``EVIDENCE`` that fits it, and the type with the most votes is the batch's (of two with as many, the one named first). Then

* a record that fits the batch's type is read as that;
* another that fits some type is read as that one, and tagged ``source:other``;
* one that fits none is kept raw, and ``error.message`` lists what was tried.

So no record is ever read as what it does not look like, whatever its neighbours are, and the choice is a function of the batch alone. Every
event carries ``tocsin.source_type`` and ``tocsin.source_evidence``: a source that changes its format shows it on each line.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ingest.origin import NotUnderstood, Origin
from ingest.parsers import EVIDENCE, PARSERS, Parser
from ingest.understand import understand
from schemas.event import Event

AUTO = "auto"
SOURCE_TYPES = (*PARSERS, AUTO)
"""The source types that an operator may write."""
UNKNOWN = "unknown"
"""``tocsin.source_type`` of a record that no parser claims."""
OTHER = "source:other"
"""Tag: the record is of another type than most of its batch."""


class Pick(NamedTuple):
    """The source type of one record, and why; whether it is another than its batch's."""

    source_type: str
    evidence: str
    other: bool = False


_TRIED = f"no source type fits; tried: {', '.join(EVIDENCE)}"


def pick(texts: Iterable[str]) -> dict[str, Pick]:
    """The pick for each text of a batch; equal texts have one."""
    counts = Counter(texts)
    first = {text: _first(text) for text in counts}
    votes: Counter[str] = Counter()
    for text, found in first.items():
        if found:
            votes[found.source_type] += counts[text]
    order = list(EVIDENCE)
    winner = min(votes, key=lambda name: (-votes[name], order.index(name)), default=UNKNOWN)
    return {text: _settle(text, found, winner) for text, found in first.items()}


def parser(texts: Iterable[str]) -> Parser:
    """A parser for the records of one batch, whose texts are these; any other text is a batch of its own."""
    picks = pick(texts)

    def parse(text: str, origin: Origin) -> Event:
        chosen = picks.get(text) or pick((text,))[text]
        event = understand(PARSERS.get(chosen.source_type, _refuse), text, origin)
        event["tocsin.source_type"] = chosen.source_type
        event["tocsin.source_evidence"] = chosen.evidence
        if chosen.other:
            event["tags"] = [*event.get("tags", ()), OTHER]
        return event

    return parse


def _first(text: str) -> Pick | None:
    return next((Pick(name, reason) for name in EVIDENCE if (reason := _evidence(name, text))), None)


def _settle(text: str, found: Pick | None, winner: str) -> Pick:
    if found is None:
        return Pick(UNKNOWN, "none")
    if found.source_type == winner:
        return found
    if reason := _evidence(winner, text):
        return Pick(winner, reason)
    return found._replace(other=True)


def _evidence(name: str, text: str) -> str | None:
    try:
        return EVIDENCE[name](text)
    except Exception:  # noqa: BLE001 - a record written by an attacker must not stop the batch; it only proves nothing
        return None


def _refuse(_text: str, _origin: Origin) -> Event:
    raise NotUnderstood(_TRIED)
