"""correlate.rules.route: which rules concern an event."""

from typing import Any

import pytest

from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from schemas.detection import Entity
from schemas.event import Event

SITE = "010000024"


def rule(number: int, logsource: str, detection: str, *, status: str = "test", level: str = "high", name: str = "") -> str:
    """The text of a rule whose only detection is ``sel``."""
    return f"""
title: Rule {number}
id: 00000000-0000-4000-8000-{number:012d}
{f"name: {name}" if name else ""}
status: {status}
level: {level}
tags: [attack.t1078]
logsource: {logsource}
detection:
    sel: {detection}
    condition: sel
"""


def book(*texts: str) -> RuleBook:
    """The rules of these texts, none refused."""
    found = load((f"{number}.yml", text) for number, text in enumerate(texts))
    assert not found.refusals, found.refusals
    return found


def event(**fields: Any) -> Event:
    """A whole event; two underscores stand for a dot."""
    base = {
        "@timestamp": "2026-01-31T08:00:00.000000Z",
        "event.id": "e1",
        "event.kind": "event",
        "event.dataset": "demo.log",
        "ecs.version": "8.17.0",
        "organization.id": SITE,
    }
    return base | {name.replace("__", "."): value for name, value in fields.items()}


def nothing(_: Event) -> tuple[Entity, ...]:
    """An event speaks of nothing."""
    return ()


def fired(texts: list[str], *events: Event) -> list[list[str]]:
    """The names of the rules that match each event."""
    found = Detector(book(*texts), entities_of=nothing).detect(events)
    return [[detection.rule_name for detection in detections] for detections in found]


WINDOWS = {"event__module": "windows", "winlog__channel": "Security", "event__code": "4624"}
SYSMON = WINDOWS | {"winlog__channel": "Microsoft-Windows-Sysmon/Operational"}
SSHD = {"event__module": "sshd", "event__category": ["authentication"], "event__dataset": "sshd.auth", "process__name": "sshd"}
NGINX = {"event__module": "nginx", "event__category": ["web"], "event__dataset": "nginx.access"}
FIREWALL = {"event__module": "fortigate", "event__category": ["network"], "event__dataset": "fortigate.traffic"}


@pytest.mark.parametrize(
    ("logsource", "fields", "concerned"),
    [
        ("{product: windows}", WINDOWS, True),
        ("{product: windows}", SSHD, False),
        ("{product: windows}", NGINX, False),
        ("{product: windows}", FIREWALL, False),
        ("{product: windows, category: process_creation}", SSHD, False),
        ("{product: windows}", {"event__module": "ecs", "host__os__type": "linux"}, False),
        ("{product: windows}", {"event__module": "ecs", "host__os__type": "windows"}, True),
        ("{product: windows}", {"event__module": "ecs"}, True),
        ("{product: windows}", {"event__module": "endpoint", "host__os__type": "windows"}, True),
        ("{product: windows}", {"event__module": "endpoint", "host__os__type": "macos"}, False),
        ("{product: linux}", NGINX | {"host__os__type": "linux"}, False),
        ("{category: database}", {"event__module": "sshd"}, False),
        ("{product: windows}", {}, True),
        ("{product: linux}", WINDOWS, False),
        ("{product: linux}", {"winlog__channel": "Security"}, False),
        ("{product: linux}", SSHD, True),
        ("{product: linux, service: sshd}", SSHD, True),
        ("{product: linux, service: auth}", SSHD, True),
        ("{product: linux, service: cron}", SSHD, False),
        ("{product: linux, service: sudo}", {"event__module": "linux_auth", "process__name": "sudo"}, True),
        ("{product: linux, category: process_creation}", SSHD, False),
        ("{product: macos}", SSHD, False),
        ("{product: fortios}", FIREWALL, True),
        ("{product: cisco}", FIREWALL, False),
        ("{category: webserver}", WINDOWS, False),
        ("{category: webserver}", SSHD, False),
        ("{category: webserver}", FIREWALL, False),
        ("{category: webserver}", NGINX, True),
        ("{category: proxy}", NGINX, False),
        ("{category: webserver}", {"event__module": "other"}, True),
        ("{category: firewall}", FIREWALL, True),
        ("{category: firewall}", NGINX, False),
        ("{category: dns}", WINDOWS, False),
        ("{service: nginx}", NGINX, True),
        ("{service: apache}", NGINX, False),
        ("{category: antivirus}", WINDOWS, False),
        ("{category: antivirus}", {"event__module": "other", "event__category": "malware"}, True),
        ("{product: zeek, service: dns}", {"event__module": "zeek", "event__dataset": "zeek.dns"}, True),
        ("{product: zeek, service: dns}", {"event__module": "zeek", "event__dataset": "zeek.http"}, False),
    ],
)
def test_a_rule_is_kept_away_only_by_a_difference(logsource: str, fields: dict[str, Any], *, concerned: bool) -> None:
    """Product, service and category must not contradict; what the event does not say is unknown, and unknown means evaluate."""
    assert bool(fired([rule(1, logsource, "['needle']")], event(message="the needle", **fields))[0]) is concerned


@pytest.mark.parametrize(
    ("channel", "code", "categories"),
    [
        ("Security", "4688", {"process_creation"}),
        ("Microsoft-Windows-Sysmon/Operational", "1", {"process_creation"}),
        ("Microsoft-Windows-Sysmon/Operational", "3", {"network_connection"}),
        ("Microsoft-Windows-Sysmon/Operational", "7", {"image_load"}),
        ("Microsoft-Windows-Sysmon/Operational", "12", {"registry_event", "registry_add", "registry_delete"}),
        ("Microsoft-Windows-Sysmon/Operational", "13", {"registry_event", "registry_set"}),
        ("Microsoft-Windows-Sysmon/Operational", "22", {"dns_query"}),
        ("Microsoft-Windows-PowerShell/Operational", "4104", {"ps_script"}),
        ("Windows PowerShell", "400", {"ps_classic_start"}),
        ("Microsoft-Windows-Windows Defender/Operational", "1116", {"antivirus"}),
        ("Security", "4624", set()),
        ("System", "1", set()),
    ],
)
def test_a_windows_category_is_a_channel_and_an_event_id(channel: str, code: str, categories: set[str]) -> None:
    """Each Windows event runs the rules of its own categories and of no other."""
    names = [
        "process_creation",
        "network_connection",
        "image_load",
        "registry_event",
        "registry_add",
        "registry_delete",
        "registry_set",
        "dns_query",
        "ps_script",
        "ps_classic_start",
        "antivirus",
        "file_event",
    ]
    texts = [
        rule(number, f"{{category: {name}}}", "['needle']").replace("Rule ", f"{name} ") for number, name in enumerate(names)
    ]
    found = fired(texts, event(event__module="windows", winlog__channel=channel, event__code=code, message="needle"))

    assert {name.split()[0] for name in found[0]} == categories


def test_a_provider_stands_in_for_a_missing_channel() -> None:
    """An event that names Sysmon as provider and no channel is Sysmon's."""
    fields = {"event__module": "windows", "winlog__provider_name": "Microsoft-Windows-Sysmon", "event__code": "11"}
    texts = [
        rule(number, f"{{product: windows, category: {name}}}", "{f.f: x}")
        for number, name in ((1, "file_event"), (2, "dns_query"))
    ]

    assert fired(texts, event(**fields, f__f="x")) == [["Rule 1"]]


def test_an_unknown_service_of_windows_is_evaluated() -> None:
    """No channel speaks against a service that no table knows."""
    assert fired([rule(1, "{product: windows, service: brand-new}", "{f.f: x}")], event(**WINDOWS, f__f="x")) == [["Rule 1"]]


def test_process_creation_reads_security_4688() -> None:
    """Image and ParentImage come from the ECS fields of an event 4688, which has neither natively."""
    text = rule(
        1, "{product: windows, category: process_creation}", "{Image|endswith: '\\\\a.exe', ParentImage|endswith: '\\\\b.exe'}"
    )
    fields = WINDOWS | {"event__code": "4688", "process__executable": "C:\\a.exe", "process__parent__executable": "C:\\b.exe"}

    assert fired([text], event(**fields)) == [["Rule 1"]]
