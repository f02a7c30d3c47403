"""``tocsin rules test``: rules are tried on the cases beside them; what fails is said by file, line, case and expectation."""

from pathlib import Path

import pytest

from tocsin.cli import main

RULE = """
title: Login with a password
id: 7a3f6c1e-2d4b-4c8a-9e5f-0b1a2c3d4e5f
name: password_login
status: test
logsource: {product: linux, service: sshd}
detection:
    selection: {event.action: ssh_login, event.outcome: success, tocsin.ssh_method: password}
    condition: selection
level: high
"""
CORRELATION = """
title: Logins with a password at two sites
id: 8b4f6c1e-2d4b-4c8a-9e5f-0b1a2c3d4e5f
correlation:
    type: value_count
    rules: [password_login]
    group-by: [user.name]
    timespan: 24h
    condition: {gte: 2, field: organization.id}
level: high
"""
PASSWORD = "Nov 20 03:10:00 gate sshd[1]: Accepted password for admin from 203.0.113.5 port 22 ssh2"
KEY = "Nov 20 03:10:00 gate sshd[1]: Accepted publickey for admin from 203.0.113.5 port 22 ssh2: RSA SHA256:x"
CASES = f"""source: sshd
cases:
  - name: a password
    match: true
    record: '{PASSWORD}'
  - name: a key
    match: false
    record: '{KEY}'
  - name: an event as the parser leaves it
    match: true
    event: {{event.module: sshd, process.name: sshd, event: {{action: ssh_login, outcome: success}}, tocsin.ssh_method: password}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One rule with its cases."""
    (tmp_path / "password.yml").write_text(RULE)
    (tmp_path / "password.tests.yaml").write_text(CASES)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    try:
        status = main(["rules", "test", *map(str, words)])
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


def stories(folder: Path, events: str, *, match: str = "true", more: str = "") -> None:
    """A correlation over the rule, and one case with these events."""
    (folder / "two.yml").write_text(CORRELATION)
    case = f"source: sshd\ncases:\n  - name: a story\n    match: {match}\n{more}    events:\n{events}"
    (folder / "two.tests.yaml").write_text(case)


def login(site: str, after: str = "0s", line: str = PASSWORD) -> str:
    """One event of a story."""
    return f"      - {{site: {site}, after: {after}, record: '{line}'}}\n"


def test_all_is_well(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Raw lines and events; each rule is named with its cases, and the status is 0."""
    status, out, _ = told(capsys, folder)
    assert status == 0
    assert out.splitlines() == [f"ok        {folder}/password.yml: 3 cases", "1 rules ok, 0 failed, 0 without tests"]


def test_a_case_that_fails_is_named_with_what_was_expected(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Both ways to fail, each with file and line, and status 1."""
    cases = CASES.replace("match: true", "match: FALSE", 1).replace("match: false", "match: true").replace("FALSE", "false")
    (folder / "password.tests.yaml").write_text(cases)
    status, out, _ = told(capsys, folder)
    assert status == 1
    assert f"{folder}/password.tests.yaml:3: 'a password': expected no match, and it matched" in out
    assert f"{folder}/password.tests.yaml:6: 'a key': expected a match, and it did not match" in out
    assert "0 rules ok, 1 failed" in out


def test_a_rule_that_was_not_asked_is_told_so(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The log source, the mistake that is hardest to see, is spelt out on both sides."""
    (folder / "password.yml").write_text(RULE.replace("service: sshd", "service: auditd"))
    _, out, _ = told(capsys, folder)
    assert (
        "the rule was not asked: it is about product linux, service auditd; the event is of product linux, service auth or" in out
    )


def test_a_record_that_no_parser_understands_proves_nothing(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Even where no match is expected, with the parser's reason."""
    (folder / "password.tests.yaml").write_text("source: sshd\ncases:\n  - {name: noise, match: false, record: what is this}\n")
    status, out, _ = told(capsys, folder)
    assert status == 1
    assert "'noise': the parser sshd did not understand the record: expected a syslog line" in out


def test_a_rule_without_cases_is_named_and_no_failure(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Most rules of others have none."""
    (folder / "password.tests.yaml").unlink()
    status, out, _ = told(capsys, folder)
    assert status == 0
    assert f"no tests  {folder}/password.yml" in out


def test_a_refused_rule_fails_with_its_reason(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """A rule that cannot be evaluated is not ok, whatever lies beside it."""
    (folder / "password.yml").write_text(RULE.replace("condition: selection", "condition: selektion"))
    status, out, _ = told(capsys, folder)
    assert status == 1
    assert "refused: " in out


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (
            CASES.replace("match: true", "macth: true", 1),
            "password.tests.yaml:4: unknown key 'cases.0.macth'; did you mean 'match'?",
        ),
        (CASES.replace("match: true", "match: perhaps", 1), "password.tests.yaml:4: cases.0.match: "),
        (
            CASES.replace("source: sshd", "source: ssdh"),
            "password.tests.yaml:1: source: unknown source type 'ssdh'; did you mean 'sshd'?",
        ),
        (CASES.replace("source: sshd\n", ""), "case 'a password' has a record without source type"),
        (CASES.replace("a key", "a password"), "two cases are called 'a password'"),
        (CASES.replace("    record", "    event: {a: b}\n    record", 1), "password.tests.yaml:3: cases.0: expected one of"),
        ("cases:\n  - {name: a\n", "password.tests.yaml:3: not valid YAML"),
        ("- a list\n", "password.tests.yaml:1: expected 'cases:'"),
        ("cases: []\n", "password.tests.yaml: the file: expected at least one case"),
        (CASES.replace(f"'{KEY}'", "7"), "password.tests.yaml:8: cases.1.record: expected a line of text or an object, got int"),
    ],
)
def test_a_bad_file_of_cases_ends_with_2(capsys: pytest.CaptureFixture[str], folder: Path, cases: str, said: str) -> None:
    """File, line, and what was meant; never a trace."""
    (folder / "password.tests.yaml").write_text(cases)
    status, _, err = told(capsys, folder)
    assert status == 2
    assert said in err
    assert "Traceback" not in err


def test_cases_whose_rule_is_gone_are_not_forgotten(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """A renamed rule leaves its cases behind: status 2, and what the file is probably for."""
    (folder / "passwrod.tests.yaml").write_text(CASES)
    status, _, err = told(capsys, folder)
    assert status == 2
    assert "passwrod.tests.yaml: there is no rule" in err
    assert "did you mean" in err


def test_a_folder_without_rules_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nothing tried is not the same as all well."""
    assert told(capsys, tmp_path)[0] == 2
    assert told(capsys, tmp_path / "nowhere")[0] == 2


@pytest.mark.parametrize(
    ("events", "match", "more"),
    [
        pytest.param(login("here") + login("there", "23h"), "true", "", id="two sites"),
        pytest.param(login("there", "23h") + login("here"), "true", "", id="in any order of writing"),
        pytest.param(login("here") + login("there", "25h"), "false", "", id="too far apart"),
        pytest.param(login("here") + login("here", "1h"), "false", "", id="one site twice"),
        pytest.param(login("here") + login("there", "1h"), "false", "    trust_domain: [here, there]\n", id="one directory"),
        pytest.param(login("here") + login("there", "1h", PASSWORD.replace("admin", "root")), "false", "", id="another account"),
        pytest.param(login("here") + login("there", "1h", KEY), "false", "", id="one that does not count"),
    ],
)
def test_a_correlation_is_tried_on_a_story(
    capsys: pytest.CaptureFixture[str], folder: Path, events: str, match: str, more: str
) -> None:
    """Sites, times, trust domains and group-by count as they do in the pipeline."""
    stories(folder, events, match=match, more=more)
    status, out, _ = told(capsys, folder)
    assert (status, "2 rules ok" in out) == (0, True)


def test_a_story_that_fails_says_how_much_of_it_counted(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Whether the rule or the window is wrong can be told from the line."""
    stories(folder, login("here") + login("there", "1h", KEY))
    status, out, _ = told(capsys, folder)
    assert status == 1
    assert "'a story': expected the correlation to fire, and it did not; 1 of 2 events count for it" in out


@pytest.mark.parametrize(
    ("more", "after", "said"),
    [
        ("", "a while", "two.tests.yaml:7: cases.0.events.1.after: expected a timespan such as 40m, 23h or 2d, got 'a while'"),
        ("    trust_domain: [here, nowhere]\n", "1h", "trust_domain names nowhere, where nothing happens"),
    ],
)
def test_a_bad_story_ends_with_2(capsys: pytest.CaptureFixture[str], folder: Path, more: str, after: str, said: str) -> None:
    """A time or a site that means nothing is told by line."""
    stories(folder, login("here") + login("there", after), more=more)
    status, _, err = told(capsys, folder)
    assert status == 2
    assert said in err


def test_a_case_of_the_wrong_kind_fails(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """One record cannot prove a correlation, nor a story a rule."""
    stories(folder, login("here"))
    (folder / "two.tests.yaml").write_text(CASES)
    status, out, _ = told(capsys, folder)
    assert status == 1
    assert "the file has no rule for one event; a correlation needs 'events'" in out
