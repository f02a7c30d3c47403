"""What every channel must do (``notify.ports.Channel``), over the one in memory and over SMTP to a real server on loopback."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Protocol

import pytest

from notify.adapters.memory import MemoryChannel
from notify.adapters.smtp import SmtpChannel, SmtpSettings
from notify.mail import Sender
from notify.ports import Channel, CutOff
from schemas.errors import Refused, Unavailable
from schemas.site import Contact
from tests.notify.stories import at, notice
from tests.services.smtp import DROP, SmtpServer

SENDER = Sender(email="tocsin@region.fr")


class World(Protocol):
    """A channel and the receiver behind it."""

    channel: Channel

    def fails(self, how: str) -> None:
        """The next mail meets ``later``, ``never`` or ``cut`` (after DATA)."""

    def mails(self) -> list[EmailMessage]:
        """What a mail server would have delivered."""


class Memory:
    """The channel that demonstrations and replays use."""

    def __init__(self) -> None:
        self.channel = MemoryChannel(lambda: at("02:12"), SENDER)

    def fails(self, how: str) -> None:
        """Script the next call."""
        self.channel.answers.append({"later": Unavailable("451"), "never": Refused("550"), "cut": CutOff("lost")}[how])

    def mails(self) -> list[EmailMessage]:
        """As they would be read at the other end."""
        return [message_from_bytes(mail.as_bytes(), policy=policy.default) for mail in self.channel.mails]


class Smtp:
    """SMTP to a real server."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        settings = SmtpSettings(host=server.host, port=server.port, tls="none", sender=SENDER, timeout=5)
        self.channel = SmtpChannel(settings, lambda: at("02:12"))

    def fails(self, how: str) -> None:
        """Script the next answer."""
        if how == "cut":
            self.server.at_data(DROP)
        else:
            self.server.at_rcpt({"later": "451 4.3.0 try later", "never": "550 5.1.1 no such user"}[how])

    def mails(self) -> list[EmailMessage]:
        """What came in."""
        return [mail.message for mail in self.server.delivered]


@pytest.fixture(params=["memory", "smtp"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each channel in turn."""
    if request.param == "memory":
        yield Memory()
        return
    server = SmtpServer()
    server.start()
    yield Smtp(server)
    server.stop()


async def test_one_call_is_one_mail(world: World) -> None:
    """The mail arrives once, to its one recipient, with subject and text to the letter."""
    sent = notice()
    await world.channel.send(sent, uncertain=False)
    (mail,) = world.mails()
    assert mail["To"].addresses[0].addr_spec == sent.contact.email
    assert mail["Message-ID"] == sent.message_id
    assert mail["Subject"] == sent.subject
    assert mail.get_content().replace("\r\n", "\n") == sent.text


async def test_headers_that_machines_and_threads_need(world: World) -> None:
    """It hangs on the incident's thread, says when it was sent and that no machine may answer, and names incident and marking."""
    await world.channel.send(notice(), uncertain=False)
    (mail,) = world.mails()
    assert {name: mail[name] for name in ("References", "In-Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress")} == {
        "References": "<3f9a1c2b@tocsin.invalid>",
        "In-Reply-To": "<3f9a1c2b@tocsin.invalid>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    assert (mail["X-Tocsin-TLP"], mail["X-Tocsin-Version"], mail["Content-Language"]) == ("TLP:AMBER", "3", "fr")
    assert mail["X-Tocsin-Incident"] == notice().incident_id
    assert mail["Date"].datetime == at("02:12")
    assert mail["X-Tocsin-Uncertain"] is None


async def test_a_second_copy_says_so(world: World) -> None:
    """A retry bears the same Message-ID; an uncertain one is marked."""
    await world.channel.send(notice(), uncertain=False)
    await world.channel.send(notice(), uncertain=True)
    assert [(mail["Message-ID"], mail["X-Tocsin-Uncertain"]) for mail in world.mails()] == [
        (notice().message_id, None),
        (notice().message_id, "yes"),
    ]


@pytest.mark.parametrize(("how", "error"), [("later", Unavailable), ("never", Refused)])
async def test_a_failure_is_of_one_call(world: World, how: str, error: type[Exception]) -> None:
    """A temporary or a permanent no is raised as such, nothing is delivered, and the next recipient is not touched by it."""
    world.fails(how)
    with pytest.raises(error) as caught:
        await world.channel.send(notice(), uncertain=False)
    assert type(caught.value) is error
    assert world.mails() == []
    await world.channel.send(notice(contact=Contact(role="rssi", name="R", email="r@x.fr")), uncertain=False)
    assert [mail["To"].addresses[0].addr_spec for mail in world.mails()] == ["r@x.fr"]


async def test_cut_off_after_data(world: World) -> None:
    """When the connection is lost before the answer to DATA, the caller learns of the doubt."""
    world.fails("cut")
    with pytest.raises(CutOff):
        await world.channel.send(notice(), uncertain=False)
    assert len(world.mails()) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"subject": "x\r\nBcc: spy@evil.example"},
        {"subject": "x\nBcc: spy@evil.example"},
        {"message_id": "<a@b>\r\nBcc: spy@evil.example"},
        {"message_id": "<a@b> <c@d>"},
        {"references": ("<a@b>\r\nBcc: spy@evil.example",)},
        {"incident_id": "i\r\nBcc: spy@evil.example"},
        {"contact": Contact(role="r", name="N\r\nBcc: spy@evil.example", email="a@b.fr")},
        {"contact": Contact(role="r", name="N", email="a,spy@evil.example")},
        {"contact": Contact(role="r", name="N", email="é@b.fr")},
    ],
)
async def test_nothing_adds_a_header_or_a_recipient(world: World, forged: dict[str, object]) -> None:
    """A line break or a second address in any field is refused, and no mail leaves."""
    with pytest.raises(Refused, match="cannot be a mail"):
        await world.channel.send(notice().model_copy(update=forged), uncertain=False)
    assert world.mails() == []


async def test_a_name_full_of_signs_is_only_a_name(world: World) -> None:
    """Quotes, commas, angle brackets and accents in a display name add no recipient."""
    name = 'Léa "x" <spy@evil.example>, Bob'
    await world.channel.send(notice(contact=Contact(role="r", name=name, email="lea@b.fr")), uncertain=False)
    (mail,) = world.mails()
    assert [(a.display_name, a.addr_spec) for a in mail["To"].addresses] == [(name, "lea@b.fr")]
