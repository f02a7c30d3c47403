"""A throw-away certificate authority and one server certificate for loopback."""

import shutil
import subprocess
from pathlib import Path

from tests.services.processes import Missing

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def make_certificates(folder: Path) -> None:
    """Write ``ca.pem``, ``server.pem``, ``server.key`` and ``server-all.pem`` (key, certificate and CA in one, as Kafka wants).

    Raises:
        Missing: openssl is not installed.
    """
    if shutil.which("openssl") is None:
        raise Missing("openssl is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    _openssl(folder, "req", "-x509", *KEY, "-days", "30", "-subj", "/CN=Tocsin test CA", "-keyout", "ca.key", "-out", "ca.pem")
    _openssl(folder, "req", *KEY, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "names")
    _openssl(folder, "x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
    parts = ("server.key", "server.pem", "ca.pem")
    (folder / "server-all.pem").write_text("".join((folder / part).read_text() for part in parts))
    for path in folder.iterdir():
        path.chmod(0o644)  # the services run as another user; nothing here is worth protecting


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True)
