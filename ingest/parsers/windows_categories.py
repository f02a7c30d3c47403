"""What kind of event each Windows event id is: the ECS categorisation fields, as a table.

Actions of the Security channel are those of Winlogbeat's module; pairs of category and type are among those that ECS expects.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ingest.parsers.windows_channels import POWERSHELL, POWERSHELL_CLASSIC, POWERSHELL_CORE, SECURITY, SYSMON, SYSTEM
from ingest.remember import remembered
from ingest.values import put
from schemas.event import Event


class Category(NamedTuple):
    """``event.action``, ``event.category``, ``event.type``, and ``event.outcome`` when the id alone tells it."""

    action: str
    category: str
    type: str
    outcome: str | None = None


_SECURITY = {
    "1102": Category("audit-log-cleared", "iam", "admin change", "success"),
    "4608": Category("system-startup", "host", "start"),
    "4616": Category("system-time-changed", "configuration", "change"),
    "4624": Category("logged-in", "authentication session", "start", "success"),
    "4625": Category("logon-failed", "authentication", "start", "failure"),
    "4634": Category("logged-out", "authentication session", "end", "success"),
    "4647": Category("logged-out", "authentication session", "end", "success"),
    "4648": Category("logged-in-explicit", "authentication", "start", "success"),
    "4656": Category("handle-requested", "file registry", "access"),
    "4657": Category("registry-value-modified", "registry", "change"),
    "4662": Category("directory-object-accessed", "iam", "info"),
    "4663": Category("object-accessed", "file registry", "access"),
    "4672": Category("logged-in-special", "iam", "admin", "success"),
    "4688": Category("created-process", "process", "start"),
    "4689": Category("exited-process", "process", "end"),
    "4697": Category("service-installed", "configuration", "creation"),
    "4698": Category("scheduled-task-created", "configuration", "creation"),
    "4699": Category("scheduled-task-deleted", "configuration", "deletion"),
    "4700": Category("scheduled-task-enabled", "configuration", "change"),
    "4701": Category("scheduled-task-disabled", "configuration", "change"),
    "4702": Category("scheduled-task-updated", "configuration", "change"),
    "4719": Category("changed-audit-config", "iam configuration", "admin change"),
    "4720": Category("added-user-account", "iam", "user creation"),
    "4722": Category("enabled-user-account", "iam", "user change"),
    "4723": Category("changed-password", "iam", "user change"),
    "4724": Category("reset-password", "iam", "user change"),
    "4725": Category("disabled-user-account", "iam", "user change"),
    "4726": Category("deleted-user-account", "iam", "user deletion"),
    "4727": Category("added-group-account", "iam", "group creation"),
    "4728": Category("added-member-to-group", "iam", "group change"),
    "4729": Category("removed-member-from-group", "iam", "group change"),
    "4732": Category("added-member-to-group", "iam", "group change"),
    "4733": Category("removed-member-from-group", "iam", "group change"),
    "4738": Category("modified-user-account", "iam", "user change"),
    "4740": Category("locked-out-user-account", "iam", "user change"),
    "4741": Category("added-computer-account", "iam", "admin creation"),
    "4742": Category("changed-computer-account", "iam", "admin change"),
    "4743": Category("deleted-computer-account", "iam", "admin deletion"),
    "4756": Category("added-member-to-group", "iam", "group change"),
    "4757": Category("removed-member-from-group", "iam", "group change"),
    "4767": Category("unlocked-user-account", "iam", "user change"),
    "4768": Category("kerberos-authentication-ticket-requested", "authentication", "start"),
    "4769": Category("kerberos-service-ticket-requested", "authentication", "start"),
    "4770": Category("kerberos-service-ticket-renewed", "authentication", "start"),
    "4771": Category("kerberos-preauth-failed", "authentication", "start", "failure"),
    "4776": Category("credential-validated", "authentication", "start"),
    "4778": Category("session-reconnected", "authentication session", "start", "success"),
    "4779": Category("session-disconnected", "authentication session", "end", "success"),
    "4781": Category("renamed-user-account", "iam", "user change"),
    "4798": Category("group-membership-enumerated", "iam", "user info"),
    "4799": Category("user-member-enumerated", "iam", "group info"),
    "5136": Category("directory-object-modified", "iam", "admin change"),
    "5140": Category("network-share-object-accessed", "file network", "access"),
    "5142": Category("network-share-object-added", "configuration", "creation"),
    "5145": Category("network-share-object-checked", "file network", "access"),
    "5156": Category("connection-allowed", "network", "connection allowed"),
    "5157": Category("connection-blocked", "network", "connection denied"),
    "5158": Category("bind-allowed", "network", "allowed"),
}
_SYSMON = {
    "1": Category("process-created", "process", "start"),
    "2": Category("file-creation-time-changed", "file", "change"),
    "3": Category("network-connection", "network", "connection start"),
    "5": Category("process-terminated", "process", "end"),
    "6": Category("driver-loaded", "driver", "start"),
    "7": Category("image-loaded", "library", "start"),
    "8": Category("remote-thread-created", "process", "change"),
    "9": Category("raw-access-read", "process file", "access"),
    "10": Category("process-accessed", "process", "access"),
    "11": Category("file-created", "file", "creation"),
    "12": Category("registry-object-added-or-deleted", "configuration registry", "change"),
    "13": Category("registry-value-set", "configuration registry", "change"),
    "14": Category("registry-object-renamed", "configuration registry", "change"),
    "15": Category("file-stream-created", "file", "creation"),
    "16": Category("sysmon-configuration-changed", "configuration", "change"),
    "17": Category("pipe-created", "file", "creation"),
    "18": Category("pipe-connected", "file", "access"),
    "19": Category("wmi-filter-registered", "configuration", "creation"),
    "20": Category("wmi-consumer-registered", "configuration", "creation"),
    "21": Category("wmi-binding-registered", "configuration", "creation"),
    "22": Category("dns-query", "network", "connection protocol info"),
    "23": Category("file-deleted", "file", "deletion"),
    "25": Category("process-tampered", "process", "change"),
    "26": Category("file-deletion-detected", "file", "deletion"),
}
_POWERSHELL = {
    "4100": Category("executing-pipeline", "process", "info", "failure"),
    "4103": Category("executing-pipeline", "process", "info"),
    "4104": Category("script-block", "process", "info"),
    "4105": Category("script-block-started", "process", "start"),
    "4106": Category("script-block-stopped", "process", "end"),
}
_POWERSHELL_CLASSIC = {
    "400": Category("engine-started", "process", "start"),
    "403": Category("engine-stopped", "process", "end"),
    "600": Category("provider-started", "process", "info"),
    "800": Category("pipeline-executed", "process", "info"),
}
_SYSTEM = {
    "104": Category("log-cleared", "configuration", "change", "success"),
    "7036": Category("service-state-changed", "configuration", "change"),
    "7040": Category("service-start-type-changed", "configuration", "change"),
    "7045": Category("service-installed", "configuration", "creation", "success"),
}

CATEGORIES: Mapping[str, Mapping[str, Category]] = {
    SECURITY: _SECURITY,
    SYSMON: _SYSMON,
    POWERSHELL: _POWERSHELL,
    POWERSHELL_CORE: _POWERSHELL,
    POWERSHELL_CLASSIC: _POWERSHELL_CLASSIC,
    SYSTEM: _SYSTEM,
}

_AUDIT_FAILURE, _AUDIT_SUCCESS = 0x10_0000_0000_0000, 0x20_0000_0000_0000
"""Bits of ``Keywords`` that Windows reserves (winmeta.xml)."""


def categorise(event: Event, channel: str, code: str) -> None:
    """Set what the id tells, and the outcome that the audit keywords tell."""
    category = CATEGORIES.get(channel, _OTHERS).get(code)
    if category is not None:
        event.setdefault("event.action", category.action)
        event.setdefault("event.category", category.category.split())
        event.setdefault("event.type", category.type.split())
        put(event, "event.outcome", category.outcome)
    if "event.outcome" not in event and (keywords := event.get("winlog.keywords")):
        put(event, "event.outcome", _NAMED.get(keywords[0].lower()) if isinstance(keywords, list) else _masked(keywords))


_OTHERS: Mapping[str, Category] = {}
_NAMED = {"audit success": "success", "audit failure": "failure"}
"""Winlogbeat lists the names of the keywords."""


@remembered
def _masked(keywords: str) -> str | None:
    """Elsewhere, keywords are a mask in hexadecimal."""
    if keywords[:2] != "0x":
        return None
    try:
        mask = int(keywords, 16)
    except ValueError:
        return None
    if mask & _AUDIT_FAILURE:
        return "failure"
    return "success" if mask & _AUDIT_SUCCESS else None
