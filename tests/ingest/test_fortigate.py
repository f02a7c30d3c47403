"""FortiOS logs: when it was, who did what from where, whether it was let through, and how grave it honestly is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.framing import MAX_RECORD
from ingest.normalise import normalise
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.fortigate import evidence, parse
from schemas.batch import RawBatch
from schemas.event import PARTIAL, Event
from schemas.site import Site

SITE = Site(finess="010000024", name="CH d'Exemple")
ORIGIN = Origin(SITE, "pare-feu", datetime(2026, 3, 28, 12, tzinfo=UTC))
PAIRS = sorted((Path(__file__).parent / "pairs" / "fortigate").glob("*.raw"))
KNOWN = [raw for raw in PAIRS if raw.stem != "other_product"]
TRAFFIC = 'logid="0000000013" type="traffic" subtype="forward" srcip=192.168.10.26 dstip=198.51.100.66 action="close"'


def at(time: str) -> Event:
    """A session whose keys of time are these."""
    return parse(f"{time} {TRAFFIC}", ORIGIN)


def log(kind: str, **pairs: str) -> Event:
    """A log of ``type subtype`` with these pairs."""
    name, _, subtype = kind.partition(" ")
    rest = " ".join(f'{key}="{value}"' for key, value in pairs.items())
    return parse(f'date=2026-03-27 time=13:06:56 tz="+0100" logid="1" type="{name}" subtype="{subtype}" {rest}', ORIGIN)


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("date=2026-03-27 time=01:02:03 eventtime=1774613216", "2026-03-27T12:06:56.000000Z"),
        ("date=2026-03-27 time=01:02:03 eventtime=1774613216390", "2026-03-27T12:06:56.390000Z"),
        ("date=2026-03-27 time=01:02:03 eventtime=1774613216390385", "2026-03-27T12:06:56.390385Z"),
        ('date=2026-03-27 time=01:02:03 eventtime=1774613216390385486 tz="-0500"', "2026-03-27T12:06:56.390385Z"),
        ('date=2026-03-27 time=13:06:56 tz="+0300"', "2026-03-27T10:06:56.000000Z"),
        ('date=2026-03-27 time=13:06:56 tz="UTC-5:00"', "2026-03-27T18:06:56.000000Z"),
        ('date=2026-03-27 time=13:06:56 tz="+05:30"', "2026-03-27T07:36:56.000000Z"),
        ("date=2026-03-27 time=13:06:56", "2026-03-27T12:06:56.000000Z"),
        ("date=2026-07-27 time=13:06:56", "2026-07-27T11:06:56.000000Z"),
        ("date=2026-03-27 time=13:06:56 eventtime=17746132163", "2026-03-27T12:06:56.000000Z"),
        ("date=2026-03-27 time=13:06:56 eventtime=x", "2026-03-27T12:06:56.000000Z"),
        ("date=2026-03-32 time=13:06:56", None),
        ("date=2026-03-27", None),
    ],
)
def test_the_time_is_the_devices_own(time, instant):
    """``eventtime`` in any unit, else date and time in the zone of ``tz`` or of the site; no time at all is told."""
    event = at(time)
    assert event.get("@timestamp") == instant
    assert (PARTIAL in event.get("tags", ())) == (instant is None)


def test_a_local_time_that_was_twice_is_told():
    """Without ``tz``, half past two in the night that summer time ends is doubtful."""
    assert at("date=2025-10-26 time=02:30:00")["tags"] == ["time:ambiguous"]


@pytest.mark.parametrize(
    ("subtype", "stated", "action", "source", "severity"),
    [
        ("ips", "critical", "dropped", "203.0.113.154", 21),
        ("ips", "critical", "reset", "2001:db8::1", 21),
        ("ips", "critical", "detected", "203.0.113.154", 99),
        ("ips", "high", "pass_session", "203.0.113.154", 73),
        ("ips", "low", "detected", "203.0.113.154", 21),
        ("ips", "info", "detected", "203.0.113.154", None),
        ("ips", "critical", "dropped", "192.168.10.26", 47),
        ("ips", "low", "dropped", "192.168.10.26", 21),
        ("ips", "critical", "dropped", "fd00::1", 47),
        ("waf", "high", "blocked", "203.0.113.154", 21),
        ("anomaly", "critical", "clear_session", "203.0.113.154", 21),
        ("anomaly", "critical", "detected", "203.0.113.154", 47),
        ("webfilter", "critical", "blocked", "192.168.10.26", None),
    ],
)
def test_what_was_stopped_is_never_grave(subtype, stated, action, source, severity):
    """An attack that was blocked on its way in is low, one that an inside machine sent at most medium; what passed is what it is.

    The outcome is the firewall's: it stopped what it meant to stop, and does not know how what passed ended.
    """
    event = log(f"utm {subtype}", severity=stated, action=action, srcip=source, attack="Example.Attack", attackid="7")
    assert event.get("event.severity") == severity
    assert event.get("event.kind") == (None if severity is None else "alert")
    assert event["event.type"] == (["allowed"] if action in {"detected", "pass_session"} else ["denied"])
    assert event.get("event.outcome") == ("success" if event["event.type"] == ["denied"] else None)


def test_an_unknown_action_is_neither_allowed_nor_denied():
    """A word of a later release does not pass for one that is known."""
    event = log("utm ips", severity="high", action="teleported", srcip="203.0.113.154", attack="Example.Attack")
    assert (event["event.type"], event.get("event.outcome"), event["event.severity"]) == (["info"], None, 73)


@pytest.mark.parametrize(
    ("pairs", "severity", "tactic"),
    [
        ({"subtype": "virus", "virus": "EICAR_TEST_FILE", "action": "passthrough"}, 73, None),
        ({"subtype": "virus", "action": "blocked", "eventtype": "filename"}, None, None),
        ({"subtype": "dns", "botnetdomain": "c2.example.net", "action": "pass"}, 73, "Command and Control"),
        ({"subtype": "dns", "botnetip": "203.0.113.7", "action": "redirect"}, 47, "Command and Control"),
        ({"subtype": "ips", "eventtype": "botnet", "attack": "Sality", "severity": "critical"}, 99, "Command and Control"),
        ({"subtype": "dns", "qname": "www.example.org", "action": "pass"}, None, None),
    ],
)
def test_viruses_and_command_servers_are_alerts(pairs, severity, tactic):
    """A log is an alert when it names what was found, and not because of the engine that wrote it."""
    event = log(
        f"utm {pairs['subtype']}", srcip="192.168.10.26", **{key: value for key, value in pairs.items() if key != "subtype"}
    )
    assert event.get("event.severity") == severity
    assert event.get("threat.tactic.name") == ([tactic] if tactic else None)


@pytest.mark.parametrize(
    ("pairs", "action", "outcome", "user"),
    [
        ({"action": "tunnel-up", "tunneltype": "ssl-web", "user": "jmartin"}, "vpn-login", "success", "jmartin"),
        ({"action": "tunnel-up", "tunneltype": "ssl-tunnel", "user": "jmartin"}, "vpn-login", "success", "jmartin"),
        (
            {"action": "tunnel-up", "tunneltype": "ipsec", "xauthuser": "jmartin", "user": "203.0.113.66"},
            "vpn-login",
            "success",
            "jmartin",
        ),
        ({"action": "tunnel-up", "tunneltype": "ipsec", "xauthuser": "N/A", "user": "203.0.113.66"}, "tunnel-up", None, None),
        ({"action": "ssl-login-fail", "tunneltype": "ssl-web", "user": "jmartin"}, "vpn-login", "failure", "jmartin"),
        ({"action": "tunnel-down", "tunneltype": "ssl-tunnel", "user": "jmartin"}, "vpn-logout", None, "jmartin"),
        ({"action": "negotiate", "status": "success", "result": "OK", "user": "N/A"}, "negotiate", "success", None),
        ({"action": "negotiate", "status": "negotiate_error"}, "negotiate", "failure", None),
    ],
)
def test_a_login_to_the_vpn_is_a_persons(pairs, action, outcome, user):
    """Remote users log in; a tunnel between two gateways is nobody's login. The source is the far end."""
    event = log("event vpn", remip="203.0.113.66", locip="198.51.100.9", **pairs)
    assert (event["event.action"], event.get("event.outcome"), event.get("user.name")) == (action, outcome, user)
    assert event["source.ip"] == "203.0.113.66"
    assert event["event.dataset"] == "fortigate.vpn"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("https(192.168.10.2)", "192.168.10.2"),
        ("192.168.10.2", "192.168.10.2"),
        ("ssh(2001:db8::1)", "2001:db8::1"),
        ("jsconsole", None),
    ],
)
def test_an_administrator_comes_from_the_console_named(text, source):
    """Older releases have no ``srcip``: the address stands in ``ui``."""
    assert log("event system", action="login", status="success", user="admin", ui=text).get("source.ip") == source


@pytest.mark.parametrize(
    "text", ["", "date", "date=2026-03-27 time=13:06:56", 'logid="1"', "type=traffic", "a b=c", "CEF:0|Fortinet|a=b"]
)
def test_what_is_no_fortios_log_is_refused(text):
    """A record without ``logid`` and ``type`` says what was expected."""
    with pytest.raises(NotUnderstood, match="expected a FortiOS log"):
        parse(text, ORIGIN)


@pytest.mark.parametrize("raw", KNOWN, ids=lambda path: path.stem)
def test_each_documented_log_gives_evidence(raw):
    """A record of this source is recognised by what FortiOS writes into each."""
    assert "FortiOS" in (evidence(raw.read_text("utf-8")) or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '<134>Mar 27 13:06:56 fortiweb date=2026-03-27 log_id=1 device_id=FVVM type=event vd="root"',
        "Mar 27 13:06:56 srv sshd[1]: Invalid user logid= type= devid= vd= from 192.0.2.7 port 1",
        'id=firewall time="2026-03-27 13:06:56" fw="x" startime="2026-03-27 13:06:56" logtype="filter"',
        '{"message":"logid= type= devid="}',
    ],
)
def test_other_records_give_no_evidence(text):
    """Words in another source's text, or another product of the maker, are no evidence."""
    assert evidence(text) is None


SAMPLES = [raw.read_bytes() for raw in PAIRS]
EDITS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6)


@given(st.sampled_from(SAMPLES), EDITS)
def test_no_bytes_break_the_parser(sample, edits):
    """Whatever is cut out of a log and put into it, an event within ECS comes out, and no exception."""
    for place, length, inserted in edits:
        sample = sample[:place] + inserted + sample[place + length :]
    batch = RawBatch(
        site=SITE.finess,
        source="s",
        source_type="fortigate",
        epoch="e",
        positions=(0,),
        records=(sample,),
        received=ORIGIN.received,
    )
    [event] = normalise(batch, SITE)
    assert unknown_fields(event) == mistyped_fields(event) == []
    assert not event.get("error.message", "").startswith("the parser failed")
    evidence(event["event.original"])


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", ['"', "\\", "a=1 ", 'url="', "(", ",", "/", "1", "é "])
@pytest.mark.parametrize("before", ["", 'url="', "ui=https(", "ipaddr=", "user=", "eventtime="])
def test_a_hostile_log_costs_linear_time(before, piece):
    """A piece repeated over the longest record inside any value that is looked into is read at once."""
    for kind in ("utm", "event"):
        log = f'date=2026-03-27 time=13:06:56 logid="1" type="{kind}" subtype="dns" {before}{piece * (MAX_RECORD // len(piece))}'
        assert parse(log, ORIGIN)["event.module"] == "fortigate"
