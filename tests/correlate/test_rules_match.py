"""correlate.rules.match: a batch of events in, detections out; routing, states, groups, alerts."""

from typing import Any

import pytest

from correlate.rules.load import RuleBook, load
from correlate.rules.match import Detector
from correlate.rules.rule import Rule
from correlate.rules.select import default_state
from schemas.detection import Entity, Group, Kind, Level, State, detection_id
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


def rule_id(number: int) -> str:
    """The id of the rule of that number."""
    return f"00000000-0000-4000-8000-{number:012d}"


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


def test_a_match_is_a_whole_detection() -> None:
    """Id, rule, time, site, evidence, entities, state and techniques of a detection."""
    speaks_of = (Entity(kind="ip", value="192.0.2.7"),)
    detector = Detector(book(rule(1, "{product: demo}", "{f: x}")), entities_of=lambda _: speaks_of)

    ((found,),) = detector.detect([event(f="x")])

    assert found.id == detection_id(rule_id(1), "e1")
    assert (found.kind, found.rule_id, found.rule_name, found.level) == (Kind.SIGMA, rule_id(1), "Rule 1", Level.HIGH)
    assert found.time.isoformat() == "2026-01-31T08:00:00+00:00"
    assert (found.site, found.event_ids, found.entities) == (SITE, ("e1",), speaks_of)
    assert (found.state, found.techniques, found.groups) == (State.ON, ("T1078",), ())


def test_a_batch_gives_a_list_for_each_event_in_the_order_of_rule_ids() -> None:
    """Detections follow the rule ids whatever the order of the files; the same batch gives the same; one by one gives the same."""
    texts = [rule(number, "{product: demo}", "{f|contains: x}") for number in (3, 1, 2)]
    batch = [event(f="x"), event(event__id="e2", f="y"), event(event__id="e3", f="xx")]
    detector = Detector(book(*texts), entities_of=nothing)

    found = detector.detect(batch)

    assert [[detection.rule_name for detection in each] for each in found] == [
        ["Rule 1", "Rule 2", "Rule 3"],
        [],
        ["Rule 1", "Rule 2", "Rule 3"],
    ]
    assert detector.detect(batch) == found
    assert [detector.detect([each])[0] for each in batch] == found
    assert Detector(book(*reversed(texts)), entities_of=nothing).detect(batch) == found


@pytest.mark.parametrize(
    ("status", "level", "state"),
    [
        ("stable", "critical", State.ON),
        ("stable", "high", State.ON),
        ("test", "high", State.ON),
        ("test", "medium", State.SHADOW),
        ("stable", "low", State.SHADOW),
        ("experimental", "critical", State.SHADOW),
        ("deprecated", "high", State.SHADOW),
        ("unsupported", "high", State.SHADOW),
    ],
)
def test_rules_are_on_by_status_and_level(status: str, level: str, state: State) -> None:
    """On: stable or test, with level high or critical; everything else still matches, in shadow."""
    found = Detector(book(rule(1, "{product: demo}", "{f: x}", status=status, level=level)), entities_of=nothing)

    assert [detection.state for detection in found.detect([event(f="x")])[0]] == [state]


def test_the_region_may_decide_otherwise() -> None:
    """``state_of`` replaces the default selection."""

    def all_on(_: Rule) -> State:
        return State.ON

    detector = Detector(book(rule(1, "{product: demo}", "{f: x}", level="low")), all_on, entities_of=nothing)

    assert detector.detect([event(f="x")])[0][0].state is State.ON
    assert default_state(book(rule(1, "{product: demo}", "{f: x}", level="low")).rules[0]) is State.SHADOW


def correlation(*, generate: bool = False, group_by: str = "[user.name]", field: str = "organization.id") -> str:
    """The text of a correlation that counts the rule called *first*."""
    return f"""
title: Three sites
id: 00000000-0000-4000-8000-00000000c0de
correlation:
    type: value_count
    rules: [first]
    generate: {str(generate).lower()}
    group-by: {group_by}
    timespan: 1h
    condition: {{gte: 3, field: {field}}}
"""


CODE = "00000000-0000-4000-8000-00000000c0de"
REFERRED = rule(1, "{product: demo}", "{f: x}", name="first")
NOT_REFERRED = rule(2, "{product: demo}", "{f: x}")


def test_a_referred_rule_is_evidence_in_shadow() -> None:
    """Without ``generate`` a rule alerts only through its correlation, and its matches say where they count."""
    detector = Detector(book(REFERRED, NOT_REFERRED, correlation()), entities_of=nothing)

    first, second = detector.detect([event(f="x", user__name="Bob")])[0]

    assert first.state is State.SHADOW
    assert first.groups == (Group(correlation=CODE, by=("bob",), value=SITE),)
    assert (second.state, second.groups) == (State.ON, ())


def test_generate_leaves_the_rule_as_selected() -> None:
    """With ``generate`` the rule alerts on its own too, and still counts."""
    detector = Detector(book(REFERRED, correlation(generate=True)), entities_of=nothing)

    ((found,),) = detector.detect([event(f="x", user__name="bob")])

    assert found.state is State.ON
    assert len(found.groups) == 1


@pytest.mark.parametrize("user", [{}, {"user__name": None}, {"user__name": []}, {"user__name": ["a", "b"]}])
def test_a_missing_group_key_is_never_pooled(user: dict[str, Any]) -> None:
    """A match without one value of the group-by field counts in no group."""
    ((found,),) = Detector(book(REFERRED, correlation()), entities_of=nothing).detect([event(f="x", **user)])

    assert found.groups == ()


def test_the_counted_field_may_have_no_value_or_several() -> None:
    """No value counts nowhere; each value of an array counts once; without group-by there is one group."""
    detector = Detector(book(REFERRED, correlation(group_by="[]", field="source.ip")), entities_of=nothing)

    found = detector.detect([event(f="x"), event(f="x", source__ip=["192.0.2.1", "192.0.2.2", "192.0.2.1"])])

    assert [[(group.by, group.value) for group in each[0].groups] for each in found] == [
        [],
        [((), "192.0.2.1"), ((), "192.0.2.2")],
    ]


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


def alert(**fields: Any) -> Any:
    """The detection of an alert with these fields."""
    ((found,),) = Detector(book(), entities_of=nothing).detect([event(event__kind="alert", **fields)])
    return found


def test_another_products_alert_is_a_detection() -> None:
    """An event of kind alert is on, with the product's rule id and name, whatever rules match."""
    found = alert(rule__id="2008124", rule__name="ET TROJAN", threat__technique__id=["T1071", "nonsense"])

    assert (found.kind, found.state, found.rule_id, found.rule_name) == (Kind.ALERT, State.ON, "2008124", "ET TROJAN")
    assert found.id == detection_id("2008124", "e1")
    assert found.techniques == ("T1071",)


def test_an_alert_that_says_little_has_defaults() -> None:
    """Without rule the dataset names it, then the message; without severity the level is high."""
    assert (alert().rule_id, alert().rule_name, alert().level) == ("alert:demo.log", "alert:demo.log", Level.HIGH)
    assert alert(message="m" * 1000).rule_name == "m" * 256
    assert alert(event__action="blocked", message="m").rule_name == "blocked"
    assert alert(signal__rule__id="abc").rule_id == "abc"


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"event__severity": 99}, Level.CRITICAL),
        ({"event__severity": 73}, Level.HIGH),
        ({"event__severity": 47}, Level.MEDIUM),
        ({"event__severity": 21}, Level.LOW),
        ({"event__severity": 1}, Level.HIGH),
        ({"event__severity": 4}, Level.HIGH),
        ({"event__risk_score": 99.5}, Level.CRITICAL),
        ({"event__severity": 2, "event__risk_score": 50}, Level.MEDIUM),
        ({"log__level": "Medium"}, Level.MEDIUM),
        ({"log__level": "whatever"}, Level.HIGH),
        ({"event__severity": "99"}, Level.HIGH),
        ({"event__severity": True}, Level.HIGH),
    ],
)
def test_the_level_of_an_alert(fields: dict[str, Any], level: Level) -> None:
    """Severities from 21 to 100 are Elastic's bands; smaller numbers are a vendor's own scale and say nothing."""
    assert alert(**fields).level is level


def test_an_alert_may_match_rules_too() -> None:
    """Detections of rules and of the alert itself come in one list, by rule id."""
    detector = Detector(book(rule(1, "{product: demo}", "{f: x}")), entities_of=nothing)

    found = detector.detect([event(event__kind="alert", rule__id="!first", f="x")])[0]

    assert [detection.rule_id for detection in found] == ["!first", rule_id(1)]


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = [
    nested(5000),
    None,
    "",
    [],
    {},
    [None],
    [[]],
    {"a": None},
    "\x00",
    "a" * 100_000,
    10**400,
    float("1e308"),
    True,
    -1,
    ["x", {"y": [1]}],
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_of_an_event_stops_a_batch(value: Any) -> None:
    """Whatever a field holds, the other events of the batch are still read."""
    keys = ["f", "f|contains", "f|re", "f|cidr", "f|gt", "f|fieldref", "f|exists", "f|base64offset|contains"]
    values = ["x", "x", "x+", "10.0.0.0/8", 3, "g", True, "x"]
    texts = [
        rule(number, "{product: demo}", f"{{{key}: {value}}}")
        for number, (key, value) in enumerate(zip(keys, values, strict=True))
    ]
    texts.append(rule(90, "{product: demo}", "['needle', 'a*b']"))
    texts.append(rule(91, "{product: demo}", "{g: x}"))

    found = fired(texts, event(f=value, g=value), event(event__id="e2", g="x"))

    assert found[1] == ["Rule 91"]
