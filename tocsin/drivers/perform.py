"""Carries out what a stage asked for. Retry and dead letters live here, once, above the adapters.

An ``Unavailable`` port is tried again for as long as it takes, said once when it goes and once when it is back. What a port refuses
for good becomes a dead letter; a dead letter that cannot be kept is tried again too: nothing is dropped.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from schemas import codec, topics
from schemas.dead import DeadLetter
from schemas.errors import Refused, Unavailable
from schemas.notice import Receipt
from schemas.output import Document, Emit, Output, Send
from tocsin.ports import Log, Store

logger = logging.getLogger(__name__)

R = TypeVar("R")

BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between tries; the last one repeats."""
AT_ONCE = 4
"""Notices on their way at the same time: one slow recipient holds up few others, and a crash leaves no more than this in doubt."""
BULK = 500
"""Documents in one request to the store."""


async def patiently(call: Callable[[], Awaitable[R]]) -> R:
    """Await the call until its port answers."""
    attempt = 0
    while True:
        try:
            answer = await call()
        except Unavailable as error:
            if attempt == 0:
                logger.warning("waiting: %s", error)
            await asyncio.sleep(BACK_OFF[min(attempt, len(BACK_OFF) - 1)])
            attempt += 1
        else:
            if attempt:
                logger.warning("going on after %d tries", attempt)
            return answer


class HandsOver(Protocol):
    """What sends notices (``handover``)."""

    async def hand_over(self, send: Send) -> Receipt:
        """Send once; ``Unavailable`` when it cannot be told yet what became of it."""


class Performer:
    """Performs outputs, in the order: send, store, emit. It returns once all of it is acknowledged.

    Args:
        log: Where messages go.
        store: Where documents go.
        prefix: Put before every topic.
        handover: Sends notices; None for stages that send none.
    """

    def __init__(self, log: Log, store: Store, *, prefix: str = "", handover: HandsOver | None = None) -> None:
        self._log = log
        self._store = store
        self._prefix = prefix
        self._handover = handover

    async def perform(self, outputs: Sequence[Output]) -> None:
        """Carry out all outputs."""
        sends = [output for output in outputs if isinstance(output, Send)]
        for start in range(0, len(sends), AT_ONCE):
            await self._send_some(sends[start : start + AT_ONCE])
        documents = [output for output in outputs if isinstance(output, Document)]
        for start in range(0, len(documents), BULK):
            await self._store_some(documents[start : start + BULK])
        for emit in outputs:
            if isinstance(emit, Emit):
                await self._emit(emit)

    async def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter in the store."""
        logger.warning("dead letter %s from %s: %s", letter.id, letter.topic, letter.reason)
        [answer] = await patiently(lambda: self._store.upsert([letter.document()]))
        if answer.status == "refused":
            logger.error("dead letter %s cannot be kept, its bytes are lost: %s", letter.id, answer.reason)

    async def _send_some(self, sends: Sequence[Send]) -> None:
        receipts = await asyncio.gather(*map(self._send, sends))
        for send, receipt in zip(sends, receipts, strict=True):
            await self._append(topics.RECEIPTS, send.notice.incident_id, codec.encode(receipt))

    async def _send(self, send: Send) -> Receipt:
        if self._handover is None:
            raise RuntimeError(f"no channel to send {send.notice.id}")
        handover = self._handover
        return await patiently(lambda: handover.hand_over(send))

    async def _store_some(self, documents: Sequence[Document]) -> None:
        answers = await patiently(lambda: self._store.upsert(documents))
        for document, answer in zip(documents, answers, strict=True):
            if answer.status == "refused":
                data = json.dumps(document.body, ensure_ascii=False, default=repr).encode("utf-8", "surrogatepass")
                reason = f"store: {answer.reason}"
                await self.bury(DeadLetter(topic=f"store/{document.kind}", key=document.id, data=data, reason=reason))

    async def _emit(self, emit: Emit) -> None:
        data = codec.encode(emit.noun)
        try:
            await self._append(emit.topic, emit.key, data)
        except Refused as error:
            await self.bury(DeadLetter(topic=emit.topic, key=emit.key, data=data, reason=str(error)))

    async def _append(self, topic: str, key: str, data: bytes) -> None:
        await patiently(lambda: self._log.append(self._prefix + topic, key, data))
