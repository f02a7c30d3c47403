"""Access and error logs of web servers: who asked for what and got it, whatever a visitor sends."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ecs import mistyped_fields, unknown_fields
from ingest.framing import MAX_RECORD
from ingest.origin import NotUnderstood, Origin
from ingest.parsers.web_access import evidence, parse
from schemas.event import PARTIAL, Event
from schemas.site import Site

ORIGIN = Origin(Site(finess="990000019", name="CH de Brèves"), "portail", datetime(2026, 3, 28, 12, tzinfo=UTC))
TIME = "[27/Mar/2026:13:06:56 +0100]"


def read(text: str) -> Event:
    """The fields of one line, all of ECS."""
    event = parse(text, ORIGIN)
    assert unknown_fields(event) == mistyped_fields(event) == []
    return event


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("203.0.113.66 - -", {"source.ip": "203.0.113.66"}),
        ("203.0.113.66 - jmartin", {"source.ip": "203.0.113.66", "user.name": "jmartin"}),
        ("203.0.113.66 - Jean Martin", {"source.ip": "203.0.113.66", "user.name": "Jean Martin"}),
        ("203.0.113.66 -", {"source.ip": "203.0.113.66"}),
        ('203.0.113.66 - ""', {"source.ip": "203.0.113.66"}),
        ("::ffff:203.0.113.66 - -", {"source.ip": "203.0.113.66"}),
        ("2001:db8::7 - -", {"source.ip": "2001:db8::7"}),
        ("www.example:80 203.0.113.66 - -", {"source.ip": "203.0.113.66", "url.domain": "www.example", "url.port": 80}),
        ("www.example 203.0.113.66 - -", {"source.ip": "203.0.113.66", "url.domain": "www.example"}),
        ("[2001:db8::1]:443 2001:db8::7 - -", {"source.ip": "2001:db8::7", "url.domain": "[2001:db8::1]", "url.port": 443}),
        ("198.51.100.9 203.0.113.66 - -", {"source.ip": "203.0.113.66", "url.domain": "198.51.100.9"}),
        ("pc-12.example - -", {"source.domain": "pc-12.example"}),
        (
            "Mar 27 13:06:56 srv-web nginx[1]: 203.0.113.66 - -",
            {"source.ip": "203.0.113.66", "host.name": "srv-web", "process.name": "nginx"},
        ),
        (
            "<190>Mar 27 13:06:56 srv-web nginx: pc-12.example - a",
            {"source.domain": "pc-12.example", "user.name": "a", "host.name": "srv-web", "process.name": "nginx"},
        ),
    ],
)
def test_the_peer_is_found_in_every_form_of_the_line(head, expected):
    """With or without virtual host, syslog header, user: the address of the connection is the source."""
    event = read(f'{head} {TIME} "GET / HTTP/1.1" 200 5 "-" "-"')
    names = ("source.ip", "source.domain", "user.name", "url.domain", "url.port", "host.name", "process.name")
    assert {name: event[name] for name in names if name in event} == expected
    assert "tags" not in event


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("GET /a?b=c HTTP/1.1", {"http.request.method": "GET", "url.path": "/a", "url.query": "b=c", "http.version": "1.1"}),
        ("GET /a? HTTP/2.0", {"http.request.method": "GET", "url.path": "/a", "http.version": "2.0"}),
        ("GET /a b HTTP/1.0", {"http.request.method": "GET", "url.path": "/a b", "http.version": "1.0"}),
        ("GET /", {"http.request.method": "GET", "url.path": "/"}),
        ("PROPFIND /x HTTP/3", {"http.request.method": "PROPFIND", "url.path": "/x", "http.version": "3"}),
        ("OPTIONS * HTTP/1.1", {"http.request.method": "OPTIONS", "http.version": "1.1"}),
        ("CONNECT a.example:443 HTTP/1.1", {"http.request.method": "CONNECT", "http.version": "1.1"}),
        ("GET http://a.example/x?y HTTP/1.1", {"http.request.method": "GET", "http.version": "1.1"}),
        (r"\x16\x03\x01", {"event.reason": "malformed request"}),
        ("lv|'|'|Win XP|'|'|[endof]", {"event.reason": "malformed request"}),
        ("-", {}),
        ("", {}),
    ],
)
def test_what_was_asked_for(request_, expected):
    """A request is split where it is one; other bytes are kept as they are, and said to be none."""
    event = read(f'203.0.113.66 - - {TIME} "{request_}" 400 0')
    names = ("http.request.method", "url.path", "url.query", "http.version", "event.reason")
    assert {name: event[name] for name in names if name in event} == expected
    assert ("url.original" in event) == (request_ not in {"-", ""})
    assert "tags" not in event


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("101", "success"), ("200", "success"), ("399", "success"), ("400", "failure"), ("503", "failure"), ("-", None)],
)
def test_the_outcome_is_that_of_the_status(status, outcome):
    """From 400 on, the server did not do it; without a status nobody knows."""
    event = read(f'203.0.113.66 - - {TIME} "GET / HTTP/1.1" {status} -')
    assert event.get("event.outcome") == outcome
    assert ("http.response.status_code" in event) == (status != "-")
    assert "http.response.body.bytes" not in event


@pytest.mark.parametrize(
    ("offset", "instant"),
    [("+0000", "13:06:56"), ("+0200", "11:06:56"), ("-0330", "16:36:56"), ("+1245", "00:21:56")],
)
def test_the_offset_of_the_line_is_applied(offset, instant):
    """The time says its zone: the site's is not asked for."""
    event = read(f'203.0.113.66 - - [27/Mar/2026:13:06:56 {offset}] "GET / HTTP/1.1" 200 5')
    assert event["@timestamp"] == f"2026-03-27T{instant}.000000Z"


@pytest.mark.parametrize(
    "time",
    ["31/Feb/2026:13:06:56 +0100", "27/Foo/2026:13:06:56 +0100", "27/Mar/2026:25:06:56 +0100", "27/Mar/2026:13:06:56 +9900"],
)
def test_an_impossible_time_keeps_the_rest(time):
    """A line of 31 February has no time of its own, and is read otherwise."""
    event = read(f'203.0.113.66 - - [{time}] "GET / HTTP/1.1" 200 5')
    assert "@timestamp" not in event
    assert event["tags"] == [PARTIAL]
    assert (event["source.ip"], event["http.response.status_code"]) == ("203.0.113.66", 200)


typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60) | st.sampled_from(
    [
        '" 200 5 "-" "',
        'x" 500',
        "\\",
        '\\"',
        f"- {TIME} ",
        f'x {TIME} "GET /',
        ' [27/Mar/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1',
    ]
)
ESCAPES = {"apache": {"\\": "\\\\", '"': '\\"'}, "nginx": {"\\": "\\x5C", '"': "\\x22"}}


def escaped(text: str, server: str) -> str:
    """The text as the server writes it between quotes."""
    return "".join(ESCAPES[server].get(letter, letter) for letter in text)


@given(typed, typed, typed, st.sampled_from(sorted(ESCAPES)))
def test_nothing_a_visitor_sends_changes_who_asked_or_how_it_ended(path, agent, user, server):
    """Path, user agent and user name hold any text; peer, time, status, size and the texts themselves come out as they were."""
    quoted = [escaped(text, server) for text in (f"/{path}", agent, user)]
    line = f'203.0.113.66 - u{quoted[2]} {TIME} "GET {quoted[0]} HTTP/1.1" 403 17 "-" "a{quoted[1]}"'
    event = read(line)
    assert (event["source.ip"], event["@timestamp"]) == ("203.0.113.66", "2026-03-27T12:06:56.000000Z")
    assert (event["http.response.status_code"], event["http.response.body.bytes"], event["event.outcome"]) == (403, 17, "failure")
    assert event["user_agent.original"] == f"a{agent}"
    assert event["url.original"] == f"/{path}"
    assert "tags" not in event


@pytest.mark.parametrize(
    ("client", "fields"),
    [
        ("[client 203.0.113.66:50229] ", {"source.ip": "203.0.113.66", "source.port": 50229}),
        ("[client 203.0.113.66] ", {"source.ip": "203.0.113.66"}),
        ("[client ::1:37752] ", {"source.ip": "::1", "source.port": 37752}),
        ("[remote 2001:db8::7:443] ", {"source.ip": "2001:db8::7", "source.port": 443}),
        ("(70014)End of file found: [client 203.0.113.66:17036] ", {"source.ip": "203.0.113.66", "source.port": 17036}),
        ("", {}),
    ],
)
def test_the_client_of_an_apache_error(client, fields):
    """Apache writes the address with its port, without brackets even for IPv6."""
    event = read(f"[Fri Mar 27 13:06:56.049562 2026] [core:error] [pid 10:tid 14] {client}AH00126: Invalid URI in request")
    assert {name: event[name] for name in ("source.ip", "source.port") if name in event} == fields
    assert (event["@timestamp"], event["log.level"], event["tags"]) == ("2026-03-27T12:06:56.049562Z", "error", [PARTIAL])


def test_an_error_that_names_two_clients_has_no_source():
    """NGINX does not escape a path: when two addresses could be the client, none is."""
    line = '2026/03/27 13:06:56 [error] 8#8: *1 open() "/a{}" failed, client: 203.0.113.66, server: _, request: "GET /a HTTP/1.1"'
    assert read(line.format(""))["source.ip"] == "203.0.113.66"
    assert "source.ip" not in read(line.format(", client: 192.0.2.1, server: x"))


@pytest.mark.parametrize(
    "text", ["", "GET / HTTP/1.1", '203.0.113.66 - - "GET / HTTP/1.1" 200 5', "[27/Mar/2026:13:06:56 +0100]", '{"a":1}']
)
def test_what_is_no_line_of_a_web_server_is_refused(text):
    """Without a time in its place the line says what was expected, and nothing speaks for it."""
    with pytest.raises(NotUnderstood, match="expected an access log line"):
        parse(text, ORIGIN)
    assert evidence(text) is None


FILLINGS = ('"', '\\"', '" "', "\\", " ", "[", f"{TIME} ", ", client: 1.1.1.1", "a", "/", "h p: ", "Mar 27 13:06:56 h p: ")
STARTS = (
    "",
    "203.0.113.66 - ",
    f"203.0.113.66 - - {TIME} ",
    f'203.0.113.66 - - {TIME} "',
    f'203.0.113.66 - - {TIME} "GET /',
    f'203.0.113.66 - - {TIME} "GET / HTTP/1.1" 200 5 "',
    f'203.0.113.66 - - {TIME} "GET / HTTP/1.1" 200 5 "-" "',
    "2026/03/27 13:06:56 [error] 8#8: ",
    "[Fri Mar 27 13:06:56 2026] [error] ",
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hostile_line_costs_linear_time(filling):
    """Any part repeated over the longest record is read at once, whatever ends it: a pattern with a power would take hours."""
    for start in STARTS:
        for end in ("", "\x00", f' {TIME} "GET / HTTP/1.1" 200 5'):
            text = start + filling * (MAX_RECORD // len(filling)) + end
            evidence(text)
            try:
                assert parse(text, ORIGIN)["event.module"] == "web"
            except NotUnderstood:
                assert f'{TIME} "' not in text
