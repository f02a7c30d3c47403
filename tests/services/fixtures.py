"""The fixtures of every test that speaks to a real service; the services are started once for the whole run."""

import os
import secrets
from collections.abc import Iterator

import pytest

from tests.services.addresses import Node, Services
from tests.services.find import find, start_together
from tests.services.processes import Missing, discard, run_folder
from tests.services.smtp import SmtpServer


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Real Kafka and Elasticsearch; without them the test is skipped, and with ``CI=true`` it fails."""
    folder = run_folder()
    try:
        found = find(folder)
    except Missing as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no services: {missing}")
    yield found
    discard(folder)


@pytest.fixture
def nodes(services: Services) -> Iterator[tuple[Node, Node]]:
    """Kafka and Elasticsearch as things to stop, kill and start; both run again when the test is over."""
    kafka, elasticsearch = services.kafka_node, services.elasticsearch_node
    if kafka is None or elasticsearch is None:
        pytest.skip("a service given by address cannot be stopped from here")
    yield kafka, elasticsearch
    start_together(kafka, elasticsearch)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server of this test alone."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def prefix() -> str:
    """What the names of this test's topics, groups and indices start with, such as ``t3f9a1c-``; valid in both services."""
    return f"t{secrets.token_hex(3)}-"
