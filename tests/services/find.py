"""Where the services come from: an address in the environment, else Docker, else local processes."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.services.addresses import EsAddress, KafkaAddress, Node, Services
from tests.services.containers import ContainerElasticsearch, ContainerKafka, docker_answers
from tests.services.local_elasticsearch import LocalElasticsearch
from tests.services.local_kafka import LocalKafka
from tests.services.processes import Missing

KAFKA = "TOCSIN_TEST_KAFKA"
ELASTICSEARCH = "TOCSIN_TEST_ELASTICSEARCH"
HOW = "TOCSIN_TEST_SERVICES"
"""``docker`` or ``local``: what to use instead of looking whether Docker answers."""


def find(folder: Path, environment: Mapping[str, str] = os.environ) -> Services:
    """Services that answer; those not given by address are started, side by side, with their files under ``folder``.

    Raises:
        Missing: this machine cannot run one of them; the text says what would be needed.
        RuntimeError: one was started and died or never answered.
    """
    kafka, kafka_node = kafka_from(environment), None
    elasticsearch, elasticsearch_node = elasticsearch_from(environment), None
    docker = not (kafka and elasticsearch) and prefers_docker(environment)
    if kafka is None:
        kafka_node = (ContainerKafka if docker else LocalKafka)(folder / "kafka")
        kafka = kafka_node.address
    if elasticsearch is None:
        elasticsearch_node = (ContainerElasticsearch if docker else LocalElasticsearch)(folder / "elasticsearch")
        elasticsearch = elasticsearch_node.address
    start_together(*(node for node in (kafka_node, elasticsearch_node) if node))
    return Services(kafka, elasticsearch, kafka_node, elasticsearch_node)


def prefers_docker(environment: Mapping[str, str]) -> bool:
    """Whether to use containers: as ``TOCSIN_TEST_SERVICES`` says, else whether a Docker engine answers."""
    return environment[HOW] == "docker" if environment.get(HOW) else docker_answers()


def why_missing(environment: Mapping[str, str] = os.environ) -> str:
    """Why services cannot be had here, in words; empty when they can. Nothing is started."""
    if (kafka_from(environment) and elasticsearch_from(environment)) or prefers_docker(environment):
        return ""
    try:
        LocalKafka.jdk()
        LocalElasticsearch.jdk()
    except Missing as missing:
        return f"services: {missing}"
    return ""


def start_together(*nodes: Node) -> None:
    """Start services side by side, and return when all answer."""
    with ThreadPoolExecutor() as pool:
        for started in [pool.submit(node.start) for node in nodes]:
            started.result()


def kafka_from(environment: Mapping[str, str]) -> KafkaAddress | None:
    """``TOCSIN_TEST_KAFKA`` (PLAINTEXT, all rights), with ``_SCRAM`` (SASL_SSL) and ``_CA`` where there is such a listener."""
    if not environment.get(KAFKA):
        return None
    return KafkaAddress(environment[KAFKA], environment.get(f"{KAFKA}_SCRAM", ""), _path(environment, f"{KAFKA}_CA"))


def elasticsearch_from(environment: Mapping[str, str]) -> EsAddress | None:
    """``TOCSIN_TEST_ELASTICSEARCH`` (a URL), with ``_CA``, ``_USER`` and ``_PASSWORD`` where they are needed."""
    if not environment.get(ELASTICSEARCH):
        return None
    user, password = (environment.get(f"{ELASTICSEARCH}_{name}", "") for name in ("USER", "PASSWORD"))
    return EsAddress(environment[ELASTICSEARCH], _path(environment, f"{ELASTICSEARCH}_CA"), user, password)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if environment.get(name) else None
