"""What the programs of ``auth.log`` say, but for ``sshd``, ``sudo`` and PAM modules, as a table of messages for each program.

Every pattern is anchored at both ends and reads a message in linear time; where a person chose a value, the program's own words are
taken from the side that the person cannot reach. Texts after shadow 4.1 to 4.17 (a name in ```name'`` or ``'name'``), util-linux
``login`` and ``su``, Vixie cron and cronie, systemd ``logind-session.c``, polkit ``polkitbackendinteractiveauthority.c``.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

_FIELDS = {
    "user": "user.name",
    "effective": "user.effective.name",
    "target": "user.target.name",
    "target_id": "user.target.id",
    "renamed": "user.changes.name",
    "group": "group.name",
    "group_id": "group.id",
    "command": "process.command_line",
    "reason": "event.reason",
    "tty": "tocsin.tty",
    "session": "tocsin.session",
    "polkit": "tocsin.polkit_action",
    "by": "by",
    "from": "from",
}
"""Name of a group in a pattern, and the field it fills; the last two are for the caller to place."""


class Kind(NamedTuple):
    """One kind of message: its pattern, the field of each of its groups, and what ECS says of it."""

    pattern: re.Pattern[str]
    fields: tuple[str, ...]
    action: str
    category: tuple[str, ...]
    type: tuple[str, ...]
    outcome: str | None


def kind(pattern: str, action: str, category: str, type_: str, outcome: str | None = None) -> Kind:
    """Compile a row; a group without field is a ``KeyError``."""
    compiled = re.compile(pattern + r"\Z", re.DOTALL)
    fields = tuple(_FIELDS[name.rstrip("2")] for name in compiled.groupindex)
    return Kind(compiled, fields, action, tuple(category.split()), tuple(type_.split()), outcome)


def _named(group: str) -> str:
    return rf"['`](?P<{group}>[^'\s]*)'"


_TARGET, _GROUP = _named("target"), _named("group")
_BY_USER_TO_GROUP = r"(?P<user>\S+) (?:to|from) group (?P<group>\S+).*"

SHADOW = (
    kind(
        r"new user: name=(?P<target>[^,]*), UID=(?P<target_id>\d+), GID=\d+, home=.*",
        "user_added", "iam", "user creation", "success",
    ),
    kind(rf"failed adding user {_TARGET}, (?P<reason>.*)", "user_added", "iam", "user creation", "failure"),
    kind(rf"delete user {_TARGET}\s*", "user_deleted", "iam", "user deletion", "success"),
    kind(
        r"new group: name=(?P<group>[^,]*), GID=(?P<group_id>\d+)", "group_added", "iam", "group creation", "success"
    ),
    kind(
        r"group added to \S+: name=(?P<group>[^,]*)(?:, GID=(?P<group_id>\d+))?", "group_added", "iam", "group creation", "success"
    ),
    kind(rf"group {_GROUP} removed(?: from \S+)?\s*", "group_deleted", "iam", "group deletion", "success"),
    kind(rf"removed? (?:shadow )?group {_GROUP}(?: owned by {_TARGET})?\s*", "group_deleted", "iam", "group deletion", "success"),
    kind(rf"add {_TARGET} to (?:shadow )?group {_GROUP}", "user_added_to_group", "iam", "user group change", "success"),
    kind(rf"delete {_TARGET} from (?:shadow )?group {_GROUP}\s*", "user_removed_from_group", "iam", "user group change", "success"),
    kind(rf"user (?P<target>\S+) added by {_BY_USER_TO_GROUP}", "user_added_to_group", "iam", "user group change", "success"),
    kind(rf"user (?P<target>\S+) removed by {_BY_USER_TO_GROUP}", "user_removed_from_group", "iam", "user group change", "success"),
    kind(
        r"add member (?P<target>\S+) to group (?P<group>\S+) by (?P<user>.*)",
        "user_added_to_group", "iam", "user group change", "success",
    ),
    kind(
        r"remove member (?P<target>\S+) from group (?P<group>\S+) by (?P<user>.*)",
        "user_removed_from_group", "iam", "user group change", "success",
    ),
    kind(
        r"(?P<reason>(?:members|administrators) of group (?P<group>\S+) set by (?P<user>\S+) to .*)",
        "group_changed", "iam", "group change", "success",
    ),
    kind(
        r"(?P<user>\S+) failed to add user (?P<target>\S+) to group (?P<group>\S+).*",
        "user_added_to_group", "iam", "user group change", "failure",
    ),
    kind(
        r"(?P<user>\S+) failed to remove user (?P<target>\S+) from group (?P<group>\S+).*",
        "user_removed_from_group", "iam", "user group change", "failure",
    ),
    kind(rf"(?P<reason>change(?: admin)? {_TARGET} to \S+ in (?:shadow )?group {_GROUP})", "group_changed", "iam", "group change"),
    kind(rf"(?P<reason>change group {_GROUP} to \S+)", "group_changed", "iam", "group change", "success"),
    kind(rf"(?P<reason>change GID for {_GROUP} to \d+)", "group_changed", "iam", "group change", "success"),
    kind(r"(?P<reason>group changed in .*)", "group_changed", "iam", "group change", "success"),
    kind(rf"change user name {_TARGET} to {_named('renamed')}", "user_renamed", "iam", "user change", "success"),
    kind(
        rf"change user {_TARGET} (?P<reason>(?:UID|GID|home|shell|inactive|expiration) from .*)",
        "user_changed", "iam", "user change", "success",
    ),
    kind(rf"changed user {_TARGET} (?P<reason>information|shell to .*)", "user_changed", "iam", "user change", "success"),
    kind(rf"change user {_TARGET} password", "password_changed", "iam", "user change", "success"),
    kind(rf"unlock user {_TARGET} password", "password_unlocked", "iam", "user change", "success"),
    kind(rf"lock user {_TARGET} password", "password_locked", "iam", "user change", "success"),
    kind(rf"password for {_TARGET} changed by {_named('user')}", "password_changed", "iam", "user change", "success"),
    kind(r"changed password expiry for (?P<target>.*)", "password_expiry_changed", "iam", "user change", "success"),
    kind(rf"(?P<reason>password locked|now < minimum age) for {_TARGET}", "password_changed", "iam", "user change", "failure"),
    kind(r"(?P<reason>incorrect password) for (?P<user>.*)", "password_changed", "authentication iam", "start", "failure"),
)  # fmt: skip
"""``useradd``, ``usermod``, ``passwd`` and their kin: ``user.target`` is whom they act on, ``user`` who acts, where it is said."""

SU = (
    kind(r"Successful su for (?P<effective>.*) by (?P<user>.*)", "su", "authentication", "start", "success"),
    kind(r"FAILED su for (?P<effective>.*) by (?P<user>.*)", "su", "authentication", "start", "failure"),
    kind(r"\(to (?P<effective>[^)]*)\) (?P<user>.*) on (?P<tty>.*)", "su", "authentication", "start", "success"),
    kind(r"FAILED SU \(to (?P<effective>[^)]*)\) (?P<user>.*) on (?P<tty>.*)", "su", "authentication", "start", "failure"),
    kind(r"BAD SU (?P<user>\S+) to (?P<effective>.*) on (?P<tty>.*)", "su", "authentication", "start", "failure"),
    kind(r"'su (?P<effective>[^']*)' succeeded for (?P<user>.*) on (?P<tty>.*)", "su", "authentication", "start", "success"),
    kind(r"'su (?P<effective>[^']*)' failed for (?P<user>.*) on (?P<tty>.*)", "su", "authentication", "start", "failure"),
    kind(r"\+ (?P<tty>\S+) (?P<user>[^:]*):(?P<effective>.*)", "su", "authentication", "info", "success"),
    kind(r"- (?P<tty>\S+) (?P<user>[^:]*):(?P<effective>.*)", "su", "authentication", "info", "failure"),
    kind(r"(?P<reason>No passwd entry for user) '(?P<effective>.*)'", "su", "authentication", "start", "failure"),
    kind(r"pam_authenticate: (?P<reason>.*)", "su", "authentication", "info", "failure"),
)

CRON = (
    kind(r"\((?P<user>[^)]*)\) CMD \((?P<command>.*)\)", "cron_command", "process", "start"),
    kind(r"\((?P<user>[^)]*)\) CMDEND \((?P<command>.*)\)", "cron_command_ended", "process", "end"),
    kind(r"\((?P<user>[^)]*)\) REPLACE \((?P<target>.*)\)", "crontab_replaced", "configuration", "change", "success"),
    kind(r"\((?P<user>[^)]*)\) DELETE \((?P<target>.*)\)", "crontab_deleted", "configuration", "deletion", "success"),
    kind(r"\((?P<user>[^)]*)\) LIST \((?P<target>.*)\)", "crontab_listed", "configuration", "access", "success"),
    kind(r"\((?P<user>[^)]*)\) (?:BEGIN|END) EDIT \((?P<target>.*)\)", "crontab_edited", "configuration", "access", "success"),
    kind(r"\((?P<user>[^)]*)\) AUTH \((?P<reason>.*)\)", "crontab_refused", "configuration", "access", "failure"),
    kind(r"\((?:[^)]*)\) (?P<reason>[A-Z][A-Z ]{0,30} \(.*\))", "cron_info", "process", "info"),
)

LOGIND = (
    kind(r"New session '?(?P<session>[^\s']+)'? of user (?P<user>[^']*)\.", "logind_session_added", "session", "start", "success"),
    kind(
        r"New session '(?P<session>[^']*)' of user '(?P<user>.*)' with class '[^']*' and type '[^']*'\.",
        "logind_session_added", "session", "start", "success",
    ),
    kind(r"Session (?P<session>\S+) logged out\. Waiting for processes to exit\.", "logind_session_logout", "session", "end"),
    kind(r"Removed session (?P<session>\S+)\.", "logind_session_removed", "session", "end"),
    kind(r"(?P<reason>(?:New seat|Watching system buttons|Lid |Power key|Suspend key) ?.*)", "logind_seat", "host", "info"),
    kind(r"(?P<reason>System is .*|The system will .*|Creating /run/nologin.*)", "logind_power", "host", "change"),
)  # fmt: skip

LOGIN = (
    kind(r"ROOT LOGIN\s+(?:\(\S*\)\s+)?(?:ON|on) '?(?P<tty>[^\s']+)'?(?: FROM (?P<from>\S+))?", "login", "authentication session", "start", "success"),
    kind(r"LOGIN ON (?P<tty>\S+) BY (?P<user>\S+)(?: FROM (?P<from>\S+))?", "login", "authentication session", "start", "success"),
    kind(
        r"(?:FAILED LOGIN|TOO MANY LOGIN TRIES) \(?\d+\)? (?:on|FROM) '?(?P<tty>[^\s']*)'? FOR (?P<user>.*), (?P<reason>[^,]*)",
        "login", "authentication", "start", "failure",
    ),
)  # fmt: skip

CHKPWD = (
    kind(r"(?P<reason>password check failed) for user \((?P<user>.*)\)", "password_check", "authentication", "info", "failure"),
    kind(r"(?P<reason>check pass; user unknown)", "password_check", "authentication", "info", "failure"),
)

POLKIT = (
    kind(
        r"Operator of \S+ successfully authenticated as unix-user:(?P<user>\S+) to gain \S+ authorization for action"
        r" (?P<polkit>\S+) for \S+ \[(?P<command>.*)\] \(owned by [^()]*\)",
        "polkit_authorization", "authentication", "start", "success",
    ),
    kind(
        r"Operator of \S+ FAILED to authenticate to gain authorization for action (?P<polkit>\S+) for \S+ \[(?P<command>.*)\]"
        r" \(owned by unix-user:(?P<user>[^()]*)\)",
        "polkit_authorization", "authentication", "start", "failure",
    ),
    kind(r"(?P<reason>Registered Authentication Agent for .*)", "polkit_agent_registered", "session", "info"),
    kind(r"(?P<reason>Unregistered Authentication Agent for .*)", "polkit_agent_unregistered", "session", "info"),
    kind(r"(?P<reason>(?:Loading|Finished loading|Acquired|Started|Reloading) .*)", "polkit_info", "process", "info"),
)  # fmt: skip

_SHADOW_PROGRAMS = (
    "useradd userdel usermod groupadd groupdel groupmod groupmems gpasswd passwd chpasswd chgpasswd newusers chage chfn chsh"
)
KINDS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(_SHADOW_PROGRAMS.split(), SHADOW),
    **dict.fromkeys(("su", "runuser"), SU),
    **dict.fromkeys(("cron", "crond", "crontab", "anacron", "atd"), CRON),
    "systemd-logind": LOGIND,
    "login": LOGIN,
    "unix_chkpwd": CHKPWD,
    "polkitd": POLKIT,
}
"""The messages of each program, by its name in lower case."""
