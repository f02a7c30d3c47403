"""What the OpenSSH server says, as a table. Every pattern is anchored at both ends and reads a message in linear time.

The user name is the attacker's: it is taken greedily, so that ``a from 192.0.2.1 port 1`` typed as a name stays a name and the
last address of the line, the one that sshd itself wrote, is the source. Texts after OpenSSH ``auth.c``, ``session.c``, ``packet.c`` and
Linux-PAM ``pam_unix``.
"""

import re
from typing import NamedTuple

_FROM = r"from (?P<ip>\S+)(?: port (?P<port>\d{1,5}))?"
_PEER = r"(?P<ip>[0-9a-fA-F:.]+(?:%\w+)?) port (?P<port>\d{1,5})"
_PHASE = r"(?: \[preauth\])?"
_WHO = r"(?:(?:\w+ )?user (?P<user>.*) )?"


class Message(NamedTuple):
    """One kind of message; the pattern's groups are ``ip``, ``port``, ``user``, ``method``, ``to_ip``, ``to_port``, ``reason``, ``id``."""

    pattern: re.Pattern[str]
    action: str
    category: list[str]
    type: list[str]
    outcome: str | None = None


def _message(pattern: str, action: str, category: str, kind: str, outcome: str | None = None) -> Message:
    return Message(re.compile(pattern + r"\Z", re.DOTALL), action, category.split(), kind.split(), outcome)


REPEATED = re.compile(r"message repeated (?P<times>\d{1,9}) times: \[ (?P<message>.*)\]\Z", re.DOTALL)
"""Written by rsyslog in the place of equal messages (its parameter ``RepeatedMsgReduction``)."""

MESSAGES: tuple[Message, ...] = (
    _message(
        rf"Accepted (?P<method>\S+) for (?P<user>.*) {_FROM}(?: ssh2)?(?:: [\w-]+ \S+)?",
        "ssh_login", "authentication session", "start", "success",
    ),
    _message(
        rf"Failed (?P<method>\S+) for (?:invalid user )?(?P<user>.*) {_FROM}(?: ssh2)?(?:: [\w-]+ \S+)?",
        "ssh_login", "authentication", "start", "failure",
    ),
    _message(rf"(?:Invalid|Illegal) user (?P<user>.*) {_FROM}", "ssh_invalid_user", "authentication", "info", "failure"),
    _message(
        rf"input_userauth_request: invalid user (?P<user>.*?){_PHASE}", "ssh_invalid_user", "authentication", "info", "failure"
    ),
    _message(rf"Connection closed by {_WHO}{_PEER}{_PHASE}", "ssh_connection_closed", "network", "end"),
    _message(rf"Connection reset by {_WHO}{_PEER}{_PHASE}", "ssh_connection_reset", "network", "end"),
    _message(
        rf"Received disconnect from {_PEER}:\d+: ?(?P<reason>.*?){_PHASE}", "ssh_disconnect_received", "network", "end"
    ),
    _message(rf"Disconnected from {_WHO}{_PEER}{_PHASE}", "ssh_disconnected", "network", "end"),
    _message(
        rf"Disconnecting(?: {_WHO}{_PEER})?: (?P<reason>.*?){_PHASE}", "ssh_disconnecting", "network", "end"
    ),
    _message(
        rf"error: maximum authentication attempts exceeded for (?:invalid user )?(?P<user>.*) {_FROM}(?: ssh2)?{_PHASE}",
        "ssh_maximum_attempts", "authentication", "info", "failure",
    ),
    _message(
        r"pam_unix\(\S+:auth\): authentication failure; logname=\S* uid=\d+ euid=\d+ tty=\S* ruser=\S* rhost=(?P<ip>\S*)"
        r"\s*(?:user=(?P<user>.*))?",
        "pam_authentication", "authentication", "start", "failure",
    ),
    _message(
        r"PAM (?P<reason>\d+ more authentication failures?); logname=\S* uid=\d+ euid=\d+ tty=\S* ruser=\S* rhost=(?P<ip>\S*)"
        r"\s*(?:user=(?P<user>.*))?",
        "pam_authentication", "authentication", "start", "failure",
    ),
    _message(r"pam_unix\(\S+:auth\): check pass; user unknown", "pam_authentication", "authentication", "info", "failure"),
    _message(r"PAM service\(\S+\) ignoring max retries; \d+ > \d+", "pam_maximum_attempts", "authentication", "info", "failure"),
    _message(
        r"pam_unix\(\S+:session\): session opened for user (?P<user>[^\s(]+)(?:\(uid=\d+\))? by .*",
        "session_opened", "session", "start", "success",
    ),
    _message(r"pam_unix\(\S+:session\): session closed for user (?P<user>.*)", "session_closed", "session", "end"),
    _message(
        r"Starting session: (?P<reason>[^\n]{0,256}?) for (?P<user>.*) from (?P<ip>\S+) port (?P<port>\d{1,5}) id \d+",
        "session_started", "session", "start",
    ),
    _message(
        r"Close session: user (?P<user>.*) from (?P<ip>\S+) port (?P<port>\d{1,5}) id \d+", "session_closed", "session", "end"
    ),
    _message(
        r"Connection from (?P<ip>\S+) port (?P<port>\d{1,5}) on (?P<to_ip>\S+) port (?P<to_port>\d{1,5})(?: rdomain .*)?",
        "ssh_connection", "network", "connection start",
    ),
    _message(rf"Did not receive identification string {_FROM}", "ssh_no_identification", "network", "connection", "failure"),
    _message(
        rf"Bad protocol version identification '(?P<reason>.*)' {_FROM}", "ssh_bad_protocol", "network", "connection", "failure"
    ),
    _message(
        r"(?:error: )?kex_exchange_identification: (?P<reason>.*)", "ssh_bad_protocol", "network", "connection", "failure"
    ),
    _message(rf"banner exchange: Connection {_FROM}: (?P<reason>.*)", "ssh_bad_protocol", "network", "connection", "failure"),
    _message(
        rf"(?:fatal: )?Unable to negotiate with {_PEER}: (?P<reason>.*?){_PHASE}",
        "ssh_negotiation", "network", "connection", "failure",
    ),
    _message(
        rf"ssh_dispatch_run_fatal: Connection from {_WHO}{_PEER}: (?P<reason>.*?){_PHASE}",
        "ssh_negotiation", "network", "connection", "failure",
    ),
    _message(
        rf"Magic value check failed \(\d+\) on obfuscated handshake {_FROM}", "ssh_negotiation", "network", "connection", "failure"
    ),
    _message(
        r"fatal: Timeout before authentication for (?:connection from )?(?P<ip>[0-9a-fA-F:.]+)(?: port (?P<port>\d{1,5})| to .*)?",
        "ssh_login_timeout", "authentication", "info", "failure",
    ),
    _message(
        rf"User (?P<user>.*) {_FROM} not allowed because (?P<reason>.*)", "ssh_user_denied", "authentication", "info", "failure"
    ),
    _message(r"refused connect from (?P<reason>.*) \((?P<ip>\S+)\)", "ssh_connection_refused", "network", "denied", "failure"),
    _message(
        r"reverse mapping checking getaddrinfo for (?P<reason>.*) \[(?P<ip>\S+)\] failed(?: - POSSIBLE BREAK-IN ATTEMPT!)?",
        "ssh_reverse_mapping", "network", "info", "failure",
    ),
    _message(r"Address (?P<ip>\S+) maps to (?P<reason>.*)", "ssh_reverse_mapping", "network", "info", "failure"),
    _message(r"User child is on pid (?P<reason>\d+)", "process_forked", "process", "info"),
    _message(r"Server listening on (?P<reason>\S+ port \d{1,5})\.", "server_listening", "process", "start"),
    _message(r"Received (?P<reason>signal \d+|SIGHUP); (?:terminating|restarting)\.", "server_stopping", "process", "end"),
)  # fmt: skip
