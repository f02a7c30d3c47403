"""What a channel must do."""

from typing import Protocol

from schemas.errors import Unavailable
from schemas.notice import Notice


class CutOff(Unavailable):
    """The connection was lost once the message had begun to leave: it may have arrived. The next attempt is marked uncertain."""


class Channel(Protocol):
    """A way to reach people. One call is one recipient."""

    async def send(self, notice: Notice, *, uncertain: bool) -> None:
        """Hand the notice over; returns once the receiver has taken responsibility (SMTP: 250 after DATA, RFC 5321 §4.2.5).

        Args:
            notice: The mail; two calls with the same notice bear the same Message-ID.
            uncertain: Mark it as perhaps a second copy.

        Raises:
            Unavailable: not now; try later.
            CutOff: nobody knows; try later and say so.
            Refused: never, for this recipient or this message.
            RightsError: the channel rejects our credential; no notice goes until an operator acts, so it is tried later.
        """
