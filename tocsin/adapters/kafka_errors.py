"""The errors of the Kafka client as ours: whose fault it is, and whether waiting helps."""

import socket
import ssl
import struct
from collections.abc import Mapping

from kafka import errors as kafka_errors

from schemas.errors import ConfigurationError, Refused, RightsError, TocsinError, Unavailable
from tocsin.settings import KafkaSettings

_TRANSLATION: Mapping[type[Exception], type[TocsinError]] = {
    kafka_errors.TopicAuthorizationFailedError: RightsError,
    kafka_errors.GroupAuthorizationFailedError: RightsError,
    kafka_errors.ClusterAuthorizationFailedError: RightsError,
    kafka_errors.SaslAuthenticationFailedError: RightsError,
    kafka_errors.MessageSizeTooLargeError: Refused,
    kafka_errors.RecordListTooLargeError: Refused,
    kafka_errors.InvalidTopicError: Refused,
}
"""Every other error of the client means: away for now."""


def translate(error: Exception, settings: KafkaSettings, what: str, right: str) -> TocsinError:
    """The client's error as one of ours, with the cause an operator can act on; what is ours already stays as it is.

    Raises:
        ConfigurationError: the TLS files cannot be read.
    """
    if isinstance(error, TocsinError):
        return error
    kind = next((ours for theirs, ours in _TRANSLATION.items() if isinstance(error, theirs)), Unavailable)
    where = f"Kafka at {', '.join(settings.bootstrap)}"
    if kind is RightsError:
        return RightsError(
            f"{where}: may not {what}: user {settings.username or 'anonymous'} lacks {right or 'the right'} ({error})"
        )
    if kind is Refused:
        return Refused(f"{where}: cannot {what}: {error}")
    return _diagnosed(error, settings, f"{where}: cannot {what}")


def _diagnosed(error: Exception, settings: KafkaSettings, text: str) -> TocsinError:
    """Tell apart what the client reports as one time-out: nobody listens, TLS fails, the credential is wrong."""
    host, _, port = settings.bootstrap[0].rpartition(":")
    context = _context(settings)
    try:
        with socket.create_connection((host, int(port)), timeout=3) as plain, _wrapped(plain, context, host) as stream:
            stream.sendall(_API_VERSIONS)
            speaks = bool(stream.recv(4))
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as reason:  # it starts, or it stops
        return Unavailable(f"{text}: {host}:{port} hangs up ({reason})")
    except ssl.SSLError as reason:
        return RightsError(f"{text}: the TLS handshake fails: {reason}")
    except (OSError, ValueError) as reason:
        return Unavailable(f"{text}: no answer from {host}:{port} ({reason})")
    if speaks and "bootstrap" in str(error) and settings.security.startswith("SASL"):
        return RightsError(f"{text}: TCP and TLS work, so user {settings.username!r} or its password is refused")
    return Unavailable(f"{text}: {type(error).__name__}: {error}")


_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""An ApiVersions request, version 0, without a client id: a broker answers it before anybody has logged in (Kafka protocol guide)."""


def _context(settings: KafkaSettings) -> ssl.SSLContext | None:
    if not settings.security.endswith("SSL"):
        return None
    files = ", ".join(str(path) for path in (settings.ca, settings.certificate, settings.private_key) if path)
    try:
        context = ssl.create_default_context(cafile=settings.ca)
        if settings.certificate:
            context.load_cert_chain(settings.certificate, settings.private_key)
    except OSError as reason:
        raise ConfigurationError(f"[kafka]: cannot use the TLS files {files}: {reason}") from reason
    return context


def _wrapped(plain: socket.socket, context: ssl.SSLContext | None, host: str) -> socket.socket:
    return context.wrap_socket(plain, server_hostname=host) if context else plain
