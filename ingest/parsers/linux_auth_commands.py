"""What ``sudo`` and ``pkexec`` write about a command that somebody runs as somebody else.

Both write ``KEY=value`` pieces; folder and command are texts of the person's choice. The pieces are therefore read from the left and each
key counts once: whatever a folder or a command imitates, ``process.command_line`` ends with the whole command that was really asked for.
Formats after sudo ``lib/eventlog/eventlog.c`` and polkit ``pkexec.c``.
"""

import re
from typing import NamedTuple

from schemas.event import Event


class Command(NamedTuple):
    """The fields of the line, and whether all of it was clear."""

    fields: Event
    whole: bool


_FIELDS = {
    "TTY": "tocsin.tty",
    "PWD": "process.working_directory",
    "CWD": "process.working_directory",
    "USER": "user.effective.name",
}
_PIECE = re.compile(r"(HOST|TTY|CHROOT|PWD|USER|GROUP|TSID|ENV)=(.*)\Z", re.DOTALL)
_DENIED = re.compile(
    r"(?:user NOT |command not allowed|\d{1,9} incorrect password|a password is required|no password was provided|.{0,40}not allowed"
    r"|.{0,20}must have a tty|no tty present|.{0,20}authentication|account |PAM |you are not permitted|.{0,60}denied)",
    re.DOTALL,
)
_WRONG_PASSWORD = re.compile(r"\d{1,9} incorrect password")


def sudo(message: str) -> Command | None:
    """``jmartin : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/bin/ls``, with a reason before ``TTY`` when it was refused.

    The outcome is *unknown* when the reason is none that sudo gives for a refusal. None when the message is no such thing.
    """
    person, colon, rest = message.partition(" : ")
    if not colon:
        return None
    head, mark, command = f" ; {rest}".partition(" ; COMMAND=")
    found, reason, whole = _read_pieces(head.split(" ; "))
    if not found and not mark:
        return None
    fields: Event = {
        "event.action": "sudo",
        "event.category": ["process"],
        "event.type": ["start"],
        "event.outcome": _outcome(reason),
        "user.name": person.strip(),
        **found,
    }
    if mark:
        fields["process.command_line"] = command
    if reason:
        fields["event.reason"] = reason
        if _WRONG_PASSWORD.match(reason):
            fields["event.category"] = ["authentication", "process"]
    return Command(fields, whole and " ; COMMAND=" not in command)


def _read_pieces(pieces: list[str]) -> tuple[Event, str, bool]:
    """The fields, what stands before them, and whether no piece was out of place: such a one belongs to the value before it."""
    found: dict[str, list[str]] = {}
    last: list[str] = []
    reasons: list[str] = []
    for piece in pieces:
        match = _PIECE.match(piece)
        field = _FIELDS.get(match[1], f"tocsin.sudo_{match[1].lower()}") if match else ""
        if match and field not in found:
            found[field] = last = [match[2]]
        elif found:
            last.append(piece)
        elif piece:
            reasons.append(piece)
    fields = {field: " ; ".join(parts) for field, parts in found.items()}
    return fields, " ; ".join(reasons), all(len(parts) == 1 for parts in found.values())


def _outcome(reason: str) -> str:
    if not reason:
        return "success"
    return "failure" if _DENIED.match(reason) else "unknown"


def pkexec(message: str) -> Command | None:
    """``jmartin: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/root] [COMMAND=/bin/ls]``; any other text is a refusal."""
    head, mark, rest = message.partition(" [USER=")
    person, colon, said = head.partition(": ")
    user, tty_mark, rest = rest.partition("] [TTY=")
    tty, folder_mark, rest = rest.partition("] [CWD=")
    folder, command_mark, command = rest.partition("] [COMMAND=")
    if not (mark and colon and tty_mark and folder_mark and command_mark):
        return None
    executed = said == "Executing command"
    fields: Event = {
        "event.action": "pkexec",
        "event.category": ["process"],
        "event.type": ["start"],
        "event.outcome": "success" if executed else "failure",
        "user.name": person,
        "user.effective.name": user,
        "tocsin.tty": tty,
        "process.working_directory": folder,
        "process.command_line": command.removesuffix("]"),
    }
    if not executed:
        fields["event.reason"] = said
    return Command(fields, "] [COMMAND=" not in command)
