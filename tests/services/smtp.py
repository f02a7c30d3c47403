"""A real SMTP server on loopback that keeps what it receives and fails when told to."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.processes import free_ports

DROP = "DROP"
"""Instead of an answer: cut the connection, so that the client cannot know what became of its mail."""
OK = "250 OK"

Answer = str | Callable[[], str]
"""An SMTP reply, ``DROP``, or a function that gives one; it is called at that very moment, so a test may kill a worker there."""


@dataclass(frozen=True)
class Received:
    """One mail that came in whole, and what the client was told about it."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    answer: str

    @property
    def message(self) -> EmailMessage:
        """The parsed mail; ``message["Message-ID"]`` and ``message.get_content()``."""
        return message_from_bytes(self.data, policy=policy.default)

    @property
    def kept(self) -> bool:
        """Whether a mail server would deliver it: it said 250, or was cut off after it had everything."""
        return self.answer == DROP or self.answer.startswith("250")


class SmtpServer:
    """Listens on ``host`` and ``port`` from :meth:`start` to :meth:`stop`, on the same port again after a restart."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        (self.port,) = free_ports(1)
        self.received: list[Received] = []
        self._answers: dict[str, deque[Answer]] = {"RCPT": deque(), "DATA": deque()}
        self._news = Condition()
        self._controller: Controller | None = None

    @property
    def delivered(self) -> list[Received]:
        """What a mail server would have delivered."""
        return [mail for mail in self.received if mail.kept]

    def at_rcpt(self, *answers: Answer) -> None:
        """Answer the next RCPT commands with these; then 250 again."""
        self._answers["RCPT"].extend(answers)

    def at_data(self, *answers: Answer) -> None:
        """Answer the next mails, once they are received whole, with these; then 250 again."""
        self._answers["DATA"].extend(answers)

    def wait_for(self, count: int, *, seconds: float = 30) -> list[Received]:
        """Wait until ``count`` mails are delivered and return them; from a coroutine, call it through ``asyncio.to_thread``.

        Raises:
            TimeoutError: fewer came in time.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self.delivered) >= count, timeout=seconds):
                raise TimeoutError(f"{len(self.delivered)} of {count} mails after {seconds} s")
        return self.delivered

    def start(self) -> None:
        """Listen; until then a client is refused the connection."""
        self._controller = Controller(_Handler(self), hostname=self.host, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening; a client is refused the connection. What was received stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def answer_to(self, command: str) -> str:
        """The reply to the next such command, as scripted."""
        waiting = self._answers[command]
        answer = waiting.popleft() if waiting else OK
        return answer if isinstance(answer, str) else await asyncio.to_thread(answer)

    def keep(self, mail: Received) -> None:
        """Add a mail and wake who waits for it."""
        with self._news:
            self.received.append(mail)
            self._news.notify_all()


class _Handler:
    """The two hooks of aiosmtpd that the script drives (aiosmtpd manual, *Handlers*)."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        answer = await self._server.answer_to("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return _cut(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name is aiosmtpd's
        content = envelope.original_content or b""
        answer = await self._server.answer_to("DATA")
        self._server.keep(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, answer))
        return _cut(server, answer)


def _cut(server: SMTP, answer: str) -> str:
    if answer == DROP and isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return answer
