"""What the local services need from Java: a JDK of some version with some module, and files from Maven Central."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.services.processes import Missing

ROOT = Path(__file__).parents[2]
PLACES = ("/usr/lib/jvm/*", "/opt/java/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home")

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId>
<artifactId>x</artifactId><version>1</version><packaging>pom</packaging><dependencies>{dependencies}</dependencies></project>
"""
DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"


def jdk(version: int, module: str) -> Path:
    """The home of the first JDK of at least this version that has the module.

    Raises:
        Missing: no such JDK in ``JAVA_HOME``, ``ES_JAVA_HOME``, on the ``PATH`` or in the usual folders.
    """
    for home in _homes():
        release = home / "release"
        text = release.read_text("utf-8", "replace") if release.is_file() else ""
        found = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
        if found and int(found[1]) >= version and re.search(rf'[" ]{re.escape(module)}[" ]', text):
            return home
    raise Missing(f"no JDK >= {version} with the module {module} (JAVA_HOME, ES_JAVA_HOME, PATH, {', '.join(PLACES)})")


def _homes() -> Iterator[Path]:
    for variable in ("ES_JAVA_HOME", "JAVA_HOME"):
        if home := os.environ.get(variable):
            yield Path(home)
    if java := shutil.which("java"):
        yield Path(java).resolve().parents[1]
    for place in PLACES:
        yield from sorted(Path("/").glob(place.removeprefix("/")))


def cache() -> Path:
    """Where downloads are kept from one run to the next: ``TOCSIN_CACHE``, else ``.cache`` in the repository."""
    folder = Path(os.environ.get("TOCSIN_CACHE") or ROOT / ".cache")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def jars(name: str, *artifacts: str) -> Path:
    """A folder of the cache with these artifacts (``group:artifact:version``) and all they depend on.

    Raises:
        Missing: no Maven, or it could not fetch them.
    """
    dependencies = "".join(DEPENDENCY.format(*artifact.split(":")) for artifact in artifacts)

    def fetch(into: Path) -> None:
        pom = into.parent / "pom.xml"
        pom.write_text(POM.format(dependencies=dependencies))
        _maven("-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={into}")

    return _cached(name, fetch)


def archive(name: str, artifact: str) -> Path:
    """A folder of the cache with this one artifact (``group:artifact:version:type``), as :func:`jars` does."""
    return _cached(name, lambda into: _maven("dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={into}"))


def _cached(name: str, fetch: Callable[[Path], None]) -> Path:
    target = cache() / name
    if not target.is_dir():
        with tempfile.TemporaryDirectory(prefix=f"{name}.", dir=cache()) as part:
            into = Path(part) / "files"
            fetch(into)
            try:
                into.rename(target)
            except OSError:
                if not target.is_dir():  # otherwise another run was faster
                    raise
    return target


def _maven(*arguments: str) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("Maven (mvn) is not installed")
    with tempfile.TemporaryDirectory() as elsewhere:  # the folder's own pom.xml, if any, is not ours
        answer = subprocess.run(
            [maven, "-q", "-B", *arguments], cwd=elsewhere, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    if answer.returncode:
        said = " ".join(answer.stdout.split())[:400] or answer.stderr[:400]
        raise Missing(f"Maven could not fetch {arguments[-2]}: {said}")
