"""What PAM modules say, whatever the program: ``pam_unix(sudo:session): session opened for user root by jmartin(uid=1000)``.

Texts after Linux-PAM ``pam_unix``, ``pam_tally2``, ``pam_faillock``, ``pam_succeed_if``, ``pam_access``, and SSSD and Winbind.
"""

import re
from typing import NamedTuple

from ingest.parsers.linux_auth_messages import Kind, kind

_PREFIX = re.compile(r"pam_\w{1,32}\((?P<service>[^\s():]{1,64}):\w{1,16}\): (?P<text>.*)\Z", re.DOTALL)

_SU = frozenset({"su", "su-l", "runuser", "runuser-l"})
"""Services that ask for the password of the account that somebody wants to become."""
_SWITCHING = _SU | {"sudo", "sudo-i", "polkit-1", "pkexec"}
"""Services whose session belongs to another account than the person's."""

_PEER = r"logname=\S* uid=\d* euid=\d* tty=(?P<tty>\S*) ruser=(?P<by>\S*) rhost=(?P<from>\S*)\s*(?:user=(?P<user>.*))?"

KINDS = (
    kind(
        r"session opened for user (?P<user>[^\s(]+)(?:\(uid=\d+\))? by (?P<by>[^\s(]*)(?:\(uid=\d+\))?.*",
        "session_opened", "session", "start", "success",
    ),
    kind(r"session closed for user (?P<user>.*)", "session_closed", "session", "end"),
    kind(rf"authentication failure; {_PEER}", "pam_authentication", "authentication", "start", "failure"),
    kind(rf"authentication success; {_PEER}", "pam_authentication", "authentication", "start", "success"),
    kind(
        rf"(?P<reason>\d{{1,9}} more authentication failures?); {_PEER}", "pam_authentication", "authentication", "start", "failure"
    ),
    kind(r"(?P<reason>check pass; user unknown)", "pam_authentication", "authentication", "info", "failure"),
    kind(r"(?P<reason>bad username) \[(?P<user>.*)\]", "pam_authentication", "authentication", "info", "failure"),
    kind(
        r"(?P<reason>auth could not identify password) for \[(?P<user>.*)\]",
        "pam_authentication", "authentication", "info", "failure",
    ),
    kind(r"(?P<reason>conversation failed)", "pam_authentication", "authentication", "info", "failure"),
    kind(
        r"received for user (?P<user>.*): \d{1,9} \((?P<reason>[^()]*)\)", "pam_authentication", "authentication", "info", "failure"
    ),
    kind(r"user '(?P<user>.*)' granted access", "pam_authentication", "authentication", "start", "success"),
    kind(
        r"user '(?P<user>.*)' denied access \((?P<reason>[^()]*)\)", "pam_authentication", "authentication", "start", "failure"
    ),
    kind(
        r"account (?P<user>.*) has expired \((?P<reason>[^()]*)\)", "pam_account_refused", "authentication", "info", "failure"
    ),
    kind(
        r"expired password for user (?P<user>.*) \((?P<reason>[^()]*)\)", "pam_account_refused", "authentication", "info", "failure"
    ),
    kind(
        r"(?P<reason>access denied) for user [`'](?P<user>.*)' from [`'](?P<from>[^'`]*)'",
        "pam_account_refused", "authentication", "info", "failure",
    ),
    kind(
        r'(?P<reason>requirement "[^"]*" not met) by user "(?P<user>.*)"', "pam_account_refused", "authentication", "info", "failure"
    ),
    kind(
        r"user (?P<user>.*) \(\d{1,10}\) (?P<reason>tally \d+, deny \d+)", "account_locked", "authentication", "info", "failure"
    ),
    kind(
        r"Consecutive login failures for user (?P<user>.*) (?P<reason>account (?:temporarily|permanently) locked)",
        "account_locked", "authentication", "info", "failure",
    ),
    kind(r"password changed for (?P<target>.*)", "password_changed", "iam", "user change", "success"),
    kind(r'user "(?P<target>.*)" (?P<reason>does not exist in \S+)', "password_changed", "iam", "user change", "failure"),
    kind(r"(?P<reason>Cannot create session: .*|Failed to create session: .*)", "session_not_created", "session", "info"),
)  # fmt: skip


class PamMessage(NamedTuple):
    """The service that asked PAM, and what the module said."""

    service: str
    text: str


def split(message: str) -> PamMessage | None:
    """Take the prefix of a PAM module off; None when there is none."""
    found = _PREFIX.match(message)
    return PamMessage(*found.groups()) if found else None


def who(kind_: Kind, service: str) -> tuple[str, str]:
    """Which fields hold the account the module names, and the one it says acted; ``""`` for none.

    ``su`` asks for the password of whom one wants to be, ``sudo`` for that of who asks: only the session of both is another's.
    """
    switches = service in (_SWITCHING if "session" in kind_.category else _SU)
    return ("user.effective.name", "user.name") if switches else ("user.name", "")
