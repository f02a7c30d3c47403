"""What the client reports as one time-out is told apart: nobody listens, TLS fails, the file is wrong, the broker is not ready."""

import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from kafka import errors

from schemas.errors import ConfigurationError, Refused, RightsError, Unavailable
from tests.services.certificates import make_certificates
from tests.services.processes import free_ports
from tocsin.adapters import kafka
from tocsin.adapters.kafka import KafkaAdmin, KafkaLog
from tocsin.adapters.kafka_errors import translate
from tocsin.settings import KafkaSettings

TIMED_OUT = errors.KafkaTimeoutError("Timed out after 8000ms waiting for bootstrap")


def settings(port: int, **changes: object) -> KafkaSettings:
    """A SASL_SSL listener on this machine."""
    facts = {"bootstrap": (f"127.0.0.1:{port}",), "username": "worker", "password": "a-s3cret"}
    return KafkaSettings.model_validate({**facts, **changes})


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority and a server certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder)
    return folder


@contextmanager
def listening(tls: Path | None = None, *, cut: bool = False) -> Iterator[int]:
    """A port that accepts connections, with TLS or without, and says nothing, or hangs up at once."""
    server = socket.create_server(("127.0.0.1", 0))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if tls:
        context.load_cert_chain(tls / "server.pem", tls / "server.key")
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with suppress(OSError):
                if cut:
                    client.close()
                else:
                    kept.append(context.wrap_socket(client, server_side=True) if tls else client)  # held open, never answered

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    with suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(timeout=5)
    for client in kept:
        client.close()


def test_nobody_listens() -> None:
    """Unavailable: it may come."""
    (port,) = free_ports(1)
    error = translate(TIMED_OUT, settings(port, security="PLAINTEXT"), "write to topic t", "WRITE")
    assert type(error) is Unavailable
    assert f"cannot write to topic t: no answer from 127.0.0.1:{port}" in str(error)


def test_a_broker_that_hangs_up_while_it_starts_or_stops_is_away() -> None:
    """A connection that is cut during the TLS handshake is no wrong certificate: a worker waits for the broker."""
    with listening(cut=True) as port:
        assert type(translate(TIMED_OUT, settings(port), "connect", "")) is Unavailable


def test_a_certificate_of_another_authority_is_the_operators(tls: Path) -> None:
    """RightsError, with OpenSSL's reason."""
    with listening(tls) as port:
        error = translate(TIMED_OUT, settings(port), "connect", "")
    assert type(error) is RightsError
    assert "the TLS handshake fails" in str(error)
    assert "certificate verify failed" in str(error)


def test_a_listener_without_tls_is_the_operators() -> None:
    """TLS asked of a port that answers in plain text."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        client, _ = server.accept()
        client.recv(1)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)
        client.close()

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    error = translate(TIMED_OUT, settings(server.getsockname()[1]), "connect", "")
    thread.join()
    server.close()
    assert type(error) is RightsError
    assert "the TLS handshake fails" in str(error)


@pytest.mark.parametrize("name", ["ca", "certificate"])
def test_a_file_that_is_not_there_is_the_operators(tls: Path, name: str) -> None:
    """It is named, and nobody waits for it to come."""
    with listening(tls) as port, pytest.raises(ConfigurationError, match=r"/nonexistent/x\.pem"):
        translate(FileNotFoundError(2, "x"), settings(port, **{name: "/nonexistent/x.pem"}), "connect", "")


def test_a_file_that_holds_no_certificate_is_the_operators(tls: Path, tmp_path: Path) -> None:
    """An empty CA file is said as such."""
    (tmp_path / "empty.pem").touch()
    with listening(tls) as port, pytest.raises(ConfigurationError, match=r"empty\.pem"):
        translate(ssl.SSLError("x"), settings(port, ca=tmp_path / "empty.pem"), "connect", "")


@pytest.mark.parametrize("secure", [False, True])
def test_a_broker_that_does_not_answer_yet_is_away(tls: Path, secure: bool) -> None:  # noqa: FBT001 - a parameter
    """It accepts connections and says nothing: a worker waits, and does not blame the password."""
    with listening(tls if secure else None) as port:
        slow = settings(port, ca=tls / "ca.pem") if secure else settings(port, security="PLAINTEXT")
        assert type(translate(TIMED_OUT, slow, "connect", "")) is Unavailable


@pytest.mark.parametrize(
    ("theirs", "ours", "said"),
    [
        (errors.TopicAuthorizationFailedError("t"), RightsError, "may not write to topic t: user worker lacks WRITE"),
        (errors.MessageSizeTooLargeError("big"), Refused, "cannot write to topic t"),
        (errors.InvalidTopicError("t"), Refused, "cannot write to topic t"),
        (ConfigurationError("no variable X"), ConfigurationError, "no variable X"),
        (RightsError("lacks READ"), RightsError, "lacks READ"),
    ],
)
def test_each_error_has_its_owner(theirs: Exception, ours: type[Exception], said: str) -> None:
    """By whose fault it is; an error that is ours already stays what it is."""
    error = translate(theirs, settings(1), "write to topic t", "WRITE")
    assert type(error) is ours
    assert said in str(error)


def test_no_secret_is_in_an_error(tls: Path) -> None:
    """Whatever goes wrong."""
    with listening(tls) as port:
        assert "a-s3cret" not in str(translate(TIMED_OUT, settings(port, ca=tls / "ca.pem"), "connect", ""))


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    common = kafka._common
    monkeypatch.setattr(kafka, "_common", lambda settings: {**common(settings), "bootstrap_timeout_ms": 500})


@pytest.mark.usefixtures("_hurry")
async def test_every_port_of_a_broker_that_is_not_there() -> None:
    """Append, read and ask are all Unavailable, and can be tried again."""
    (port,) = free_ports(1)
    away = settings(port, security="PLAINTEXT")
    log = KafkaLog(away)
    for _ in range(2):
        with pytest.raises(Unavailable, match="no answer"):
            await log.append("t", "k", b"x")
        with pytest.raises(Unavailable, match="no answer"):
            await log.read("t", 0, 0, 1)
    with pytest.raises(Unavailable, match="no answer"):
        KafkaAdmin(away).partitions()
    await log.close()


async def test_a_secret_that_cannot_be_had_is_not_waited_for() -> None:
    """The operator's mistake is told as one, not as a broker that is away."""
    wrong = settings(1, password=None, password_env="TOCSIN_TEST_NOT_SET")
    with pytest.raises(ConfigurationError, match="TOCSIN_TEST_NOT_SET"):
        await KafkaLog(wrong).append("t", "k", b"x")
    with pytest.raises(ConfigurationError, match="TOCSIN_TEST_NOT_SET"):
        await KafkaLog(wrong).read("t", 0, 0, 1)
    with pytest.raises(ConfigurationError, match="TOCSIN_TEST_NOT_SET"):
        KafkaAdmin(wrong).partitions()
