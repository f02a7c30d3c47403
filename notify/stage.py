"""The notifying stage: Incident, Act, Receipt and Tick in, Send out. One machine over small records.

Records: ``clock``, ``ladder/<incident>`` an escalation (see ``memory``) and ``wake/<incident>`` when it has something to decide,
``alias/<incident>`` the older incident it was merged into,
``waiting/<notice>`` what is not handed over yet. A notice leaves ``waiting/`` when its receipt says sent or refused.
"""

from collections.abc import Iterator, MutableMapping
from datetime import datetime, timedelta

from notify import ladder, memory
from notify.outbox import BACK_OFF
from notify.policy import Policy
from notify.region import Region
from notify.render import plan_notice
from schemas import codec, topics
from schemas.act import Act, Deed
from schemas.errors import BadMessage
from schemas.incident import Incident
from schemas.notice import Notice, Receipt, Status
from schemas.noun import Instant, Noun, iso, parse_iso
from schemas.output import Document, Output, Send
from schemas.tick import Tick

Memory = MutableMapping[str, bytes]

ANSWER_WITHIN = timedelta(minutes=10)
"""After which a notice that was sent and has no receipt is asked for again."""

_CLOCK = "clock"


class Waiting(Noun):
    """A notice that is not handed over yet: the next attempt, and when."""

    message: bytes
    """The notice as a message."""
    attempt: int
    due: Instant


class Escalator:
    """Pure: the same messages in the same order give the same notices.

    Args:
        policy: Whom to tell after how long; taken over by an escalation when it begins.
        region: Whom the region knows.
    """

    name = "notify"
    topics: tuple[str, ...] = (topics.INCIDENTS, topics.ACTS, topics.RECEIPTS)

    def __init__(self, policy: Policy, region: Region) -> None:
        self._policy = policy
        self._region = region

    def step(self, store: Memory, message: Noun) -> Iterator[Output]:
        """Take one message; give the notices to hand over now, and who has taken an incident."""
        match message:
            case Incident():
                yield from self._learn(store, message)
            case Act():
                yield from self._heed(store, message)
            case Receipt():
                _settle(store, message)
            case Tick():
                yield from self._tick(store, message)
            case _:
                raise BadMessage(f"expected an incident, an act or a receipt, got a {type(message).__name__}")

    def _learn(self, store: Memory, incident: Incident) -> Iterator[Document]:
        if incident.merged_into:
            store[f"alias/{incident.id}"] = incident.merged_into.encode()
        merged = [found for alias in incident.aliases if (found := _load(store, alias))]
        before = _load(store, incident.id)
        after, _ = ladder.step(before, incident, self._region, self._policy, merged)
        _save(store, incident.id, after)
        if after and after.acknowledged_at and not (before and before.acknowledged_at):  # taken over from an alias
            yield _acknowledgement(incident.id, after.acknowledged_by or "", after.acknowledged_at)

    def _heed(self, store: Memory, act: Act) -> Iterator[Document]:
        name = _resolved(store, act.incident_id)
        after, _ = ladder.step(_load(store, name), act, self._region, self._policy)
        _save(store, name, after)
        if act.deed is Deed.ACKNOWLEDGE:
            yield _acknowledgement(name, act.by, act.at, act.comment)

    def _tick(self, store: Memory, tick: Tick) -> Iterator[Send]:
        now = max(tick.now, parse_iso(store[_CLOCK].decode())) if _CLOCK in store else tick.now
        store[_CLOCK] = iso(now).encode()
        for key in sorted(key for key in store if key.startswith("wake/") and parse_iso(store[key].decode()) <= now):
            self._climb(store, key.removeprefix("wake/"), now)
        for key in sorted(key for key in store if key.startswith("waiting/")):
            yield from _try(store, key, now)

    def _climb(self, store: Memory, name: str, now: datetime) -> None:
        after, planned = ladder.step(_load(store, name), Tick(now=now), self._region, self._policy)
        _save(store, name, after)
        for plan in planned:
            notice = plan_notice(plan, self._region)
            _wait(store, notice, attempt=1, due=notice.due)


def _try(store: Memory, key: str, now: datetime) -> Iterator[Send]:
    """Send what is due. The record stays until the receipt removes it, or says when to try again.

    Meanwhile it is not due: receipts may stand in a queue longer than a tick takes. Should one never come, the same attempt is
    asked for again, and answered with what became of it.
    """
    waiting = Waiting.model_validate_json(store[key])
    if waiting.due <= now:
        store[key] = waiting.model_copy(update={"due": now + ANSWER_WITHIN}).model_dump_json().encode()
        yield Send(codec.decode_as(Notice, waiting.message), waiting.attempt)


def _settle(store: Memory, receipt: Receipt) -> None:
    key = f"waiting/{receipt.notice_id}"
    if key not in store:
        return
    if receipt.status is not Status.DEFERRED:
        del store[key]
        return
    waiting = Waiting.model_validate_json(store[key])
    if receipt.attempt >= waiting.attempt:
        due = receipt.at + BACK_OFF[min(receipt.attempt, len(BACK_OFF)) - 1]
        _wait(store, codec.decode_as(Notice, waiting.message), attempt=receipt.attempt + 1, due=due)


def _wait(store: Memory, notice: Notice, *, attempt: int, due: datetime) -> None:
    waiting = Waiting(message=codec.encode(notice), attempt=attempt, due=due)
    store[f"waiting/{notice.id}"] = waiting.model_dump_json().encode()


def _acknowledgement(incident: str, by: str, at: datetime, comment: str = "") -> Document:
    """Who has taken the incident, for people: created only, as the first who takes it counts."""
    return Document("acknowledgement", incident, {"incident_id": incident, "by": by, "at": iso(at), "comment": comment})


def _resolved(store: Memory, name: str) -> str:
    """The incident that lives on, through any merges."""
    while alias := store.get(f"alias/{name}"):
        name = alias.decode()
    return name


def _load(store: Memory, name: str) -> memory.Ladder | None:
    data = store.get(f"ladder/{name}")
    return memory.load(data) if data else None


def _save(store: Memory, name: str, state: memory.Ladder | None) -> None:
    if state is None:
        return
    store[f"ladder/{name}"] = memory.dump(state)
    wake = ladder.wake_at(state)
    if wake is not None:
        store[f"wake/{name}"] = iso(wake).encode()
    elif f"wake/{name}" in store:
        del store[f"wake/{name}"]
