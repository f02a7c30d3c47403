"""A channel that keeps mails in memory: for the demonstration, for replays and for tests."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from email.message import EmailMessage

from notify.mail import Sender, compose
from notify.ports import CutOff
from schemas.errors import TocsinError
from schemas.notice import Notice


class MemoryChannel:
    """Records what a real server would have delivered, in ``mails``.

    Args:
        clock: Gives the Date of each mail.
        sender: Who the mails are from.
        answers: What the next calls meet, in order: None is a 250, an error is raised; ``CutOff`` keeps the mail and then raises.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        sender: Sender | None = None,
        answers: Iterable[TocsinError | None] = (),
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.answers = deque(answers)
        self._clock = clock
        self._sender = sender or Sender(email="tocsin@tocsin.invalid")

    async def send(self, notice: Notice, *, uncertain: bool) -> None:
        """Keep the mail, or raise what was scripted; see ``ports.Channel``."""
        message = compose(notice, self._sender, self._clock(), uncertain=uncertain)
        answer = self.answers.popleft() if self.answers else None
        if answer is None or isinstance(answer, CutOff):
            self.mails.append(message)
        if answer is not None:
            raise answer
