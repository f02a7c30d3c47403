"""Looks again and again whether something has changed, and brings it into a running stage without stopping the stream.

Looking and loading happen in a thread; taking over is one call between two messages.
"""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Any

from schemas.errors import TocsinError

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two turns."""

TakeOver = Callable[[], str]
"""Brings into force what was loaded; what to tell of it."""


class Reloader:
    """Reloads when what it watches has changed and rests, or when it is told to.

    Args:
        stamp: Changes when something did. Slow; runs in a thread.
        load: Loads what is there now. Slow; runs in a thread. Its answer runs between two messages.
        seconds: How often to look; 0 is never, only when told to.
    """

    def __init__(self, stamp: Callable[[], Any], load: Callable[[], TakeOver], seconds: float) -> None:
        self._stamp = stamp
        self._load = load
        self._seconds = seconds
        self._taken = self._seen = stamp()
        self._looked: float | None = None
        self._told = False

    def hurry(self) -> None:
        """Reload at the next turn, changed or not."""
        self._told = True

    def attach(self, timer: Callable[..., Any]) -> None:
        """Take turns by a timer of Faust, and hurry at SIGHUP. In the main thread."""
        signal.signal(signal.SIGHUP, lambda *_: self.hurry())
        timer(interval=EVERY, name="reload")(self.turn)

    async def run(self, stop: asyncio.Event) -> None:
        """Take turns until told to stop, and hurry at SIGHUP."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.hurry)
        while not stop.is_set():
            await self.turn()
            try:
                await asyncio.wait_for(stop.wait(), EVERY)
            except TimeoutError:
                continue

    async def turn(self) -> None:
        """Look, when it is time to; reload what has changed since it was loaded, and not since the last look: it may be half written."""
        if not (self._told or self._is_time()):
            return
        stamp = await asyncio.to_thread(self._stamp)
        rests, self._seen = stamp == self._seen, stamp
        if self._told or (rests and stamp != self._taken):
            self._told, self._taken = False, stamp
            await self._reload()

    def _is_time(self) -> bool:
        now = asyncio.get_running_loop().time()
        if not self._seconds or (self._looked is not None and now - self._looked < self._seconds):
            return False
        self._looked = now
        return True

    async def _reload(self) -> None:
        """Nothing that goes wrong here may end the stream: what is in force stays."""
        try:
            take_over = await asyncio.to_thread(self._load)
            logger.warning("%s", take_over())
        except TocsinError as error:
            logger.warning("not reloaded, what is in force stays: %s", error)
        except Exception:
            logger.exception("not reloaded, what is in force stays")
