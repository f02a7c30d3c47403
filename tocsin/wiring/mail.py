"""The channels that notices leave by."""

from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage

from pydantic import SecretStr

from notify.adapters import smtp
from notify.adapters.memory import MemoryChannel
from notify.adapters.smtp import SmtpChannel
from notify.mail import Sender
from notify.ports import Channel
from schemas.errors import ConfigurationError
from tocsin.settings import Region, SmtpSettings
from tocsin.wiring.stages import utc_now


def channels(region: Region, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """The configured ones by name; none without a mail server: notices then wait."""
    return {"smtp": SmtpChannel(smtp_settings(region.smtp), clock)} if region.smtp else {}


def memory_channel(clock: Callable[[], datetime] = utc_now) -> tuple[Sequence[EmailMessage], dict[str, Channel]]:
    """Mails that are kept instead of sent, and the channel that keeps them: for the demonstration."""
    channel = MemoryChannel(clock)
    return channel.mails, {"smtp": channel}


def smtp_settings(section: SmtpSettings) -> smtp.SmtpSettings:
    """The mail server as the adapter takes it.

    Raises:
        ConfigurationError: the section does not hold together.
    """
    try:
        return smtp.SmtpSettings(
            host=section.host,
            port=section.port,
            tls=section.tls,
            insecure=section.insecure,
            ca_file=section.ca,
            sender=Sender(email=section.sender, name=section.sender_name),
            username=section.username,
            password=SecretStr(secret) if (secret := section.secret()) else None,
        )
    except ValueError as error:
        raise ConfigurationError(f"[smtp]: {error}") from error
