"""Faust's application for the workers of one stage, with the settings that keep it from what it gets wrong."""

import ssl
from pathlib import Path
from typing import Any

import faust

from tocsin.drivers.changelog import Table
from tocsin.drivers.flow import App
from tocsin.settings import KafkaSettings


def application_id(kafka: KafkaSettings, stage: str) -> str:
    """The consumer group of a stage's workers."""
    return f"{kafka.prefix}tocsin-{stage}"


def changelog(kafka: KafkaSettings, stage: str) -> str:
    """The topic that a stage's state is kept in."""
    return f"{application_id(kafka, stage)}-state-changelog"


def application(kafka: KafkaSettings, stage: str, folder: Path) -> App:
    """What runs the workers of a stage; ``folder`` is for Faust's own files."""
    return App(
        application_id(kafka, stage),
        broker=";".join(f"kafka://{address}" for address in kafka.bootstrap),
        broker_credentials=_credentials(kafka),
        store="memory://",
        datadir=str(folder / stage),
        topic_partitions=1,
        topic_replication_factor=kafka.replication,
        topic_disable_leader=True,
        topic_allow_declare=False,  # `tocsin provision` made them; a worker needs no right to create
        Table=Table,
        table_standby_replicas=0,
        web_enabled=False,
        web_bind="127.0.0.1",
        broker_commit_interval=0.3,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_rebalance_timeout=30.0,
        broker_request_timeout=30.0,
        stream_buffer_maxsize=64,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 * 1024 * 1024,
        producer_max_request_size=1_048_576,
        producer_compression_type="gzip",
    )


def _credentials(kafka: KafkaSettings) -> Any:
    context = None
    if kafka.security.endswith("SSL"):
        context = ssl.create_default_context(cafile=kafka.ca)
        if kafka.certificate:
            context.load_cert_chain(kafka.certificate, kafka.private_key)
    if kafka.security == "SASL_SSL":
        return faust.SASLCredentials(
            username=kafka.username, password=kafka.secret(), ssl_context=context, mechanism=kafka.mechanism
        )
    return faust.SSLCredentials(context=context) if kafka.security == "SSL" else None
