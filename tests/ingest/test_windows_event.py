"""Windows events: one meaning whatever the shipper, every native field kept, who did what to whom."""

from datetime import UTC, datetime

import orjson
import pytest

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.windows_categories import CATEGORIES
from ingest.parsers.windows_channels import POWERSHELL_CLASSIC, SECURITY, SYSMON, canonical, dataset
from ingest.parsers.windows_event import parse
from schemas.event import Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="010000024", name="CH d'Exemple"), "dc", datetime(2026, 3, 28, 12, tzinfo=UTC))


def read(document: dict[str, object]) -> Event:
    """The fields that the parser finds in one object."""
    return parse(orjson.dumps(document).decode(), ORIGIN)


def evtx(channel: str, code: int, **data: object) -> dict[str, object]:
    """An event as ``evtx_dump`` writes it."""
    system = {
        "EventID": code,
        "Channel": channel,
        "Computer": "pc",
        "TimeCreated": {"#attributes": {"SystemTime": "2026-03-27T13:00:00Z"}},
    }
    return {"Event": {"System": system, "EventData": data}}


SAME = {
    "UtcTime": "2026-03-27 13:00:00.000",
    "ProcessId": "412",
    "Image": r"C:\a.exe",
    "User": r"CHEX\jmartin",
    "Hashes": "MD5=AB,SHA1=CD",
}


def test_the_three_shapes_have_one_meaning():
    """One Sysmon event as each shipper writes it gives the same ECS and native fields, by Sigma's names."""
    shapes = (
        evtx(SYSMON, 1, **SAME | {"ProcessId": 412}),
        {
            "EventID": 1,
            "Channel": SYSMON,
            "Hostname": "pc",
            "EventTime": "2026-03-27 14:00:00",
            "SourceModuleName": "eventlog",
            **SAME,
        },
        {
            "@timestamp": "2026-03-27T13:00:00Z",
            "winlog": {"event_id": 1, "channel": SYSMON, "computer_name": "pc", "event_data": SAME},
        },
        {
            "@timestamp": "2026-03-27T13:00:00Z",
            "winlog.event_id": "1",
            "winlog.channel": SYSMON,
            "winlog.computer_name": "pc",
            **{f"winlog.event_data.{name}": value for name, value in SAME.items()},
        },
    )
    first, *others = (read(shape) for shape in shapes)
    assert first["process.executable"] == r"C:\a.exe"
    assert others == [first] * 3


@pytest.mark.parametrize(
    "document", [{}, {"message": "x"}, {"Event": 1}, {"Event": {"System": []}}, {"winlog": {"channel": "x"}}, {"EventID": ""}]
)
def test_an_object_that_is_no_windows_event_is_refused(document):
    """Another JSON log sent to this source says what was expected."""
    with pytest.raises(NotUnderstood, match=r"expected|no event id"):
        read(document)


def test_values_become_text_and_null_is_dropped():
    """Numbers, booleans and lists are kept as rules write them; a null is no field."""
    event = read(evtx(SECURITY, 9999, Number=7, Yes=True, No=False, Nothing=None, Empty="", Some=["a", 2]))
    native = {name.removeprefix("winlog.event_data."): value for name, value in event.items() if "event_data" in name}
    assert native == {"Number": "7", "Yes": "true", "No": "false", "Empty": "", "Some": "a\n2"}


@pytest.mark.parametrize(
    ("written", "channel", "name"),
    [
        ("security", SECURITY, "windows.security"),
        ("MICROSOFT-WINDOWS-SYSMON/OPERATIONAL", SYSMON, "windows.sysmon"),
        ("windows powershell", POWERSHELL_CLASSIC, "windows.powershell"),
        ("powershellcore/operational", "PowerShellCore/Operational", "windows.powershell"),
        ("Vendor-Thing/Débogage", "Vendor-Thing/Débogage", "windows.vendor_thing_d_bogage"),
        ("", "", "windows.unknown"),
    ],
)
def test_channels_have_one_spelling_and_a_data_set(written, channel, name):
    """NXLog writes a channel in varying case; an unknown one is kept, and its data set is always a safe name."""
    assert canonical(written) == channel
    assert dataset(channel) == name


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        (4624, {"TargetUserName": "a", "TargetDomainName": "D", "SubjectUserName": "s"}, {"user.name": "a", "user.domain": "D"}),
        (4720, {"TargetUserName": "new", "SubjectUserName": "admin"}, {"user.name": "admin", "user.target.name": "new"}),
        (
            4732,
            {"TargetUserName": "Admins", "MemberName": "-", "MemberSid": "S-1-5-21-9"},
            {"group.name": "Admins", "user.target.id": "S-1-5-21-9"},
        ),
        (
            4778,
            {"AccountName": "a", "ClientAddress": "LOCAL", "ClientName": "pc-2"},
            {"user.name": "a", "source.domain": "pc-2", "source.ip": None},
        ),
        (4648, {"SubjectUserName": "-", "TargetUserName": "b"}, {"user.name": None, "user.target.name": "b"}),
        (4688, {"ProcessId": "0x10", "NewProcessId": "0x20"}, {"process.pid": 32, "process.parent.pid": 16}),
        (4689, {"ProcessId": "0x20"}, {"process.pid": 32}),
        (
            4624,
            {"IpAddress": "-", "IpPort": "-", "WorkstationName": "-"},
            {"source.ip": None, "source.port": None, "source.domain": None},
        ),
        (4624, {"IpAddress": "::1"}, {"source.ip": "::1"}),
    ],
)
def test_subject_target_and_source_are_who_ecs_says(code, data, expected):
    """The account that logs on, the one that acts and the one acted on are never swapped; ``-`` and ``LOCAL`` are nobody."""
    event = read(evtx(SECURITY, code, **data))
    assert {field: event.get(field) for field in expected} == expected


@pytest.mark.parametrize(
    ("keywords", "outcome"), [("0x8020000000000000", "success"), ("0x8010000000000000", "failure"), ("0x8000000000000000", None)]
)
def test_the_audit_keywords_tell_the_outcome(keywords, outcome):
    """An event whose id is silent about success takes it from the audit bits, hexadecimal or NXLog's signed number."""
    document = evtx(SECURITY, 4663)
    document["Event"]["System"]["Keywords"] = keywords  # type: ignore[index]  # built three lines above
    signed = int(keywords, 16) - 2**64
    assert read(document).get("event.outcome") == outcome
    assert read({"EventID": 4663, "Channel": "Security", "Keywords": signed}).get("event.outcome") == outcome


def test_nxlog_user_fields_are_its_own_only_when_it_says_so():
    """NXLog writes the reporting account as ``AccountName``; the native field of that name is kept when it is the event's."""
    native = read({"EventID": 4778, "Channel": "Security", "AccountName": "jmartin", "AccountDomain": "CHEX"})
    assert native["user.name"] == native["winlog.event_data.AccountName"] == "jmartin"
    own = read(
        {
            "EventID": 7036,
            "Channel": "System",
            "AccountName": "SYSTEM",
            "AccountType": "User",
            "Domain": "NT",
            "UserID": "S-1-5-18",
        }
    )
    assert own["winlog.user.name"] == own["user.name"] == "SYSTEM"
    assert "winlog.event_data.AccountName" not in own


def test_nxlog_times_in_order_of_trust():
    """Sysmon's own UTC time, then a relay's, then the machine's local time."""
    document = {"EventID": 1, "EventTime": "2026-03-27 14:00:00"}
    assert read(document)["@timestamp"] == "2026-03-27T13:00:00.000000Z"
    assert read(document | {"@timestamp": "2026-03-27T13:00:01Z"})["@timestamp"] == "2026-03-27T13:00:01.000000Z"
    assert (
        read(document | {"@timestamp": "2026-03-27T13:00:01Z", "UtcTime": "2026-03-27 13:00:00.5"})["@timestamp"]
        == "2026-03-27T13:00:00.500000Z"
    )
    assert "@timestamp" not in read({"EventID": 1, "EventTime": "hier"})


ECS_TYPES = {
    "authentication": {"start", "end", "info"},
    "configuration": {"access", "change", "creation", "deletion", "info"},
    "driver": {"change", "end", "info", "start"},
    "file": {"access", "change", "creation", "deletion", "info"},
    "host": {"access", "change", "end", "info", "start"},
    "iam": {"admin", "change", "creation", "deletion", "group", "info", "user"},
    "library": {"start"},
    "network": {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
    "process": {"access", "change", "end", "info", "start"},
    "registry": {"access", "change", "creation", "deletion"},
    "session": {"start", "end", "info"},
}
"""ECS reference, *event.category*: the expected event types of each category."""


def test_categories_are_pairs_that_ecs_expects():
    """Each type in the table is expected by one of the categories beside it, and each category expects one of the types."""
    for table in CATEGORIES.values():
        for code, row in table.items():
            categories, types = row.category.split(), set(row.type.split())
            assert types <= set().union(*(ECS_TYPES[name] for name in categories)), code
            assert all(types & ECS_TYPES[name] for name in categories), code
