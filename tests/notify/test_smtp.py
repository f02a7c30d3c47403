"""What only SMTP has: TLS modes, credentials, envelope, encoding, and every foreign exception translated."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pydantic import ValidationError

from notify.adapters.smtp import TRANSLATION, SmtpChannel, SmtpSettings, translated
from notify.mail import Sender
from notify.ports import CutOff
from schemas.errors import Refused, RightsError, TocsinError, Unavailable
from tests.notify.stories import at, notice
from tests.services.certificates import make_certificates
from tests.services.processes import Missing, free_ports
from tests.services.smtp import DROP, Received, SmtpServer

SENDER = Sender(email="tocsin@region.fr")
PASSWORD = "correct horse"


def channel(**settings: object) -> SmtpChannel:
    """A channel to loopback."""
    facts = {"host": "127.0.0.1", "sender": SENDER, "timeout": 5, **settings}
    return SmtpChannel(SmtpSettings.model_validate(facts), lambda: at("02:12"))


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A server without TLS."""
    started = SmtpServer()
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ca.pem``, ``server.pem`` and ``server.key``."""
    folder = tmp_path_factory.mktemp("certificates")
    try:
        make_certificates(folder)
    except Missing as missing:
        pytest.skip(str(missing))
    return folder


class Inbox:
    """Keeps the number of mails; knows one password."""

    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Take it."""
        self.count += 1
        return "250 OK"

    def authenticate(self, _server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
        """One password opens."""
        return AuthResult(success=getattr(data, "password", None) == PASSWORD.encode(), handled=False)


Start = Callable[..., tuple[Inbox, int]]


@pytest.fixture
def secure(certificates: Path) -> Iterator[Start]:
    """Starts a server with the certificates: ``secure(starttls=True)`` or ``secure(starttls=False)``."""
    started: list[Controller] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")

    def start(*, starttls: bool) -> tuple[Inbox, int]:
        inbox, (port,) = Inbox(), free_ports(1)
        tls = {"tls_context": context, "require_starttls": True} if starttls else {"ssl_context": context}
        login = {"authenticator": inbox.authenticate, "auth_required": True, "auth_require_tls": starttls}
        started.append(Controller(inbox, hostname="127.0.0.1", port=port, **tls, **login))
        started[-1].start()
        return inbox, port

    yield start
    for controller in started:
        controller.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it is TLS from the first byte
@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_tls_and_login(secure: Start, certificates: Path, mode: str) -> None:
    """In both modes the mail goes over a verified connection, after login."""
    inbox, port = secure(starttls=mode == "starttls")
    await channel(port=port, tls=mode, ca_file=certificates / "ca.pem", username="u", password=PASSWORD).send(
        notice(), uncertain=False
    )
    assert inbox.count == 1


async def test_a_certificate_of_a_stranger(secure: Start) -> None:
    """A server that cannot prove who it is gets neither password nor mail."""
    inbox, port = secure(starttls=True)
    with pytest.raises(Unavailable, match="certificate"):
        await channel(port=port, username="u", password=PASSWORD).send(notice(), uncertain=False)
    assert inbox.count == 0


async def test_a_wrong_password_is_the_operators(secure: Start, certificates: Path) -> None:
    """A rejected login, or a server that wants one, is a RightsError: no row is given up for it."""
    _, port = secure(starttls=True)
    for login in ({"username": "u", "password": "wrong"}, {}):
        with pytest.raises(RightsError, match="rejects our credential"):
            await channel(port=port, ca_file=certificates / "ca.pem", **login).send(notice(), uncertain=False)


async def test_starttls_is_required(server: SmtpServer) -> None:
    """A server (or somebody in between) that offers no STARTTLS gets nothing in clear."""
    with pytest.raises(Unavailable, match="STARTTLS"):
        await channel(port=server.port).send(notice(), uncertain=False)
    assert server.received == []


async def test_envelope_and_encoding(server: SmtpServer) -> None:
    """The envelope has one recipient; the body is quoted-printable, no line over 76 octets, CRLF only, a lone dot survives."""
    await channel(port=server.port, tls="none").send(notice(text=f"été {'x' * 300}\n.\nfin\n"), uncertain=False)
    (mail,) = server.delivered
    assert (mail.sender, mail.recipients) == ("tocsin@region.fr", (notice().contact.email,))
    assert mail.message["Content-Transfer-Encoding"] == "quoted-printable"
    assert mail.message.get_content_type() == "text/plain"
    assert max(len(line) for line in mail.data.split(b"\r\n")) <= 76
    assert mail.data.count(b"\n") == mail.data.count(b"\r\n")
    assert "\n.\nfin\n" in mail.message.get_content().replace("\r\n", "\n")


async def test_cut_before_data_leaves_no_doubt(server: SmtpServer) -> None:
    """A connection lost at RCPT is plain trouble: the mail cannot have left."""
    server.at_rcpt(DROP)
    with pytest.raises(Unavailable) as caught:
        await channel(port=server.port, tls="none").send(notice(), uncertain=False)
    assert not isinstance(caught.value, CutOff)


@pytest.mark.parametrize(("answer", "error"), [("452 4.2.2 full", Unavailable), ("554 5.7.1 rejected", Refused)])
async def test_an_answer_to_data_leaves_no_doubt(server: SmtpServer, answer: str, error: type[TocsinError]) -> None:
    """A 4xx or 5xx after DATA says that the mail was not taken."""
    server.at_data(answer)
    with pytest.raises(error, match=answer.partition(" ")[2]) as caught:
        await channel(port=server.port, tls="none").send(notice(), uncertain=False)
    assert type(caught.value) is error
    assert server.delivered == []


async def test_nobody_listens() -> None:
    """A refused connection is trouble that may pass."""
    (port,) = free_ports(1)
    with pytest.raises(Unavailable, match="SMTPConnectError"):
        await channel(port=port, tls="none").send(notice(), uncertain=False)


def test_a_received_mail_that_was_cut_is_kept() -> None:
    """The test server counts a mail that it had in whole before the cut, as a real one would."""
    assert Received("a", ("b",), b"", DROP).kept


@pytest.mark.parametrize("name", aiosmtplib.errors.__all__)
def test_every_exception_of_the_library_is_translated(name: str) -> None:
    """The table names each exception class of aiosmtplib itself, so that a new one is noticed."""
    assert getattr(aiosmtplib, name) in TRANSLATION


@pytest.mark.parametrize(
    ("error", "begun", "ours"),
    [
        (aiosmtplib.SMTPRecipientRefused(450, "busy", "a@b"), False, Unavailable),
        (aiosmtplib.SMTPRecipientRefused(550, "no", "a@b"), False, Refused),
        (aiosmtplib.SMTPSenderRefused(550, "not you", "a@b"), False, Unavailable),
        (aiosmtplib.SMTPSenderRefused(530, "log in", "a@b"), False, RightsError),
        (aiosmtplib.SMTPAuthenticationError(454, "later"), False, Unavailable),
        (aiosmtplib.SMTPAuthenticationError(535, "wrong"), False, RightsError),
        (aiosmtplib.SMTPConnectResponseError(554, "go away"), False, Unavailable),
        (aiosmtplib.SMTPDataError(421, "closing"), True, Unavailable),
        (aiosmtplib.SMTPReadTimeoutError("slow"), True, CutOff),
        (TimeoutError(), True, CutOff),
        (ConnectionResetError("reset"), False, Unavailable),
        (ssl.SSLError("bad"), False, Unavailable),
    ],
)
def test_translation(error: Exception, begun: bool, ours: type[TocsinError]) -> None:  # noqa: FBT001 - a table of cases
    """Only what is about this recipient or this message is refused for good; a loss after DATA has begun is a doubt."""
    assert type(translated(error, begun=begun)) is ours


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"host": "mail.region.fr", "tls": "none"}, "would send mails in clear to mail.region.fr"),
        ({"host": "127.0.0.1.evil.example", "tls": "none"}, "would send mails in clear"),
        ({"host": "mail.region.fr", "username": "u"}, "go together"),
        ({"host": "mail.region.fr", "tls": "maybe"}, "'starttls', 'tls' or 'none'"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, object], complaint: str) -> None:
    """Mails in clear to another machine must be meant, and a password needs its user."""
    with pytest.raises(ValidationError, match=complaint):
        SmtpSettings.model_validate({"sender": SENDER, **settings})


def test_the_password_is_never_shown() -> None:
    """Neither repr nor str nor JSON of the settings holds it; insecure settings must say so."""
    settings = SmtpSettings(host="mail.region.fr", tls="none", insecure=True, sender=SENDER, username="u", password=PASSWORD)
    assert PASSWORD not in f"{settings!r} {settings} {settings.model_dump_json()}"
