"""What the programs behind ``auth.log`` say: OpenSSH's server, sudo, cron, useradd and PAM (Debian 12)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random
from typing import NamedTuple

from tocsin.simulation.happenings import AuthLine
from tocsin.simulation.places import Machine


class Connection(NamedTuple):
    """One connection to an SSH server; the process id is that of the connection."""

    server: Machine
    ip: str
    port: int
    pid: int

    def says(self, moment: datetime, message: str) -> AuthLine:
        """A line of the server about it."""
        return AuthLine(moment, self.server.name, f"sshd[{self.pid}]", message)


def connection(rng: Random, server: Machine, ip: str) -> Connection:
    """A new connection from an address."""
    return Connection(server, ip, rng.randrange(32768, 61000), rng.randrange(1000, 60000))


def accepted(who: Connection, moment: datetime, user: str, how: str) -> Iterator[AuthLine]:
    """A login; ``how`` is what sshd says of the method, such as ``password`` or ``publickey`` with the key after it."""
    method, _, key = how.partition(" ")
    proof = f": {key}" if key else ""
    yield who.says(moment, f"Accepted {method} for {user} from {who.ip} port {who.port} ssh2{proof}")
    yield who.says(moment, f"pam_unix(sshd:session): session opened for user {user}(uid=1007) by (uid=0)")


def left(who: Connection, moment: datetime, user: str) -> Iterator[AuthLine]:
    """The end of a login."""
    yield who.says(moment, f"Received disconnect from {who.ip} port {who.port}:11: disconnected by user")
    yield who.says(moment, f"Disconnected from user {user} {who.ip} port {who.port}")
    yield who.says(moment, f"pam_unix(sshd:session): session closed for user {user}")


def failed(who: Connection, moment: datetime, user: str) -> Iterator[AuthLine]:
    """A wrong password for an account that exists."""
    seen = f"authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={who.ip}  user={user}"
    yield who.says(moment, f"pam_unix(sshd:auth): {seen}")
    yield who.says(moment, f"Failed password for {user} from {who.ip} port {who.port} ssh2")
    yield who.says(moment, f"Connection closed by authenticating user {user} {who.ip} port {who.port} [preauth]")


def unknown(who: Connection, moment: datetime, user: str) -> Iterator[AuthLine]:
    """A password for an account that does not exist."""
    yield who.says(moment, f"Invalid user {user} from {who.ip} port {who.port}")
    yield who.says(moment, f"Failed password for invalid user {user} from {who.ip} port {who.port} ssh2")
    yield who.says(moment, f"Connection closed by invalid user {user} {who.ip} port {who.port} [preauth]")


def sudo(
    moment: datetime,
    host: Machine,
    user: str,
    command: str,
    folder: str = "",
    terminal: str = "pts/0",
    does: Iterable[AuthLine] = (),
) -> Iterator[AuthLine]:
    """Somebody runs a command as root; ``folder`` is where they stand, by default at home; ``does`` is what the command says itself."""
    run = f"{user:>8} : TTY={terminal} ; PWD={folder or f'/home/{user}'} ; USER=root ; COMMAND={command}"
    yield AuthLine(moment, host.name, "sudo", run)
    yield AuthLine(moment, host.name, "sudo", f"pam_unix(sudo:session): session opened for user root(uid=0) by {user}(uid=1007)")
    yield from does
    yield AuthLine(moment, host.name, "sudo", "pam_unix(sudo:session): session closed for user root")


def cron(rng: Random, moment: datetime, host: Machine) -> Iterator[AuthLine]:
    """A job of root begins and ends."""
    tag = f"CRON[{rng.randrange(1000, 60000)}]"
    yield AuthLine(moment, host.name, tag, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
    yield AuthLine(moment, host.name, tag, "pam_unix(cron:session): session closed for user root")


def added(rng: Random, moment: datetime, host: Machine, user: str) -> Iterator[AuthLine]:
    """A new account, in the words of useradd."""
    tag, number = f"useradd[{rng.randrange(1000, 60000)}]", rng.randrange(1010, 1099)
    yield AuthLine(moment, host.name, tag, f"new group: name={user}, GID={number}")
    new = f"new user: name={user}, UID={number}, GID={number}, home=/home/{user}, shell=/bin/bash, from=/dev/pts/0"
    yield AuthLine(moment, host.name, tag, new)
