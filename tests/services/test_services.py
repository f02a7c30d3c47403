"""The services themselves: each answers, refuses whom it should refuse, and keeps its data over a restart."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest
from elasticsearch import AsyncElasticsearch, AuthorizationException
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import TopicAuthorizationFailedError

from tests.services.addresses import Node, Services
from tests.services.find import start_together
from tests.services.smtp import DROP, SmtpServer


def send(services: Services, topic: str, value: bytes, **login: object) -> None:
    """Produce one record and wait for the broker's acknowledgement."""
    with open_producer(services, **login) as producer:
        producer.send(topic, value).get(timeout=30)


@contextmanager
def open_producer(services: Services, **login: object) -> Iterator[KafkaProducer]:
    """A producer that is closed at the end, also after a refusal."""
    producer = KafkaProducer(**{"bootstrap_servers": services.kafka.bootstrap, **login})
    try:
        yield producer
    finally:
        producer.close()


def read(services: Services, topic: str, count: int) -> list[bytes]:
    """The first ``count`` values of a topic, fewer when they do not come within ten seconds."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=services.kafka.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=10_000
    )
    try:
        return [record.value for _, record in zip(range(count), consumer, strict=False)]
    finally:
        consumer.close()


async def put(client: AsyncElasticsearch, index: str, text: str) -> None:
    """Store one document and make it readable."""
    await client.index(index=index, id="1", document={"text": text}, refresh=True)


async def get(client: AsyncElasticsearch, index: str) -> str:
    """Read it back by its id."""
    answer = await client.get(index=index, id="1")
    return str(answer["_source"]["text"])


def mail(smtp: SmtpServer) -> dict[str, tuple[int, bytes]]:
    """Send one mail and return the refused recipients."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "tocsin@region.example", "garde@chu.example", "Incident à Orléans"
    message["Message-ID"] = "<1@region.example>"
    message.set_content("Rappelez le CERT Santé.\n")
    with smtplib.SMTP(smtp.host, smtp.port, timeout=10) as client:
        return client.send_message(message)


def test_kafka_returns_the_record_it_was_given(services: Services, prefix: str) -> None:
    """A record produced to a new topic is consumed from it, byte for byte."""
    services.kafka.add_topics(f"{prefix}raw", partitions=3)
    send(services, f"{prefix}raw", b"\x00one\xff")
    assert read(services, f"{prefix}raw", 1) == [b"\x00one\xff"]


def test_a_site_cannot_write_to_the_topic_of_another(services: Services, prefix: str) -> None:
    """A SCRAM user writes where it was allowed to and is refused elsewhere, by name of the right."""
    if not services.kafka.scram:
        pytest.skip("set TOCSIN_TEST_KAFKA_SCRAM and TOCSIN_TEST_KAFKA_CA")
    own, foreign, user = f"{prefix}own", f"{prefix}foreign", f"{prefix}site"
    services.kafka.add_topics(own, foreign)
    services.kafka.add_user(user, "a-secret", **{own: "WRITE DESCRIBE"})
    login = services.kafka.login(user, "a-secret")
    send(services, own, b"mine", **login)
    with pytest.raises(TopicAuthorizationFailedError):
        send(services, foreign, b"not mine", **login)
    assert read(services, own, 1) == [b"mine"]


async def test_elasticsearch_returns_the_document_it_was_given(services: Services, prefix: str) -> None:
    """A document indexed over TLS is read back by its id."""
    async with services.elasticsearch.client() as client:
        await put(client, f"{prefix}events", "café")
        assert await get(client, f"{prefix}events") == "café"


async def test_elasticsearch_refuses_a_user_without_a_role(services: Services, prefix: str) -> None:
    """The local node knows a user who may log in and do nothing, so that a missing right can be told from a wrong password."""
    if services.elasticsearch.user != "tocsin" or services.elasticsearch_node is None:
        pytest.skip("only the local node has the user 'stranger'")
    async with services.elasticsearch.client() as client:
        stranger = client.options(basic_auth=("stranger", "stranger-secret"))
        with pytest.raises(AuthorizationException, match="stranger"):
            await put(stranger, f"{prefix}events", "no")


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_both_keep_their_data_over_a_restart(services: Services, nodes: tuple[Node, Node], prefix: str, end: str) -> None:
    """After an orderly end and after a kill -9, the record, the document and the addresses are what they were."""
    services.kafka.add_topics(f"{prefix}raw")
    send(services, f"{prefix}raw", b"before")
    async with services.elasticsearch.client() as client:
        await put(client, f"{prefix}events", "before")
        for node in nodes:
            getattr(node, end)()
        start_together(*nodes)
        assert await get(client, f"{prefix}events") == "before"
    send(services, f"{prefix}raw", b"after")
    assert read(services, f"{prefix}raw", 2) == [b"before", b"after"]


def test_smtp_keeps_the_mail_it_accepts(smtp: SmtpServer) -> None:
    """A mail arrives whole, with its sender, recipients and accents."""
    assert mail(smtp) == {}
    (received,) = smtp.wait_for(1)
    assert (received.sender, received.recipients) == ("tocsin@region.example", ("garde@chu.example",))
    assert received.message["Subject"] == "Incident à Orléans"
    assert "Rappelez le CERT Santé." in received.message.get_content()


@pytest.mark.parametrize("code", [451, 550])
def test_smtp_refuses_a_recipient_as_scripted(smtp: SmtpServer, code: int) -> None:
    """A scripted answer to RCPT reaches the client once; the next mail passes."""
    smtp.at_rcpt(f"{code} 4.2.0 not now")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        mail(smtp)
    assert refused.value.recipients["garde@chu.example"][0] == code
    assert smtp.received == []
    assert mail(smtp) == {}


@pytest.mark.parametrize("code", [451, 550])
def test_smtp_refuses_the_content_as_scripted(smtp: SmtpServer, code: int) -> None:
    """A scripted answer to DATA reaches the client; the mail is listed as received and not as delivered."""
    smtp.at_data(lambda: f"{code} 4.3.0 disk full")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        mail(smtp)
    assert refused.value.smtp_code == code
    assert [received.kept for received in smtp.received] == [False]


def test_smtp_can_leave_the_client_in_doubt(smtp: SmtpServer) -> None:
    """Cut after DATA and before the 250, the server has the mail and the client cannot know."""
    smtp.at_data(DROP)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail(smtp)
    assert [received.message["Message-ID"] for received in smtp.delivered] == ["<1@region.example>"]


def test_smtp_can_be_away_and_come_back(smtp: SmtpServer) -> None:
    """A stopped server refuses the connection; started again it listens on the same port."""
    smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        mail(smtp)
    smtp.start()
    assert mail(smtp) == {}
