"""Child processes that do not outlive the test run: one folder a run, one pid file a process.

A run that ends calls :func:`discard`, also after failures. A run that was killed leaves its folder behind; the next run finds that
the owner named in it is gone and discards it. A process is only signalled when its command line names the folder, so a recycled
pid is never mistaken for ours.
"""

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

PREFIX = "tocsin-test-"
PORTS = range(20_000, 32_000)
"""Below the ephemeral ports of Linux (32768) and macOS (49152): no outgoing connection takes a port while its owner restarts."""
STOP_PATIENCE = 60.0
"""Seconds between SIGTERM and SIGKILL."""


class Missing(Exception):
    """This machine cannot offer the service; the text says what would be needed."""


def run_folder() -> Path:
    """A new folder for the data, logs and pid files of this run, readable by the user that Elasticsearch runs as."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)
    (folder / "owner").write_text(f"{os.getpid()}\n{command_of(os.getpid())}")
    atexit.register(_discard_if_owner, folder, os.getpid())
    return folder


def sweep() -> None:
    """Discard what killed runs left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder / "owner"
        if owner.is_file() and os.access(folder, os.W_OK):
            pid, _, command = owner.read_text().partition("\n")
            if not command or command_of(int(pid)) != command:
                discard(folder)


def discard(folder: Path) -> None:
    """End the processes of a run and delete its folder."""
    groups = [pid for pid in map(read_pid, folder.rglob("*.pid")) if pid and str(folder) in command_of(pid)]
    for pid in groups:
        with suppress(ProcessLookupError):
            os.killpg(os.getpgid(pid), signal.SIGKILL)
    wait_until(lambda: not any(command_of(pid) for pid in groups), seconds=10)
    shutil.rmtree(folder, ignore_errors=True)


def _discard_if_owner(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked worker inherits the registration, not the right
        discard(folder)


def command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none, or when it is a zombie."""
    if Path("/proc/self/cmdline").exists():
        return _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")
    answer = subprocess.run(["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "" if answer.stdout.startswith("Z") else answer.stdout


def living_groups() -> set[int]:
    """The process groups with a member that is not a zombie: in a container, often nobody reaps the orphans.

    A dying JVM shows as a zombie while some of its threads still run (``num_threads``, proc_pid_stat(5)).
    """
    if Path("/proc/self/stat").exists():
        stats = (line.rpartition(")")[2].split() for line in map(_read, Path("/proc").glob("[0-9]*/stat")) if line)
        return {int(stat[2]) for stat in stats if stat[0] not in "ZX" or int(stat[17]) > 1}
    answer = subprocess.run(["ps", "-ax", "-o", "stat=,pgid="], capture_output=True, text=True, check=True)
    return {int(group) for state, group in map(str.split, answer.stdout.splitlines()) if not state.startswith("Z")}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""  # it ended meanwhile


def read_pid(path: Path) -> int:
    """The pid in a file; 0 when there is none."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def wait_until(ready: Callable[[], bool], *, seconds: float) -> bool:
    """Ask every tenth of a second; whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def free_ports(count: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that nobody listens on."""
    found: list[int] = []
    with ExitStack() as stack:
        for port in random.sample(PORTS, len(PORTS)):
            listener = stack.enter_context(socket.socket())
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                return tuple(found)
    raise Missing(f"no {count} free ports between {PORTS.start} and {PORTS.stop}")


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


class Child:
    """One service as a process group of its own, which can be stopped, killed and started again.

    The command line must name the folder: it is how a later run knows the process as ours.
    """

    def __init__(self, name: str, folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        self._folder = folder
        self._command = list(command)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, ready: Callable[[], bool], *, seconds: float = 240) -> None:
        """Start it, unless it runs, and wait until it is ready.

        Raises:
            RuntimeError: it died or is not ready in time; the text ends with its log.
        """
        if not self.alive:
            self._spawn()
        if not wait_until(lambda: ready() or not self.alive, seconds=seconds) or not self.alive:
            tail = "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-20:])
            raise RuntimeError(f"{self.name} {'is not ready' if self.alive else 'died'}; the end of {self.log}:\n{tail}")

    def stop(self) -> None:
        """Ask it to end, insist after a minute, and wait for the end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        self._end(signal.SIGKILL)

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **self._environment},
                cwd=self._folder,
            )
        self._pid_file.write_text(str(self._process.pid))

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        group = self._process.pid
        for attempt in (number, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(group, attempt)
            if wait_until(lambda: group not in living_groups(), seconds=STOP_PATIENCE):
                break
        self._process.wait(STOP_PATIENCE)
        self._pid_file.unlink(missing_ok=True)
