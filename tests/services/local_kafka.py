"""One Apache Kafka broker (KRaft) as a local process, from the jars of Maven Central."""

import base64
import os
import subprocess
from pathlib import Path

from tests.services import java
from tests.services.addresses import KafkaAddress
from tests.services.certificates import make_certificates
from tests.services.processes import Child, free_ports, is_listening

VERSION = "4.3.1"
ARTIFACTS = (f"org.apache.kafka:kafka_2.13:{VERSION}", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")

PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
listeners=LOCAL://{bind}:{plain},SCRAM://{bind}:{scram},CONTROLLER://127.0.0.1:{control}
advertised.listeners=LOCAL://127.0.0.1:{plain},SCRAM://127.0.0.1:{scram}
listener.security.protocol.map=LOCAL:PLAINTEXT,SCRAM:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=LOCAL
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.scram.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={tls}/server-all.pem
ssl.truststore.type=PEM
ssl.truststore.location={tls}/ca.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false
log.dirs={data}
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""
"""PLAINTEXT is a super user, for provisioning and tests; on SASL_SSL a user has the rights it was given and no other. The
broker session is short because a killed broker may only come back when its last session is over."""

LOGGING = """Configuration:
  Appenders: {Console: {name: OUT, PatternLayout: {Pattern: "%d %p %m (%c)%n"}}}
  Loggers: {Root: {level: WARN, AppenderRef: [{ref: OUT}]}}
"""


class LocalKafka:
    """A broker with its data, ports, certificates and log in one folder; start, stop, kill and start it again."""

    def __init__(self, folder: Path) -> None:
        """Prepare the folder; nothing runs yet.

        Raises:
            Missing: no JDK >= 17, Maven or openssl, or the jars could not be fetched.
        """
        self.folder = folder
        self._java = self.jdk() / "bin" / "java"
        self._classes = f"{java.jars(f'kafka-{VERSION}', *ARTIFACTS)}/*"
        folder.mkdir(parents=True)
        make_certificates(folder / "tls")
        plain, scram, control = free_ports(3)
        self._ports = (plain, scram)
        self.address = KafkaAddress(f"127.0.0.1:{plain}", f"127.0.0.1:{scram}", folder / "tls" / "ca.pem")
        self._properties = folder / "server.properties"
        places = {"bind": "127.0.0.1", "tls": folder / "tls", "data": folder / "data"}
        self._properties.write_text(PROPERTIES.format(plain=plain, scram=scram, control=control, **places))
        (folder / "log4j2.yaml").write_text(LOGGING)
        self._child = Child("kafka", folder, self._command("-Xms256m", "-Xmx512m", "kafka.Kafka"), {})

    @staticmethod
    def jdk() -> Path:
        """The Java it runs on; raises ``Missing`` when there is none."""
        return java.jdk(17, "java.management")

    def start(self) -> None:
        """Start the broker unless it runs, and return when it serves."""
        if not (self.folder / "data").exists():
            self._format()
        self._child.start(lambda: all(map(is_listening, self._ports)))

    def stop(self) -> None:
        """End it in an orderly way."""
        self._child.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._child.kill()

    def _command(self, *words: str) -> list[str]:
        *options, program = words
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.yaml'}"
        fast = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
        return [str(self._java), *fast, *options, logging, "-cp", self._classes, program, str(self._properties)]

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        command = self._command("kafka.tools.StorageTool")[:-1]
        done = subprocess.run(
            [*command, "format", "-c", str(self._properties), "-t", cluster],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"Kafka's storage cannot be formatted: {done.returncode}\n{done.stderr}"
