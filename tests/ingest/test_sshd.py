"""Lines of the OpenSSH server: who tried, from where, how it ended; whatever a visitor typed as a user name."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.framing import MAX_RECORD
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.sshd import parse
from ingest.parsers.sshd_messages import MESSAGES
from schemas.event import PARTIAL, Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="010000024", name="CH d'Exemple"), "bastion", datetime(2026, 3, 28, 12, tzinfo=UTC))


def say(message: str) -> Event:
    """The fields of one message behind a usual header."""
    return parse(f"Mar 27 13:06:56 srv-ssh sshd[1291]: {message}", ORIGIN)


EXAMPLES = {
    "Accepted password for jmartin from 192.0.2.7 port 56296 ssh2": "ssh_login",
    "Failed none for invalid user  from 192.0.2.7 port 56296 ssh2": "ssh_login",
    "Failed publickey for root from 192.0.2.7 port 56296 ssh2: RSA SHA256:aCN": "ssh_login",
    "Invalid user test from 192.0.2.7 port 40022": "ssh_invalid_user",
    "input_userauth_request: invalid user test [preauth]": "ssh_invalid_user",
    "Connection closed by 192.0.2.7 port 40022 [preauth]": "ssh_connection_closed",
    "Connection closed by authenticating user root 192.0.2.7 port 40022 [preauth]": "ssh_connection_closed",
    "Connection reset by 192.0.2.7 port 40022 [preauth]": "ssh_connection_reset",
    "Received disconnect from 192.0.2.7 port 40022:11: disconnected by user": "ssh_disconnect_received",
    "Received disconnect from 192.0.2.7 port 40022:11:  [preauth]": "ssh_disconnect_received",
    "Disconnected from user jmartin 192.0.2.7 port 40022": "ssh_disconnected",
    "Disconnected from 192.0.2.7 port 40022 [preauth]": "ssh_disconnected",
    "Disconnecting: Too many authentication failures [preauth]": "ssh_disconnecting",
    "Disconnecting invalid user x 192.0.2.7 port 40022: Too many authentication failures [preauth]": "ssh_disconnecting",
    "error: maximum authentication attempts exceeded for root from 192.0.2.7 port 40022 ssh2 [preauth]": "ssh_maximum_attempts",
    "pam_unix(sshd:auth): check pass; user unknown": "pam_authentication",
    "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root": "pam_authentication",
    "PAM 1 more authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7": "pam_authentication",
    "PAM service(sshd) ignoring max retries; 6 > 3": "pam_maximum_attempts",
    "pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)": "session_opened",
    "pam_unix(sshd:session): session closed for user root": "session_closed",
    "Starting session: command for root from 192.0.2.7 port 40022 id 0": "session_started",
    "Close session: user root from 192.0.2.7 port 40022 id 0": "session_closed",
    "Connection from 192.0.2.7 port 40022 on 192.0.2.1 port 22": "ssh_connection",
    "Did not receive identification string from 192.0.2.7": "ssh_no_identification",
    "Bad protocol version identification 'GET / HTTP/1.1' from 192.0.2.7 port 40022": "ssh_bad_protocol",
    "kex_exchange_identification: Connection closed by remote host": "ssh_bad_protocol",
    "banner exchange: Connection from 192.0.2.7 port 40022: invalid format": "ssh_bad_protocol",
    "Unable to negotiate with 192.0.2.7 port 40022: no matching MAC found. Their offer: x [preauth]": "ssh_negotiation",
    "ssh_dispatch_run_fatal: Connection from 192.0.2.7 port 40022: message authentication code incorrect [preauth]": "ssh_negotiation",
    "Magic value check failed (42) on obfuscated handshake from 192.0.2.7 port 40022": "ssh_negotiation",
    "fatal: Timeout before authentication for 192.0.2.7 port 40022": "ssh_login_timeout",
    "User root from 192.0.2.7 not allowed because not listed in AllowUsers": "ssh_user_denied",
    "refused connect from host.example (192.0.2.7)": "ssh_connection_refused",
    "reverse mapping checking getaddrinfo for a.example [192.0.2.7] failed.": None,
    "reverse mapping checking getaddrinfo for a.example [192.0.2.7] failed - POSSIBLE BREAK-IN ATTEMPT!": "ssh_reverse_mapping",
    "Address 192.0.2.7 maps to a.example, but this does not map back to the address.": "ssh_reverse_mapping",
    "User child is on pid 1290": "process_forked",
    "Server listening on 0.0.0.0 port 22.": "server_listening",
    "Received signal 15; terminating.": "server_stopping",
}


@pytest.mark.parametrize(("message", "action"), EXAMPLES.items())
def test_each_kind_of_message_is_told(message, action):
    """Every kind of the table is recognised, names its source where the message does, and stays within ECS."""
    event = say(message)
    assert event.get("event.action") == action
    assert (PARTIAL in event.get("tags", ())) == (action is None)
    assert event.get("source.ip") == ("192.0.2.7" if "192.0.2.7" in message and action else None)
    assert unknown_fields(event) == mistyped_fields(event) == []


def test_no_kind_of_message_is_without_example():
    """The examples above reach every pattern of the table."""
    reached = {next((kind.pattern.pattern for kind in MESSAGES if kind.pattern.match(message)), None) for message in EXAMPLES}
    pairs = {kind.pattern.pattern for kind in MESSAGES} - reached
    assert pairs == {
        kind.pattern.pattern
        for kind in MESSAGES
        if "authentication failure; logname" in kind.pattern.pattern and "pam_unix" in kind.pattern.pattern
    }


@given(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=60))
def test_the_source_is_what_sshd_wrote_not_what_the_visitor_typed(name):
    """Any text as a user name, sshd's own phrases too, leaves the address and the outcome alone."""
    for typed in (name, f"{name} from 198.51.100.1 port 1 ssh2", f"x from 198.51.100.1 port 1 {name}"):
        event = say(f"Failed password for invalid user {typed} from 203.0.113.66 port 40022 ssh2")
        assert (event["source.ip"], event["source.port"], event["event.outcome"]) == ("203.0.113.66", 40022, "failure")
        assert event.get("user.name", "") in {typed, ""}


STARTS = sorted({message.rpartition("192.0.2.7")[0] or message for message in EXAMPLES})
FILLINGS = (
    " from ",
    " for ",
    "invalid user ",
    ": ",
    "a",
    " port 1",
    " [preauth]",
    "1.1.1.1 port 1:1: ",
    "'",
    " (",
    " [",
    " user ",
    " id 1",
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hostile_line_costs_linear_time(filling):
    """A phrase of each message repeated over the longest record is read at once: a pattern with a power would take hours."""
    for start in STARTS:
        message = f"{start}{filling * (MAX_RECORD // len(filling))}\x00"
        assert say(message)["message"] == message


@pytest.mark.parametrize(
    "line", ["", "sshd[1]: x", "Mar 27 13:06 srv sshd[1]: x", "27 Mar 13:06:56 srv sshd[1]: x", "Mar 27 13:06:56 srv"]
)
def test_a_line_without_syslog_header_is_refused(line):
    """What is no syslog line says what was expected."""
    with pytest.raises(NotUnderstood, match="expected a syslog line"):
        parse(line, ORIGIN)


def test_an_impossible_date_keeps_the_rest():
    """A line of 32 March has no time of its own, and is read otherwise."""
    event = parse("Mar 32 13:06:56 srv-ssh sshd[1291]: Invalid user x from 192.0.2.7 port 1", ORIGIN)
    assert "@timestamp" not in event
    assert event["tags"] == [PARTIAL]
    assert event["source.ip"] == "192.0.2.7"


@pytest.mark.corpus
def test_corpus_lines_are_understood(corpus):
    """Every sshd line of a real host on the Internet is read whole, with its time of day, and within ECS."""
    text = (corpus / "logs/linux_auth/elastic_examples_auth.log").read_text(encoding="utf-8", errors="surrogateescape")
    lines = [line for line in text.splitlines() if " sshd[" in line]
    events = [parse(line, ORIGIN) for line in lines]
    assert len(events) > 4_000
    assert [line for line, event in zip(lines, events, strict=True) if PARTIAL in event.get("tags", ())] == []
    assert {name for event in events for name in (*unknown_fields(event), *mistyped_fields(event))} == set()
    assert all("@timestamp" in event for event in events)
    failed = [event for event in events if event["event.action"] == "ssh_login" and event["event.outcome"] == "failure"]
    assert len(failed) == sum("Failed " in line for line in lines)
    assert all("source.ip" in event and "source.port" in event for event in failed)
