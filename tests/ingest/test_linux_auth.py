"""``auth.log``: who did what as whom, how it ended; whatever a person typed as a name, a folder or a command."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.framing import MAX_RECORD
from ingest.origin import NotUnderstood, Origin
from ingest.parsers import linux_auth_pam, sshd
from ingest.parsers.linux_auth import evidence, parse
from ingest.parsers.linux_auth_messages import KINDS
from schemas.event import PARTIAL, Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="990000019", name="CH de Brèves"), "passerelle", datetime(2026, 3, 28, 12, tzinfo=UTC))


def say(program: str, message: str) -> Event:
    """The fields of one message of a program behind a usual header."""
    return parse(f"Mar 27 13:06:56 srv-ssh {program}[1291]: {message}", ORIGIN)


EXAMPLES = (
    ("useradd", "new user: name=b, UID=1009, GID=1009, home=/home/b, shell=/bin/sh", "user_added", "success"),
    ("useradd", "failed adding user 'b', exit code: 9", "user_added", "failure"),
    ("useradd", "failed adding user 'b', data deleted", "user_added", "failure"),
    ("useradd", "add 'b' to shadow group 'sudo'", "user_added_to_group", "success"),
    ("useradd", "new group: name=b, GID=1009", "group_added", "success"),
    ("userdel", "delete user 'b'", "user_deleted", "success"),
    ("userdel", "delete `b' from group `sudo'", "user_removed_from_group", "success"),
    ("userdel", "removed group 'b' owned by 'b'", "group_deleted", "success"),
    ("groupadd", "group added to /etc/gshadow: name=b", "group_added", "success"),
    ("groupdel", "group 'b' removed from /etc/group", "group_deleted", "success"),
    ("groupmod", "group changed in /etc/group (group b/1009, new gid: 1010)", "group_changed", "success"),
    ("groupmod", "change group `b' to `c'", "group_changed", "success"),
    ("groupmod", "change GID for `b' to 1010", "group_changed", "success"),
    ("usermod", "change 'b' to 'c' in group 'sudo'", "group_changed", None),
    ("usermod", "change user name 'b' to 'c'", "user_renamed", "success"),
    ("usermod", "change user 'b' UID from '1009' to '0'", "user_changed", "success"),
    ("usermod", "change user 'b' password", "password_changed", "success"),
    ("usermod", "lock user 'b' password", "password_locked", "success"),
    ("usermod", "unlock user 'b' password", "password_unlocked", "success"),
    ("chsh", "changed user 'b' shell to '/bin/sh'", "user_changed", "success"),
    ("passwd", "password for 'b' changed by 'root'", "password_changed", "success"),
    ("passwd", "password locked for 'b'", "password_changed", "failure"),
    ("passwd", "incorrect password for b", "password_changed", "failure"),
    ("chage", "changed password expiry for b", "password_expiry_changed", "success"),
    ("gpasswd", "user b added by a to group sudo", "user_added_to_group", "success"),
    ("gpasswd", "user b removed by a from group sudo", "user_removed_from_group", "success"),
    ("gpasswd", "members of group sudo set by a to b,c", "group_changed", "success"),
    ("gpasswd", "a failed to add user b to group sudo", "user_added_to_group", "failure"),
    ("gpasswd", "a failed to remove user b from group sudo", "user_removed_from_group", "failure"),
    ("groupmems", "add member b to group sudo by a", "user_added_to_group", "success"),
    ("groupmems", "remove member b from group sudo by a", "user_removed_from_group", "success"),
    ("su", "Successful su for root by a", "su", "success"),
    ("su", "FAILED su for root by a", "su", "failure"),
    ("su", "(to root) a on pts/0", "su", "success"),
    ("su", "FAILED SU (to root) a on pts/0", "su", "failure"),
    ("su", "BAD SU a to root on /dev/pts/0", "su", "failure"),
    ("su", "'su root' succeeded for a on /dev/pts/0", "su", "success"),
    ("su", "'su root' failed for a on /dev/pts/0", "su", "failure"),
    ("su", "+ /dev/pts/0 a:root", "su", "success"),
    ("su", "- /dev/pts/0 a:root", "su", "failure"),
    ("su", "No passwd entry for user 'root'", "su", "failure"),
    ("su", "pam_authenticate: Authentication failure", "su", "failure"),
    ("CRON", "(root) CMD (/usr/local/bin/x)", "cron_command", None),
    ("crond", "(root) CMDEND (/usr/local/bin/x)", "cron_command_ended", None),
    ("crontab", "(a) REPLACE (b)", "crontab_replaced", "success"),
    ("crontab", "(a) DELETE (b)", "crontab_deleted", "success"),
    ("crontab", "(a) LIST (b)", "crontab_listed", "success"),
    ("crontab", "(a) BEGIN EDIT (b)", "crontab_edited", "success"),
    ("crontab", "(a) AUTH (crontab command not allowed)", "crontab_refused", "failure"),
    ("/usr/sbin/cron", "(CRON) INFO (Running @reboot jobs)", "cron_info", None),
    ("systemd-logind", "New session c2 of user a.", "logind_session_added", "success"),
    ("systemd-logind", "New session '5' of user 'a' with class 'user' and type 'tty'.", "logind_session_added", "success"),
    ("systemd-logind", "Session 5 logged out. Waiting for processes to exit.", "logind_session_logout", None),
    ("systemd-logind", "Removed session 5.", "logind_session_removed", None),
    ("systemd-logind", "New seat seat0.", "logind_seat", None),
    ("systemd-logind", "System is rebooting.", "logind_power", None),
    ("login", "ROOT LOGIN ON tty1", "login", "success"),
    ("login", "LOGIN ON tty1 BY a FROM 192.0.2.7", "login", "success"),
    ("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'a', Authentication failure", "login", "failure"),
    ("unix_chkpwd", "password check failed for user (a)", "password_check", "failure"),
    ("unix_chkpwd", "check pass; user unknown", "password_check", "failure"),
    (
        "polkitd",
        (
            "Operator of unix-session:2 successfully authenticated as unix-user:a to gain TEMPORARY authorization for action x.y"
            " for unix-process:1:2 [sh] (owned by unix-user:a)"
        ),
        "polkit_authorization",
        "success",
    ),
    (
        "polkitd(authority=local)",
        (
            "Operator of unix-session:2 FAILED to authenticate to gain authorization for action x.y for unix-process:1:2 [sh]"
            " (owned by unix-user:a)"
        ),
        "polkit_authorization",
        "failure",
    ),
    ("polkitd", "Registered Authentication Agent for unix-process:1:2 (system bus name :1.9)", "polkit_agent_registered", None),
    ("polkitd", "Unregistered Authentication Agent for unix-process:1:2", "polkit_agent_unregistered", None),
    ("polkitd", "Loading rules from directory /etc/polkit-1/rules.d", "polkit_info", None),
    ("sshd-session", "Accepted publickey for a from 192.0.2.7 port 1 ssh2", "ssh_login", "success"),
    ("sshd", "Failed password for a from 192.0.2.7 port 1 ssh2", "ssh_login", "failure"),
    ("sudo", "a : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls", "sudo", "success"),
    ("sudo", "a : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls", "sudo", "failure"),
    ("sudo", "a : command not allowed ; PWD=/ ; USER=root ; COMMAND=list", "sudo", "failure"),
    ("sudo", "a : 1 incorrect password attempt ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls", "sudo", "failure"),
    ("sudo", "a : problem with defaults entries ; TTY=pts/0 ; PWD=/ ; USER=root ;", "sudo", "unknown"),
    (
        "pkexec",
        "a: The value for the SHELL variable was not found the /etc/shells file [USER=root] [TTY=/dev/pts/3] [CWD=/tmp] [COMMAND=x]",
        "pkexec",
        "failure",
    ),
)
PAM_EXAMPLES = (
    ("cron", "session opened for user root by (uid=0)", "session_opened", "success"),
    ("cron", "session closed for user root", "session_closed", None),
    (
        "x",
        "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=a",
        "pam_authentication",
        "failure",
    ),
    ("x", "authentication success; logname= uid=0 euid=0 tty= ruser= rhost=192.0.2.7 user=a", "pam_authentication", "success"),
    ("x", "2 more authentication failures; logname= uid=0 euid=0 tty= ruser= rhost=192.0.2.7", "pam_authentication", "failure"),
    ("x", "check pass; user unknown", "pam_authentication", "failure"),
    ("x", "bad username [a b]", "pam_authentication", "failure"),
    ("x", "auth could not identify password for [a]", "pam_authentication", "failure"),
    ("x", "conversation failed", "pam_authentication", "failure"),
    ("x", "received for user a: 7 (Authentication failure)", "pam_authentication", "failure"),
    ("x", "user 'a' granted access", "pam_authentication", "success"),
    ("x", "user 'a' denied access (incorrect password or invalid membership)", "pam_authentication", "failure"),
    ("x", "account a has expired (account expired)", "pam_account_refused", "failure"),
    ("x", "expired password for user a (password aged)", "pam_account_refused", "failure"),
    ("x", "access denied for user `a' from `192.0.2.7'", "pam_account_refused", "failure"),
    ("x", 'requirement "uid >= 1000" not met by user "a"', "pam_account_refused", "failure"),
    ("x", "user a (1004) tally 6, deny 5", "account_locked", "failure"),
    ("x", "Consecutive login failures for user a account temporarily locked", "account_locked", "failure"),
    ("passwd", "password changed for b", "password_changed", "success"),
    ("chpasswd", 'user "b" does not exist in /etc/passwd', "password_changed", "failure"),
    ("su", "Cannot create session: Already running in a session", "session_not_created", None),
)


@pytest.mark.parametrize(("program", "message", "action", "outcome"), EXAMPLES)
def test_each_kind_of_message_is_told(program, message, action, outcome):
    """Every kind of the tables is recognised whole, ends as the program said, and stays within ECS."""
    event = say(program, message)
    assert (event["event.action"], event.get("event.outcome")) == (action, outcome)
    assert "tags" not in event
    assert unknown_fields(event) == mistyped_fields(event) == []
    assert event.get("source.ip") == ("192.0.2.7" if "192.0.2.7" in message else None)


@pytest.mark.parametrize(("service", "message", "action", "outcome"), PAM_EXAMPLES)
def test_each_kind_of_pam_message_is_told(service, message, action, outcome):
    """What a module says is understood in any program, with the address that the module itself gives."""
    event = say("gdm-password]", f"pam_unix({service}:auth): {message}")
    assert (event["event.action"], event.get("event.outcome"), event["tocsin.pam_service"]) == (action, outcome, service)
    assert "tags" not in event
    assert unknown_fields(event) == mistyped_fields(event) == []
    assert event.get("source.ip") == ("192.0.2.7" if "192.0.2.7" in message else None)


def test_no_kind_of_message_is_without_example():
    """The examples reach every pattern of every table."""
    tables = set(KINDS.values()) | {linux_auth_pam.KINDS}
    texts = [message for _, message, _, _ in (*EXAMPLES, *PAM_EXAMPLES)]
    missed = [kind.pattern.pattern for kinds in tables for kind in kinds if not any(kind.pattern.match(text) for text in texts)]
    assert missed == []


ALLOWED = {
    "authentication": {"start", "end", "info"},
    "configuration": {"access", "change", "creation", "deletion", "info"},
    "host": {"access", "change", "end", "info", "start"},
    "iam": {"admin", "change", "creation", "deletion", "group", "info", "user"},
    "process": {"access", "change", "end", "info", "start"},
    "session": {"start", "end", "info"},
}
"""The types that ECS expects of a category (ECS reference, *Allowed values: event.category*)."""


def test_categories_and_types_are_those_of_ecs():
    """No row pairs categories with a type that ECS expects of none of them."""
    rows = [kind for kinds in (*KINDS.values(), linux_auth_pam.KINDS) for kind in kinds]
    wrong = [row.pattern.pattern for row in rows if not set(row.type) <= set().union(*(ALLOWED[name] for name in row.category))]
    assert wrong == []


def test_who_acts_and_who_is_acted_upon_are_told_apart():
    """A person becomes root: the person is ``user``, root is ``user.effective``, and whom root then creates is ``user.target``."""
    opened = say("sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by a(uid=1000)")
    asked = say("su", "pam_unix(su:auth): authentication failure; logname=a uid=1000 euid=0 tty=pts/0 ruser=a rhost=  user=root")
    own = say("sudo", "pam_unix(sudo:auth): authentication failure; logname=a uid=1000 euid=0 tty=pts/0 ruser=a rhost=  user=a")
    added = say("gpasswd", "user b added by a to group sudo")
    assert (opened["user.name"], opened["user.effective.name"]) == ("a", "root")
    assert (asked["user.name"], asked["user.effective.name"]) == ("a", "root")
    assert (own["user.name"], own.get("user.effective.name")) == ("a", None)
    assert (added["user.name"], added["user.target.name"], added["group.name"]) == ("a", "b", "sudo")


words = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=40)
tricks = words | st.sampled_from(
    ["x ; USER=nobody", "x ; COMMAND=/bin/true", " ; PWD=/ ; USER=x ; COMMAND=y", "COMMAND=z", "TTY=pts/9 ; PWD=/y"]
)


@given(folder=tricks, command=tricks)
def test_the_command_that_ran_is_in_the_command_line_whatever_it_imitates(folder, command):
    """Folder and command are the person's; the whole command ends ``process.command_line``, and a doubtful line is partial."""
    event = say("sudo", f"a : TTY=pts/0 ; PWD=/{folder} ; USER=root ; COMMAND={command}")
    assert event["user.name"] == "a"
    assert event["event.outcome"] == "success"
    assert event["process.command_line"].endswith(command)
    plain = event["process.command_line"] == command and event["user.effective.name"] == "root"
    assert plain or PARTIAL in event["tags"]


@given(words)
def test_a_name_cannot_turn_a_failure_into_a_success(name):
    """Any text as the name that failed leaves address and outcome alone."""
    for typed in (name, f"{name} rhost=198.51.100.1 user=x", f"{name}' granted access"):
        peer = f"logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.66  user={typed}"
        event = say("sshd", f"pam_unix(sshd:auth): authentication failure; {peer}")
        assert (event["source.ip"], event["event.outcome"]) == ("203.0.113.66", "failure")


def test_every_sshd_message_is_read_as_the_sshd_parser_reads_it():
    """The same line through both parsers differs only in where it comes from, and in what PAM adds."""
    line = "Mar 27 13:06:56 srv-ssh sshd[1291]: Failed password for invalid user x from 203.0.113.66 port 40022 ssh2"
    here, there = parse(line, ORIGIN), sshd.parse(line, ORIGIN)
    assert {name for name in here.keys() | there.keys() if here.get(name) != there.get(name)} == {"event.module", "event.dataset"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Mar 27 13:06:56 h CRON[1]: x", "syslog line of CRON"),
        ("<86>Mar 27 13:06:56 h /usr/sbin/cron[1]: x", "syslog line of /usr/sbin/cron"),
        ("2026-03-27T13:06:56+01:00 h sshd-session[1]: x", "syslog line of sshd-session"),
        ("<86>1 2026-03-27T13:06:56Z h sudo - - - x", "syslog line of sudo"),
        ("Mar 27 13:06:56 h synoscgi_x[1]: pam_unix(webui:auth): x", "syslog line of a PAM module"),
        ("Mar 27 13:06:56 h postfix/smtpd[1]: pam_unix", None),
        ("Mar 27 13:06:56 h nginx[1]: sudo: pam_unix(sudo:auth): x", None),
        ("sudo: x", None),
        ("", None),
    ],
)
def test_evidence_is_the_program_of_the_header(line, reason):
    """A line counts as ``auth.log`` by who wrote it, not by what it quotes."""
    assert evidence(line) == reason


@pytest.mark.parametrize("line", ["", "sudo: x", "Mar 27 13:06 h su: x", "<86>1 soon h su - - - x"])
def test_a_line_without_syslog_header_is_refused(line):
    """What is no syslog line says what was expected."""
    with pytest.raises(NotUnderstood, match="expected a syslog line"):
        parse(line, ORIGIN)


FILLINGS = (
    " by ",
    " on ",
    "' ",
    " ; ",
    " ; USER=",
    ") (",
    "] [COMMAND=",
    ", ",
    ": 1 (",
    '" not met by user "',
    " from ",
    "a",
    " ",
    "1",
)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hostile_line_costs_linear_time(filling):
    """A phrase of each message repeated over the longest record is read at once: a pattern with a power would take hours."""
    starts = {(program, message[: len(message) // 2]) for program, message, _, _ in EXAMPLES}
    starts |= {("x", f"pam_x(x:auth): {message[: len(message) // 2]}") for _, message, _, _ in PAM_EXAMPLES}
    for program, start in sorted(starts):
        message = f"{start}{filling * (MAX_RECORD // len(filling))}\x00"
        assert say(program, message)["message"] == message
