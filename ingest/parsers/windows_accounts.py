r"""Who did what to whom: the accounts of a Windows event as ``user.*``, ``user.target.*`` and ``group.*``.

In a logon, ``user`` is the account that logged on (Windows calls it the target); elsewhere it is the subject, and the account that an
administrator acted on is ``user.target``. Windows writes ``-`` for nobody, ``DOMAIN\user`` in Sysmon, ``user@REALM`` in Kerberos.
"""

from collections.abc import Mapping

from ingest.parsers.windows_channels import SECURITY, SYSMON
from ingest.parsers.windows_rows import Row
from ingest.remember import remembered
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
_NOBODY = frozenset({"", "-", "S-1-0-0"})
"""What Windows writes for nobody; the last is the null SID."""

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


def account_rows(channel: str, code: str) -> tuple[Row, ...]:
    """The rows of an event of the Security channel; those of other channels depend on what the event says."""
    if channel != SECURITY:
        return ()
    if code in _LOGONS:
        acting = (*_owned("user", _TARGET), ("TargetLogonId", "winlog.logon.id", word))
    elif code in _SESSIONS:
        acting = (*_owned("user", _ACCOUNT), ("LogonID", "winlog.logon.id", word))
    else:
        acting = (*_owned("user", _SUBJECT), ("SubjectLogonId", "winlog.logon.id", word))
    return (*acting, *_acted_on(code), ("LogonType", "winlog.logon.type", _LOGON_TYPES.get))


def map_accounts(event: Event, channel: str, data: Mapping[str, str]) -> None:
    """Set the account and logon fields that ``account_rows`` has not."""
    if channel == SECURITY:
        return
    if channel == SYSMON:
        set_account(event, "user", data.get("User") or data.get("SourceUser") or "")
        put(event, "winlog.logon.id", word(data.get("LogonId", "")))
        return
    for native, field, convert in _REPORTED:
        put(event, field, convert(data.get(native, "")))
    for name, field in _REPORTER:
        put(event, field, event.get(name))
    set_account(event, "user", data.get("User") or data.get("UserId") or "")


def set_account(event: Event, owner: str, text: str) -> None:
    r"""``DOMAIN\user``, ``user@REALM`` or ``user`` as the name and domain of ``owner``."""
    name, domain = _split(text)
    if name:
        put(event, f"{owner}.name", name)
        put(event, f"{owner}.domain", domain)


@remembered
def _split(text: str) -> tuple[str | None, str | None]:
    domain, separator, name = text.rpartition("\\")
    if not separator:
        name, _, domain = text.partition("@")
    return word(name), word(domain)


def _acted_on(code: str) -> tuple[Row, ...]:
    if code in _GROUP_MEMBERS:
        member: tuple[Row, ...] = (("MemberName", "user.target.name", _member), ("MemberSid", "user.target.id", word))
        return (*_owned("group", _TARGET), *member)
    return _owned("user.target", _TARGET) if code in _ON_ACCOUNTS else ()


def _member(text: str) -> str | None:
    """``MemberName`` is a distinguished name, ``CN=Jeanne Martin,OU=Users,DC=example,DC=org``, or ``-``."""
    if text[:3].upper() == "CN=":
        text = text[3:].replace("\\,", "\0").partition(",")[0].replace("\0", ",")
    return word(text)


def _owned(owner: str, parts: tuple[tuple[str, str], ...]) -> tuple[Row, ...]:
    return tuple((native, f"{owner}.{part}", _name if part == "name" else _somebody) for part, native in parts)


def _somebody(text: str) -> str | None:
    return None if text in _NOBODY else text


def _name(text: str) -> str | None:
    return None if text in _NOBODY else text.partition("@")[0] or text


_REPORTED = _owned("user", _SUBJECT)
_REPORTER = (("winlog.user.name", "user.name"), ("winlog.user.domain", "user.domain"), ("winlog.user.identifier", "user.id"))
"""Outside Security and Sysmon, the account that Windows stamps on an event is the one that acted."""
