"""correlate.rules.fields: which names of an event a rule's field reads."""

from typing import Any

import pytest
import yaml
from sigma.rule.logsource import SigmaLogSource

from correlate.rules.fields import Pipelines
from correlate.rules.load import load
from correlate.rules.reading import Reading


def matches(detection: dict[str, Any], event: dict[str, Any], **logsource: str) -> bool:
    """Whether a rule of this log source with this detection section matches the event."""
    book = load([("t.yml", yaml.safe_dump({"title": "T", "logsource": logsource, "detection": detection}))])
    assert not book.refusals, book.refusals
    return book.rules[0].predicate(Reading(event))


@pytest.mark.parametrize(
    ("key", "event", "expected"),
    [
        ("User", {"winlog.event_data.User": "x", "user.name": "y"}, True),
        ("User", {"user.name": "x"}, False),
        ("Initiated", {"winlog.event_data.Initiated": "x"}, True),
        ("Image", {"process.executable": "X"}, True),
        ("Image", {"winlog.event_data.Image": "x", "process.executable": "y"}, True),
        ("Image", {"winlog.event_data.Image": "y", "process.executable": "x"}, False),
        ("Image", {"winlog.event_data.Image": None, "process.executable": "x"}, True),
        ("GrantedAccess", {"winlog.event_data.GrantedAccess": "x"}, True),
        ("EventID", {"event.code": "x"}, True),
        ("Provider_Name", {"winlog.provider_name": "x"}, True),
        ("ComputerName", {"winlog.computer_name": "x"}, True),
        ("process.name", {"process.name": "x"}, True),
    ],
)
def test_a_windows_field_reads_the_native_value_first(key: str, event: dict[str, Any], *, expected: bool) -> None:
    """The log's own text wins over ECS, which answers for it when it is missing and means the same."""
    assert matches({"s": {key: "x"}, "condition": "s"}, event, product="windows", category="process_creation") is expected


def test_a_boolean_of_windows_is_not_turned_into_a_direction() -> None:
    """``Initiated: true`` reads Sysmon's own word, which pySigma's ECS pipeline would turn into *egress*."""
    detection = {"s": {"Initiated": True}, "condition": "s"}

    assert matches(detection, {"winlog.event_data.Initiated": "true"}, product="windows", category="network_connection")
    assert not matches(detection, {"winlog.event_data.Initiated": "false"}, product="windows", category="network_connection")


def test_a_windows_field_reference_reads_native_values() -> None:
    """Both sides of a fieldref are mapped alike."""
    detection = {"s": {"Image|fieldref": "ParentImage"}, "condition": "s"}
    event = {
        "winlog.event_data.Image": "C:\\a.exe",
        "winlog.event_data.ParentImage": "c:\\A.EXE",
        "process.parent.executable": "no",
    }

    assert matches(detection, event, product="windows", category="process_creation")


def test_a_service_of_windows_is_a_channel() -> None:
    """PySigma's pipeline asks for the channel of the service."""
    detection = {"s": {"EventID": 4624}, "condition": "s"}

    assert matches(detection, {"event.code": "4624", "winlog.channel": "Security"}, product="windows", service="security")
    assert not matches(detection, {"event.code": "4624", "winlog.channel": "System"}, product="windows", service="security")


@pytest.mark.parametrize(
    "channel", ["Microsoft-Windows-DNS-Client/Operational", "Microsoft-Windows-DNS Client Events/Operational"]
)
def test_a_service_of_windows_is_every_channel_that_it_has(channel: str) -> None:
    """Where pySigma knows one channel of a service and Windows writes another, a rule reads both."""
    event = {"event.code": "3008", "winlog.channel": channel}

    assert matches({"s": {"EventID": 3008}, "condition": "s"}, event, product="windows", service="dns-client")


def test_a_field_of_a_service_is_mapped_alone() -> None:
    """A correlation may group by a field of rules whose pipeline adds a condition."""
    assert Pipelines().mapped("Image", SigmaLogSource(product="windows", service="sysmon")) == (
        "winlog.event_data.Image",
        "process.executable",
    )


@pytest.mark.parametrize("name", ["ThreatName", "Threat_Name"])
def test_defender_writes_its_names_with_spaces(name: str) -> None:
    """A rule's *ThreatName* reads the event's *Threat Name*."""
    event = {"winlog.channel": "Microsoft-Windows-Windows Defender/Operational", "winlog.event_data.Threat Name": "EICAR"}

    assert matches({"s": {name: "eicar"}, "condition": "s"}, event, product="windows", service="windefend")


def test_zeek_rules_read_ecs_and_wildcard_names() -> None:
    """Zeek rules go through pySigma's Zeek pipeline, whose names may hold a wildcard."""
    detection = {"s": {"path|endswith": "IPC$", "id.resp_p": 445}, "condition": "s"}
    event = {"event.dataset": "zeek.smb_files", "zeek.smb_files.path": "\\\\srv\\ipc$", "id.resp_p": 445, "destination.port": 445}

    assert matches(detection, event, product="zeek", service="smb_files")
    assert not matches(detection, event | {"event.dataset": "zeek.dns"}, product="zeek", service="smb_files")


def test_other_products_read_what_the_rule_names() -> None:
    """Without a pipeline of its own a product's rule reads the field it names, and no other."""
    detection = {"s": {"Image": "x"}, "condition": "s"}

    assert matches(detection, {"Image": "x"}, product="linux", category="process_creation")
    assert not matches(detection, {"process.executable": "x"}, product="linux", category="process_creation")
