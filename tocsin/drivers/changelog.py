"""A Faust table whose changes can be waited for.

Faust sends changelog records on its own time and only logs a failure; the offset of the message would be committed with its state lost.
"""

import asyncio
from typing import Any

import faust
from aiokafka.errors import KafkaError

from schemas.errors import Unavailable


class Table(faust.Table):  # type: ignore[misc]  # faust has no types
    """Remembers what it has sent until it is acknowledged."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sent: list[asyncio.Future[Any]] = []

    def send_changelog(self, *arguments: Any, **options: Any) -> Any:
        """See Faust."""
        sent = super().send_changelog(*arguments, **options)
        self._sent.append(sent)
        return sent

    async def acknowledged(self) -> None:
        """Wait until the broker has every change.

        Raises:
            Unavailable: one of them was given up.
        """
        sent, self._sent = self._sent, []
        for result in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(result, KafkaError):
                raise Unavailable(f"Kafka: {result}") from result
            if isinstance(result, BaseException):
                raise result
