"""A mail server of this machine's own, which delivers to a folder: what leaves by SMTP in the demonstration is what would leave for real."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

LOOPBACK = "127.0.0.1"


class Mailbox:
    """Takes any mail, keeps it, and writes each as a file; an ``aiosmtpd`` handler."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mails: list[EmailMessage] = []
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's name
        """See aiosmtpd."""
        content: bytes = envelope.content
        message = message_from_bytes(content, policy=policy.default)
        self.mails.append(message)
        (self.folder / f"{len(self.mails):03}.eml").write_bytes(content)
        return "250 OK"


@contextmanager
def served(mailbox: Mailbox) -> Iterator[tuple[str, int]]:
    """The address and port where it listens, on the loopback interface."""
    with socket.create_server((LOOPBACK, 0)) as probe:  # aiosmtpd wants to know its port beforehand
        port: int = probe.getsockname()[1]
    controller = Controller(mailbox, hostname=LOOPBACK, port=port)
    controller.start()
    try:
        yield LOOPBACK, port
    finally:
        controller.stop()
