"""SNS audit logs: when it was, who did what from where, whether it was let through, and which alarm is an alert."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.framing import MAX_RECORD
from ingest.normalise import normalise
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.stormshield import evidence, parse
from ingest.parsers.stormshield_logs import LOGS
from schemas.batch import RawBatch
from schemas.event import PARTIAL, Event
from schemas.site import Site

SITE = Site(finess="010000024", name="CH d'Exemple")
ORIGIN = Origin(SITE, "pare-feu", datetime(2026, 3, 28, 12, tzinfo=UTC))
PAIRS = sorted((Path(__file__).parent / "pairs" / "stormshield").glob("*.raw"))
KNOWN = [raw for raw in PAIRS if raw.stem != "other_welf"]
HEAD = 'id=firewall time="2026-03-27 13:06:56" fw="SN310A99000000" tz=+0100 startime="2026-03-27 13:06:55"'


def log(kind: str, **pairs: str) -> Event:
    """A log of this type with these pairs; ``class_`` is the key *class*."""
    rest = " ".join(f'{key.removesuffix("_")}="{value}"' for key, value in pairs.items())
    return parse(f'{HEAD} {rest} logtype="{kind}"', ORIGIN)


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        (" tz=+0100", "2026-03-27T12:06:56.000000Z"),
        (" tz=-0330", "2026-03-27T16:36:56.000000Z"),
        ("", "2026-03-27T12:06:56.000000Z"),
        (" tz=Paris", "2026-03-27T12:06:56.000000Z"),
    ],
)
def test_the_time_is_the_firewalls_own(zone, instant):
    """``time`` in the zone of ``tz``, or of the site where there is none; ``startime`` is when it began."""
    event = parse(f'id=firewall time="2026-03-27 13:06:56" fw="x"{zone} startime="2026-03-27 12:06:56" logtype="system"', ORIGIN)
    assert event["@timestamp"] == instant
    assert event["event.start"] == instant.replace("T12", "T11").replace("T16", "T15")


def test_an_empty_start_leaves_the_time_alone():
    """Some connections have ``startime=""``."""
    event = parse('time="2026-03-27 13:06:56" fw="x" tz=+0000 startime="" action=pass logtype="connection"', ORIGIN)
    assert (event["@timestamp"], "event.start" in event, "tags" in event) == ("2026-03-27T13:06:56.000000Z", False, False)


@pytest.mark.parametrize("time", ["2026-03-32 13:06:56", "2026-03-27", "27/03/2026 13:06:56", ""])
def test_a_time_that_is_none_is_told(time):
    """A log whose times cannot be read keeps the rest and is tagged."""
    event = parse(f'time="{time}" fw="x" tz=+0100 startime="{time}" msg="m" logtype="system"', ORIGIN)
    assert ("@timestamp" in event, event["tags"], event["message"]) == (False, [PARTIAL], "m")


@pytest.mark.parametrize(
    ("priority", "action", "source", "severity"),
    [
        ("1", "block", "203.0.113.154", 21),
        ("1", "pass", "203.0.113.154", 73),
        ("1", "block", "192.168.10.26", 47),
        ("1", "", "203.0.113.154", 73),
        ("4", "pass", "203.0.113.154", None),
        ("4", "block", "203.0.113.154", None),
    ],
)
def test_only_major_alarms_are_alerts(priority, action, source, severity):
    """What the firewall stopped on its way in is low; a minor alarm, such as one for each SSH session, is an event."""
    event = log("alarm", pri=priority, action=action, src=source, msg="Example", class_="protocol", alarmid="157")
    assert event.get("event.severity") == severity
    assert event.get("event.kind") == (None if severity is None else "alert")
    assert event["event.type"] == [{"block": "denied", "pass": "allowed", "": "info"}[action]]
    assert event["rule.id"] == "stormshield:alarm:157"


def test_a_major_alarm_of_the_machine_is_no_attack():
    """Class *system* speaks of the firewall itself."""
    event = log("alarm", pri="1", msg="Power supply failed", class_="system", alarmid="9")
    assert (event.get("event.kind"), event["event.category"]) == (None, ["host"])


@pytest.mark.parametrize(
    ("kind", "pairs", "action", "outcome"),
    [
        ("auth", {"method": "OPENVPN", "error": "0", "msg": "User logged in"}, "vpn-login", "success"),
        ("auth", {"method": "OPENVPN", "error": "3", "msg": "Authentication Failed"}, "vpn-login", "failure"),
        ("auth", {"method": "LDAP", "error": "0", "msg": "User logged in"}, "login", "success"),
        ("auth", {"method": "LDAP", "error": "4", "msg": "Level denied"}, "login", "failure"),
        ("auth", {"msg": "SSH authentication success on the firewall"}, "login", "success"),
        ("auth", {"msg": "SSH authentication failed: user not found in ldap"}, "login", "failure"),
        ("auth", {"msg": "Something new"}, "login", None),
        ("auth", {"error": "0", "msg": "totp enrolment: user TOTP request registered"}, "totp enrolment", "success"),
        ("auth", {"method": "OPENVPN", "error": "0", "msg": "User logged out"}, "vpn-logout", "success"),
        ("xvpn", {"msg": "SSL tunnel created", "remotenet": "10.60.0.6"}, "vpn-login", "success"),
        ("xvpn", {"msg": "Error during authentication : bad password"}, "vpn-login", "failure"),
        ("xvpn", {"error": "5", "msg": "Access denied"}, "vpn-login", "failure"),
        ("xvpn", {"msg": "User authenticated in ASQ"}, "user authenticated in asq", None),
    ],
)
def test_who_logged_in_and_how_it_ended(kind, pairs, action, outcome):
    """The return code decides, else the message; the end of a session does not pass for a login."""
    event = log(kind, user="jmartin", src="203.0.113.66", **pairs)
    assert (event["event.action"], event.get("event.outcome")) == (action, outcome)
    assert (event["user.name"], event["source.ip"]) == ("jmartin", "203.0.113.66")
    assert event.get("source.nat.ip") == pairs.get("remotenet")


@pytest.mark.parametrize(("side", "source"), [("initiator", "198.51.100.9"), ("responder", "203.0.113.66")])
def test_the_source_of_a_tunnel_is_who_opened_it(side, source):
    """``l_vpn`` writes the firewall as ``src`` whoever began."""
    event = log("vpn", src="198.51.100.9", dst="203.0.113.66", side=side, phase="1", msg="Phase established")
    assert event["source.ip"] == source
    assert {event["source.ip"], event["destination.ip"]} == {"198.51.100.9", "203.0.113.66"}


def test_a_published_server_is_reached_by_its_public_address():
    """``origdst`` is what the client asked for; an address that was not translated has no translation."""
    pairs = {"src": "203.0.113.154", "modsrc": "203.0.113.154", "action": "pass"}
    event = log("connection", dst="192.168.20.5", origdst="198.51.100.9", **pairs)
    assert (event["destination.ip"], event["destination.nat.ip"]) == ("198.51.100.9", "192.168.20.5")
    assert "source.nat.ip" not in event
    assert "destination.nat.ip" not in log("connection", dst="198.51.100.9", origdst="198.51.100.9", **pairs)


def test_a_client_cannot_choose_the_log():
    """A quote in an address ends a value of WELF; what stands last tells the log, and the rest is told as doubtful."""
    event = parse(
        f'{HEAD} src=192.168.10.26 dst=198.51.100.66 op=GET arg="/" logtype="xvpn" src=192.0.2.1" logtype="web"', ORIGIN
    )
    assert (event["event.dataset"], event["source.ip"], event["tags"]) == ("stormshield.web", "192.168.10.26", [PARTIAL])


@pytest.mark.parametrize("kind", LOGS)
def test_every_log_is_read_without_any_key(kind):
    """A log of each type that says nothing more has a category, a type and a data set of its own."""
    event = log(kind)
    assert event["event.category"]
    assert event["event.type"]
    assert event["event.dataset"].startswith("stormshield.")
    assert "tags" not in event
    assert unknown_fields(event) == mistyped_fields(event) == []


@pytest.mark.parametrize("text", ["", "id=firewall", 'fw="x" time="y"', "a b=c", "CEF:0|Stormshield|a=b"])
def test_what_is_no_sns_log_is_refused(text):
    """A record without ``fw`` and ``startime`` says what was expected."""
    with pytest.raises(NotUnderstood, match="expected an SNS audit log"):
        parse(text, ORIGIN)


@pytest.mark.parametrize("raw", KNOWN, ids=lambda path: path.stem)
def test_each_documented_log_gives_evidence(raw):
    """A record of this source is recognised by what SNS writes into each."""
    assert "Stormshield" in (evidence(raw.read_text("utf-8")) or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '<134>id=firewall sn=000000000000 time="2026-03-27 13:06:56" fw=192.0.2.1 pri=6 c=1024 m=537',
        "Mar 27 13:06:56 srv sshd[1]: Invalid user fw= startime= from 192.0.2.7 port 1",
        'date=2026-03-27 time=13:06:56 devid="FG" logid="1" type="event" msg=" fw= startime="',
        '{"id":"firewall fw= startime="}',
    ],
)
def test_other_records_give_no_evidence(text):
    """Another WELF device, and the words in another source's text, are no evidence."""
    assert evidence(text) is None


def test_another_welf_device_is_told_apart(corpus):
    """SonicWall writes ``id=firewall`` as well; other people's lines of it give no evidence."""
    lines = (corpus / "logs/syslog_devices/dell_sonicwall.log").read_text("utf-8").splitlines()
    assert any("id=firewall" in line for line in lines)
    assert [line for line in lines if evidence(line)] == []


SAMPLES = [raw.read_bytes() for raw in PAIRS]
EDITS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6)


@given(st.sampled_from(SAMPLES), EDITS)
def test_no_bytes_break_the_parser(sample, edits):
    """Whatever is cut out of a log and put into it, an event within ECS comes out, and no exception."""
    for place, length, inserted in edits:
        sample = sample[:place] + inserted + sample[place + length :]
    batch = RawBatch(
        site=SITE.finess,
        source="s",
        source_type="stormshield",
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
@pytest.mark.parametrize("piece", ['"', "a=1 ", 'logtype="', ",", "/", "1", "é ", "logtype=web "])
@pytest.mark.parametrize("before", ["", 'arg="', "usergroup=", "msg=", "tz=", "duration="])
def test_a_hostile_log_costs_linear_time(before, piece):
    """A piece repeated over the longest record inside any value that is looked into is read at once."""
    for kind in ("web", "auth", "server"):
        text = f'{HEAD} {before}{piece * (MAX_RECORD // len(piece))} logtype="{kind}"'
        assert parse(text, ORIGIN)["event.module"] == "stormshield"
