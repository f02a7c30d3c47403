"""Where the services are, and how to speak to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch


class Node(Protocol):
    """A service that a test may stop, kill and start again, on the same ports and data."""

    def start(self) -> None:
        """Start it unless it runs, and return when it answers."""

    def stop(self) -> None:
        """End it in an orderly way."""

    def kill(self) -> None:
        """End it as a power cut would."""


@dataclass(frozen=True)
class KafkaAddress:
    """One broker: ``bootstrap`` is PLAINTEXT and every right, ``scram`` is SASL_SSL for users who have only what they were given."""

    bootstrap: str
    scram: str = ""
    ca: Path | None = None

    def login(self, user: str, password: str) -> dict[str, Any]:
        """The kafka-python configuration of one user on the SASL_SSL listener (SCRAM-SHA-512)."""
        return {
            "bootstrap_servers": self.scram,
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": password,
            "ssl_cafile": str(self.ca),
        }

    def add_topics(self, *names: str, partitions: int = 1, configs: Mapping[str, str] | None = None) -> None:
        """Create topics; the broker never does it by itself."""
        from kafka import KafkaAdminClient

        wanted = {"num_partitions": partitions, "replication_factor": 1, "configs": dict(configs or {})}
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.create_topics(dict.fromkeys(names, wanted), wait_for_metadata=True)

    def add_user(self, name: str, password: str, **topics: str) -> None:
        """Create a SCRAM user who may do, on each topic, the operations named (``**{"raw.a": "WRITE DESCRIBE"}``)."""
        from kafka.admin import (
            ACL,
            ACLOperation,
            ACLPermissionType,
            KafkaAdminClient,
            ResourcePattern,
            ResourceType,
            ScramMechanism,
            UserScramCredentialUpsertion,
        )

        rights = [
            ACL(f"User:{name}", "*", ACLOperation[operation], ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, topic))
            for topic, operations in topics.items()
            for operation in operations.split()
        ]
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.alter_user_scram_credentials([UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, password)])
            if rights:
                admin.create_acls(rights)


@dataclass(frozen=True)
class EsAddress:
    """One Elasticsearch node; ``user`` may do everything."""

    url: str
    ca: Path | None = None
    user: str = ""
    password: str = ""

    def client(self) -> "AsyncElasticsearch":
        """A new client, to be closed by the caller: ``async with services.elasticsearch.client() as client``."""
        from elasticsearch import AsyncElasticsearch

        options: dict[str, Any] = {"ca_certs": str(self.ca)} if self.ca else {}
        return AsyncElasticsearch(self.url, basic_auth=(self.user, self.password) if self.user else None, **options)


@dataclass(frozen=True)
class Services:
    """What a test needs to know; the nodes are None for a service that was given by address."""

    kafka: KafkaAddress
    elasticsearch: EsAddress
    kafka_node: Node | None = None
    elasticsearch_node: Node | None = None
