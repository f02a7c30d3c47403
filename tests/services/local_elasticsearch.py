"""One Elasticsearch node as a local process: the distribution that Elastic publishes for integration tests."""

import base64
import hashlib
import os
import pwd
import shutil
import ssl
import urllib.request
from pathlib import Path

from tests.services import java
from tests.services.addresses import EsAddress
from tests.services.certificates import make_certificates
from tests.services.processes import Child, Missing, free_ports

VERSION = "9.5.0"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"

CONFIGURATION = """cluster.name: tocsin-test
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
discovery.type: single-node
path.data: {folder}/data
path.logs: {folder}/logs
action.destructive_requires_name: true
cluster.max_shards_per_node: 5000
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: true
xpack.security.http.ssl: {{enabled: true, key: certs/server.key, certificate: certs/server.pem}}
xpack.security.transport.ssl.enabled: false
"""

OPTIONS = ("-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Des.queryable_built_in_roles_enabled=false")
"""A small heap, a quick start, and no attempts to write the security index, which this distribution cannot create."""

USERS = {"tocsin": ("tocsin-secret", "superuser"), "stranger": ("stranger-secret", "")}
"""Name: password and role; ``stranger`` may log in and do nothing."""


class LocalElasticsearch:
    """A node with its data, ports, certificates and log in one folder; start, stop, kill and start it again."""

    def __init__(self, folder: Path) -> None:
        """Prepare the folder; nothing runs yet.

        Raises:
            Missing: no full JDK >= 21, Maven or openssl, the archive could not be fetched, or root has no other user to run it as.
        """
        home = self.jdk()
        archive = java.archive(f"elasticsearch-{VERSION}", ARTIFACT) / f"elasticsearch-{VERSION}.zip"
        folder.mkdir(parents=True)
        make_certificates(folder / "tls")
        http, transport = free_ports(2)
        self.address = EsAddress(f"https://127.0.0.1:{http}", folder / "tls" / "ca.pem", "tocsin", USERS["tocsin"][0])
        install = _unpack(archive, folder)
        shutil.copytree(folder / "tls", install / "config" / "certs")
        configuration = CONFIGURATION.format(http=http, transport=transport, folder=folder)
        (install / "config" / "elasticsearch.yml").write_text(configuration)
        _write_users(install / "config")
        environment = {
            "ES_JAVA_HOME": str(home),
            "ES_JAVA_OPTS": " ".join(OPTIONS),
            "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "HOME": str(folder),
        }
        command = [*_as_another_user(folder), str(install / "bin" / "elasticsearch"), "-p", str(folder / "server.pid")]
        self._child = Child("elasticsearch", folder, command, environment)

    @staticmethod
    def jdk() -> Path:
        """The Java it runs on, a full JDK; raises ``Missing`` when there is none."""
        return java.jdk(21, "jdk.jdi")

    def start(self) -> None:
        """Start the node unless it runs, and return when its cluster is ready."""
        self._child.start(lambda: answers(self.address))

    def stop(self) -> None:
        """End it in an orderly way."""
        self._child.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._child.kill()


def answers(address: EsAddress) -> bool:
    """Whether the node serves: its cluster is at least yellow."""
    request = urllib.request.Request(f"{address.url}/_cluster/health?wait_for_status=yellow&timeout=1s")
    login = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
    request.add_header("Authorization", f"Basic {login}")
    context = ssl.create_default_context(cafile=str(address.ca))
    try:
        with urllib.request.urlopen(request, timeout=3, context=context) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _unpack(archive: Path, folder: Path) -> Path:
    shutil.unpack_archive(archive, folder)
    install = folder / f"elasticsearch-{VERSION}"
    for program in (install / "bin").iterdir():
        program.chmod(0o755)  # zipfile forgets the mode
    return install


def _write_users(config: Path) -> None:
    """The file realm, written directly: ``bin/elasticsearch-users`` starts a JVM for each user.

    Source: Elasticsearch reference, *File-based user authentication*; hashes as its ``Hasher.PBKDF2`` reads them.
    """
    (config / "users").write_text("".join(f"{name}:{_hash(password)}\n" for name, (password, _) in USERS.items()))
    (config / "users_roles").write_text("".join(f"{role}:{name}\n" for name, (_, role) in USERS.items() if role))


def _hash(password: str, rounds: int = 1000) -> str:
    salt = os.urandom(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, 32)
    return f"{{PBKDF2}}{rounds}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _as_another_user(folder: Path) -> list[str]:
    """The command prefix that drops root, which Elasticsearch refuses to run as; the folder changes hands."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise Missing("Elasticsearch refuses to run as root, and setpriv (util-linux) is not installed")
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
