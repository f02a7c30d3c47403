"""The contract between a stage and a driver, and one turn of it."""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Protocol

from schemas import codec, topics
from schemas.batch import RawBatch
from schemas.dead import DeadLetter
from schemas.errors import BadMessage
from schemas.noun import Noun
from schemas.output import Output
from tocsin.ports import State

MAX_REASON = 2000
"""Characters."""


class Stage(Protocol):
    """A pure state machine: the same messages in the same order give the same outputs, and the same records in memory."""

    name: str
    topics: tuple[str, ...]
    """What it reads. Messages of all of them that share state must be in the same partition."""

    def step(self, memory: MutableMapping[str, bytes], message: Noun) -> Iterable[Output]:
        """Take one message; what it asks of the world is returned, what it remembers is written to ``memory``."""


class Overlay(MutableMapping[str, bytes]):
    """A stage's memory during one step: reads through to the State, keeps the writes aside until they are put together."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.changes: dict[str, bytes | None] = {}

    def __getitem__(self, key: str) -> bytes:
        value = self.changes[key] if key in self.changes else self._state.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: bytes) -> None:
        self.changes[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self.changes[key] = None

    def __iter__(self) -> Iterator[str]:
        yield from [key for key in self._state.keys() if key not in self.changes]  # noqa: SIM118 - a port, not a dict
        yield from [key for key, value in self.changes.items() if value is not None]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Turn:
    """One message through one stage: what is to be performed, and the changes to put afterwards.

    Nothing raises out of it. Bytes that are no message, and a message that the stage cannot take, are asked to be kept as a dead
    letter, and change nothing.
    """

    def __init__(self, stage: Stage, state: State, topic: str, key: str, data: bytes) -> None:
        overlay = Overlay(state)
        self.outputs: list[Output] = []
        self.dead: DeadLetter | None = None
        try:
            self.outputs = list(stage.step(overlay, _decoded(topic, data)))
        except BadMessage as error:
            self.dead = DeadLetter(topic=topic, key=key, data=data, reason=_plain(str(error)))
        except Exception as error:  # noqa: BLE001 - a surprise in a stage must not stop the stream, nor lose the message
            self.dead = DeadLetter(
                topic=topic, key=key, data=data, reason=_plain(f"{stage.name}: {type(error).__name__}: {error}")
            )
        if self.dead:
            self.outputs = []
            overlay.changes.clear()
        self.changes = overlay.changes


def _decoded(topic: str, data: bytes) -> Noun:
    """The message; a batch must come on the topic of its own site, where the broker's rights keep others from writing."""
    noun = codec.decode(data)
    if isinstance(noun, RawBatch) and topic != topics.raw(noun.site):
        raise BadMessage(f"raw_batch: site {noun.site} inside, on the topic {topic}")
    return noun


def _plain(text: str) -> str:
    """A reason that can be stored whatever an error quoted: no halves of characters, no whole record."""
    return text[:MAX_REASON].encode("utf-8", "replace").decode()
