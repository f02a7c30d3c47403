"""The same two services as containers, where a Docker engine answers: testcontainers starts them and cleans up after a killed run."""

from collections.abc import Callable
from pathlib import Path

from tests.services import local_elasticsearch, local_kafka
from tests.services.addresses import EsAddress, KafkaAddress
from tests.services.certificates import make_certificates
from tests.services.processes import free_ports, is_listening, wait_until

KAFKA_IMAGE = f"apache/kafka:{local_kafka.VERSION}"
ES_IMAGE = f"docker.elastic.co/elasticsearch/elasticsearch:{local_elasticsearch.VERSION}"
ES_CERTS = "/usr/share/elasticsearch/config/certs"
ES_SETTINGS = {
    "discovery.type": "single-node",
    "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
    "ELASTIC_PASSWORD": "tocsin-secret",
    "ingest.geoip.downloader.enabled": "false",
    "xpack.ml.enabled": "false",
    "cluster.max_shards_per_node": "5000",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "xpack.security.http.ssl.enabled": "true",
    "xpack.security.http.ssl.key": f"{ES_CERTS}/server.key",
    "xpack.security.http.ssl.certificate": f"{ES_CERTS}/server.pem",
    "xpack.security.transport.ssl.enabled": "false",
}


def docker_answers() -> bool:
    """Whether a Docker engine can be reached; a Docker client without an engine is not enough."""
    import docker  # type: ignore[import-untyped]  # the library has no types
    from docker.errors import DockerException  # type: ignore[import-untyped]  # the library has no types

    try:
        return bool(docker.from_env(timeout=3).ping())
    except DockerException:
        return False


class _Container:
    """One container on fixed host ports: Docker gives a restarted container new ports unless they are named."""

    def __init__(self, image: str, settings: dict[str, str], files: dict[Path, str], ports: dict[int, int]) -> None:
        from testcontainers.core.container import DockerContainer

        self._container = DockerContainer(image).with_envs(**settings)
        for source, target in files.items():
            self._container.with_volume_mapping(source, target)
        for inside, outside in ports.items():
            self._container.with_bind_ports(inside, outside)
        self._exists = False

    def start(self) -> None:
        """Start it unless it runs, and return when it answers."""
        if self._exists:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._exists = True
        if not wait_until(self._ready(), seconds=180):
            raise RuntimeError(f"{self._container.image} is not ready: {self._container.get_logs()!r:.2000}")

    def stop(self) -> None:
        """End it in an orderly way."""
        self._container.get_wrapped_container().stop(timeout=60)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._container.get_wrapped_container().kill()

    def _ready(self) -> Callable[[], bool]:
        raise NotImplementedError


class ContainerKafka(_Container):
    """Apache's image with the configuration of the local broker, mounted where the image looks for it."""

    def __init__(self, folder: Path) -> None:
        make_certificates(folder / "tls")
        plain, scram, control = free_ports(3)
        places = {"bind": "0.0.0.0", "tls": "/mnt/tls", "data": "/tmp/kafka-data"}
        (folder / "config").mkdir()
        properties = local_kafka.PROPERTIES.format(plain=plain, scram=scram, control=control, **places)
        (folder / "config" / "server.properties").write_text(properties)
        self.address = KafkaAddress(f"127.0.0.1:{plain}", f"127.0.0.1:{scram}", folder / "tls" / "ca.pem")
        self._ports = (plain, scram)
        files = {folder / "config": "/mnt/shared/config", folder / "tls": "/mnt/tls"}
        super().__init__(KAFKA_IMAGE, {}, files, {plain: plain, scram: scram})

    def _ready(self) -> Callable[[], bool]:
        return lambda: all(map(is_listening, self._ports))


class ContainerElasticsearch(_Container):
    """Elastic's image, the full server; its super user is called ``elastic``."""

    def __init__(self, folder: Path) -> None:
        make_certificates(folder / "tls")
        (port,) = free_ports(1)
        password = ES_SETTINGS["ELASTIC_PASSWORD"]
        self.address = EsAddress(f"https://127.0.0.1:{port}", folder / "tls" / "ca.pem", "elastic", password)
        super().__init__(ES_IMAGE, ES_SETTINGS, {folder / "tls": ES_CERTS}, {9200: port})

    def _ready(self) -> Callable[[], bool]:
        return lambda: local_elasticsearch.answers(self.address)
