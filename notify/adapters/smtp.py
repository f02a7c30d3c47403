"""Hands notices to a mail server over SMTP (RFC 5321), with TLS unless told otherwise (RFC 3207, RFC 8314)."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address
from typing import Literal

import aiosmtplib
from pydantic import Field, FilePath, SecretStr, model_validator

from notify.mail import POLICY, Sender, compose
from notify.ports import CutOff
from schemas.errors import Refused, RightsError, TocsinError, Unavailable
from schemas.notice import Notice
from schemas.noun import Noun

PERMANENT = 500
"""SMTP replies from here on are permanent (RFC 5321 §4.2.1)."""
LOGIN_NEEDED = frozenset({530, 534, 535, 538})
"""The server wants another credential (RFC 4954 §6), whichever command it says so to."""
GOODBYE = 5
"""Seconds for QUIT."""


class SmtpSettings(Noun):
    """Where the mail server is. ``tls``: ``starttls`` (required, never opportunistic), ``tls`` from the first byte, or ``none``.

    ``none`` sends mails and passwords in clear: only to this machine, unless ``insecure`` says that this is meant.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    insecure: bool = False
    ca_file: FilePath | None = None
    """Certificate authorities to trust instead of the system's."""
    sender: Sender
    username: str | None = None
    password: SecretStr | None = None
    timeout: float = Field(default=30, gt=0, le=50)
    """Seconds for one command; three times as much for the whole mail."""

    @model_validator(mode="after")
    def _holds_together(self) -> "SmtpSettings":
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: give both or none")
        if self.tls == "none" and not (self.insecure or _is_loopback(self.host)):
            raise ValueError(
                f'tls = "none" would send mails in clear to {self.host}; use "starttls" or "tls", or set insecure = true'
            )
        return self


class SmtpChannel:
    """One connection a mail: a few mails an hour, and no state that a cut could spoil.

    Args:
        settings: Where the server is.
        clock: Gives the Date of each mail.
    """

    def __init__(self, settings: SmtpSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock

    async def send(self, notice: Notice, *, uncertain: bool) -> None:
        """Hand one mail over; see ``ports.Channel``."""
        sender = self._settings.sender
        data = compose(notice, sender, self._clock(), uncertain=uncertain).as_bytes(policy=POLICY)
        begun = False
        client = self._client()
        try:
            async with asyncio.timeout(3 * self._settings.timeout):
                await client.connect()
                await client.mail(sender.email)
                await client.rcpt(notice.contact.email)
                begun = True
                await client.data(data)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise translated(error, begun=begun) from error
        with suppress(aiosmtplib.SMTPException, OSError):  # the mail is the server's since its 250, whatever it says now
            await client.quit(timeout=GOODBYE)

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            timeout=settings.timeout,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls if settings.tls != "none" else None,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)


def _refusal(error: Exception) -> TocsinError:
    """A server's answer about this recipient or this message; only here is 5xx the last word."""
    code = getattr(error, "code", 0)
    return (Refused if code >= PERMANENT else Unavailable)(_text(error))


def _rejection(error: Exception) -> TocsinError:
    """A server's answer to our credential: 454 asks for patience (RFC 4954 §6)."""
    code = getattr(error, "code", PERMANENT)
    return (RightsError if code >= PERMANENT else Unavailable)(f"the mail server rejects our credential: {_text(error)}")


def _trouble(error: Exception) -> TocsinError:
    """The server or the way to it, and nothing about this recipient: a 5xx here is repaired by an operator, the mail waits."""
    login = getattr(error, "code", 0) in LOGIN_NEEDED
    return _rejection(error) if login else Unavailable(_text(error))


TRANSLATION: Mapping[type[Exception], Callable[[Exception], TocsinError]] = {
    aiosmtplib.SMTPRecipientRefused: _refusal,
    aiosmtplib.SMTPRecipientsRefused: _refusal,
    aiosmtplib.SMTPDataError: _refusal,
    aiosmtplib.SMTPAuthenticationError: _rejection,
    aiosmtplib.SMTPSenderRefused: _trouble,
    aiosmtplib.SMTPHeloError: _trouble,
    aiosmtplib.SMTPNotSupported: _trouble,
    aiosmtplib.SMTPConnectError: _trouble,
    aiosmtplib.SMTPConnectTimeoutError: _trouble,
    aiosmtplib.SMTPConnectResponseError: _trouble,
    aiosmtplib.SMTPReadTimeoutError: _trouble,
    aiosmtplib.SMTPTimeoutError: _trouble,
    aiosmtplib.SMTPServerDisconnected: _trouble,
    aiosmtplib.SMTPResponseException: _trouble,
    aiosmtplib.SMTPException: _trouble,
    OSError: _trouble,
    ValueError: _trouble,
}
"""Every exception of aiosmtplib, by its exact class, and what else a connection raises, by its base."""


def translated(error: Exception, *, begun: bool) -> TocsinError:
    """The error in our own tree; ``begun`` is whether DATA was: then a loss of the connection leaves a doubt."""
    answered = isinstance(error, aiosmtplib.SMTPResponseException)
    if begun and not answered:
        return CutOff(f"cut off while the mail was leaving: {_text(error)}")
    return next(TRANSLATION[kind] for kind in type(error).__mro__ if kind in TRANSLATION)(error)


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
