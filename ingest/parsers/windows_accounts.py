r"""Who did what to whom: the accounts of a Windows event as ``user.*``, ``user.target.*`` and ``group.*``.

In a logon, ``user`` is the account that logged on (Windows calls it the target); elsewhere it is the subject, and the account that an
administrator acted on is ``user.target``. Windows writes ``-`` for nobody, ``DOMAIN\user`` in Sysmon, ``user@REALM`` in Kerberos.
"""

from collections.abc import Mapping

from ingest.parsers.windows_channels import SECURITY, SYSMON
from ingest.values import put, word
from schemas.event import Event

_LOGONS = frozenset({"4624", "4625", "4634", "4647", "4768", "4769", "4770", "4771", "4772", "4773", "4776", "4820", "4821"})
_GROUP_MEMBERS = frozenset({"4728", "4729", "4732", "4733", "4746", "4747", "4751", "4752", "4756", "4757", "4761", "4762"})
_ON_ACCOUNTS = frozenset(
    {"4648", "4720", "4722", "4723", "4724", "4725", "4726", "4738", "4740", "4767", "4781", "4798", "4741", "4742", "4743"}
)
_SESSIONS = frozenset({"4778", "4779"})

_SUBJECT = (("name", "SubjectUserName"), ("domain", "SubjectDomainName"), ("id", "SubjectUserSid"))
_TARGET = (("name", "TargetUserName"), ("domain", "TargetDomainName"), ("id", "TargetUserSid"), ("id", "TargetSid"))
_ACCOUNT = (("name", "AccountName"), ("domain", "AccountDomain"))
_NOBODY = frozenset({"S-1-0-0"})
"""The null SID."""

_LOGON_TYPES = {
    "0": "System",
    "2": "Interactive",
    "3": "Network",
    "4": "Batch",
    "5": "Service",
    "7": "Unlock",
    "8": "NetworkCleartext",
    "9": "NewCredentials",
    "10": "RemoteInteractive",
    "11": "CachedInteractive",
    "12": "CachedRemoteInteractive",
    "13": "CachedUnlock",
}
"""Microsoft, *Audit logon events*: the names that Winlogbeat gives to ``LogonType``."""


def map_accounts(event: Event, channel: str, code: str, data: Mapping[str, str]) -> None:
    """Set the account and logon fields."""
    if channel == SECURITY:
        _map_security(event, code, data)
    elif channel == SYSMON:
        set_account(event, "user", data.get("User") or data.get("SourceUser") or "")
        put(event, "winlog.logon.id", word(data.get("LogonId", "")))
    else:
        _copy(event, "user", _SUBJECT, data)
        _map_reporter(event)
        set_account(event, "user", data.get("User") or data.get("UserId") or "")


def set_account(event: Event, owner: str, text: str) -> None:
    r"""``DOMAIN\user``, ``user@REALM`` or ``user`` as the name and domain of ``owner``."""
    domain, separator, name = text.rpartition("\\")
    if not separator:
        name, _, domain = text.partition("@")
    if word(name):
        put(event, f"{owner}.name", name)
        put(event, f"{owner}.domain", word(domain))


def _map_security(event: Event, code: str, data: Mapping[str, str]) -> None:
    if code in _LOGONS:
        _copy(event, "user", _TARGET, data)
        put(event, "winlog.logon.id", word(data.get("TargetLogonId", "")))
    elif code in _SESSIONS:
        _copy(event, "user", _ACCOUNT, data)
        put(event, "winlog.logon.id", word(data.get("LogonID", "")))
    else:
        _copy(event, "user", _SUBJECT, data)
        put(event, "winlog.logon.id", word(data.get("SubjectLogonId", "")))
    if code in _GROUP_MEMBERS:
        _copy(event, "group", _TARGET, data)
        _map_member(event, data)
    elif code in _ON_ACCOUNTS:
        _copy(event, "user.target", _TARGET, data)
    put(event, "winlog.logon.type", _LOGON_TYPES.get(data.get("LogonType", "")))


def _map_member(event: Event, data: Mapping[str, str]) -> None:
    """``MemberName`` is a distinguished name, ``CN=Jeanne Martin,OU=Users,DC=example,DC=org``, or ``-``."""
    name = data.get("MemberName", "")
    if name[:3].upper() == "CN=":
        name = name[3:].replace("\\,", "\0").partition(",")[0].replace("\0", ",")
    put(event, "user.target.name", word(name))
    put(event, "user.target.id", word(data.get("MemberSid", "")))


def _map_reporter(event: Event) -> None:
    """Outside Security and Sysmon, the account that Windows stamps on an event is the one that acted."""
    for part in ("name", "domain"):
        put(event, f"user.{part}", event.get(f"winlog.user.{part}"))
    put(event, "user.id", event.get("winlog.user.identifier"))


def _copy(event: Event, owner: str, parts: tuple[tuple[str, str], ...], data: Mapping[str, str]) -> None:
    for part, native in parts:
        text = word(data.get(native, ""))
        if text is None or text in _NOBODY:
            continue
        put(event, f"{owner}.{part}", text.partition("@")[0] or text if part == "name" else text)
