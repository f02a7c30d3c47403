"""``tocsin rules check|coverage|explain|new``: what is said, by file and line, and the exit status."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.tocsin.test_rules_test import CASES, CORRELATION, PASSWORD, RULE
from tocsin.cli import main

RULE_ID = "7a3f6c1e-2d4b-4c8a-9e5f-0b1a2c3d4e5f"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One rule with its cases."""
    (tmp_path / "password.yml").write_text(RULE.replace("status: test", "status: test\ntags: [attack.t1078, attack.t1021.004]"))
    (tmp_path / "password.tests.yaml").write_text(CASES)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    try:
        status = main(["rules", *map(str, words)])
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What comes on stdin."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(text.encode()))))  # type: ignore[arg-type]


def test_good_rules_are_counted(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """One line, status 0."""
    assert told(capsys, "check", folder)[:2] == (0, "1 rules (1 on, 0 in shadow), 0 correlations, 0 refused, 0 warnings\n")


def test_what_tocsin_ships_has_nothing_to_warn_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even with ``--strict``."""
    status, out, _ = told(capsys, "check", "--strict")
    assert (status, out.count("\n")) == (0, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("level: high\n", "", ":2: Login with a password: no level: without a level it counts as low"),
        ("status: test\n", "", ":2: Login with a password: no status: without a status it stays in shadow"),
        (f"id: {RULE_ID}\n", "", ":2: Login with a password: no id: "),
        ("attack.t1078", "attack.t9999", ":6: Login with a password: attack.t9999: ATT&CK has no such technique"),
        ("attack.t1078", "attack.persistance", ":6: Login with a password: attack.persistance: ATT&CK has no such tactic"),
        ("    condition", "    filter: {a: b}\n    condition", ":8: Login with a password: 'filter' is not in the condition"),
        ("condition: selection", "condition: selection and not selection", ":8: Login with a password: it asks for something"),
        ("title: Login with", "title: FILL IN with", ":2: FILL IN is still there"),
    ],
)
def test_what_looks_wrong_is_a_warning(capsys: pytest.CaptureFixture[str], folder: Path, old: str, new: str, said: str) -> None:
    """File, line, rule and why; the status is 0, and 1 with ``--strict``."""
    rule = folder / "password.yml"
    text = rule.read_text()
    assert old in text
    rule.write_text(text.replace(old, new, 1))
    status, out, _ = told(capsys, "check", folder)
    assert (status, f"warning: {rule}{said}" in out) == (0, True), out
    assert told(capsys, "check", "--strict", folder)[0] == 1


def test_doubles_and_rules_without_cases_are_warned_of(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The same question under another id, the same name, and no cases."""
    (folder / "twin.yml").write_text(RULE.replace("7a3f", "7a3e").replace("Login", "Entry"))
    status, out, _ = told(capsys, "check", folder)
    assert status == 0
    for said in ("asks the same as", "has the name 'password_login' of"):
        assert f"warning: {folder}/twin.yml:2: Entry with a password: {said} {folder}/password.yml" in out
    assert f"warning: {folder}/twin.yml: no cases beside it" in out


def test_a_refusal_has_its_line_and_the_others_go_on(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """A bad document, broken YAML, bytes that are no text and an id taken twice are each named; the good rule is counted."""
    (folder / "a_bad.yml").write_text(RULE.replace("7a3f", "7a3a").replace("condition: selection", "condition: selektion"))
    (folder / "b_yaml.yml").write_text("title: x\nid: [unclosed\n")
    (folder / "c_bytes.yml").write_bytes(b"title: \xff\xfe")
    (folder / "z_taken.yml").write_text("---\n" + RULE)
    status, out, _ = told(capsys, "check", folder)
    assert status == 1
    assert f"refused: {folder}/a_bad.yml:9: Login with a password: " in out
    assert f"refused: {folder}/b_yaml.yml:3: no title: not valid YAML: line 3" in out
    assert f"refused: {folder}/c_bytes.yml: not UTF-8 text: invalid start byte at byte 7" in out
    assert f"refused: {folder}/z_taken.yml:3: Login with a password: the id {RULE_ID} is already taken" in out
    assert "1 rules (1 on, 0 in shadow), 0 correlations, 4 refused" in out


def test_the_findings_are_there_for_programs(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """One object with counts and findings, each with its severity, code and place."""
    (folder / "b.yml").write_text("title: x\nid: [unclosed\n")
    status, out, _ = told(capsys, "check", "--json", folder)
    body = json.loads(out)
    assert (status, body["rules"], body["on"], body["refused"]) == (1, 1, 1, 1)
    (finding,) = body["findings"]
    assert (finding["severity"], finding["code"], finding["path"], finding["line"]) == ("error", "refused", f"{folder}/b.yml", 3)


@pytest.mark.parametrize("words", [("check",), ("coverage",), ("test",)])
def test_a_folder_without_rules_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...]) -> None:
    """Nothing looked at is not the same as all well; only files that are rules count."""
    (tmp_path / "x.tests.yaml").write_text(CASES)
    (tmp_path / ".hidden.yml").write_text(RULE)
    status, _, err = told(capsys, *words, tmp_path)
    assert status == 2
    assert f"no rule below {tmp_path}" in err


def test_a_region_is_checked_as_it_is_set(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """``--config`` takes folders and settings from the region; a setting that fits nothing ends with 2."""
    config = folder / "region.toml"
    region = '[region]\nname="x"\ncontacts=[{role="grades",name="g",email="g@example.org"}]\ndesk={name="d",phone="01"}\n'
    site = '[[site]]\nfiness="990000001"\nname="x"\n[rules]\nfolders=["."]\n[[rules.setting]]\n'
    config.write_text(f'{region}{site}ids=["{RULE_ID}"]\nstate="shadow"\n')
    assert "1 rules (0 on, 1 in shadow)" in told(capsys, "check", "--config", config)[1]
    config.write_text(f'{region}{site}ids=["{RULE_ID[:-1]}0"]\nstate="off"\n')
    status, _, err = told(capsys, "check", "--config", config)
    assert status == 2
    assert f"{config}:11: rules.setting.0.ids: no folder holds a rule with the id" in err
    assert told(capsys, "check", "--config", config, folder)[0] == 2


LAYER = {
    "name": str, "versions": dict, "domain": str, "description": str, "sorting": int, "layout": dict, "hideDisabled": bool,
    "techniques": list, "gradient": dict,
}  # fmt: skip
TECHNIQUE = {"techniqueID": str, "score": int, "comment": str, "enabled": bool}
"""Of the fields of the Navigator's layer file format 4.5, those that are written, with their types."""


def assert_layer(layer: dict[str, Any]) -> None:
    """What the layer file format asks: required fields, types, versions, a gradient whose ends differ, techniques once each."""
    assert {name: type(value) for name, value in layer.items()} == LAYER
    assert layer["domain"] == "enterprise-attack"
    assert layer["versions"]["layer"] == "4.5"
    assert tuple(map(int, layer["versions"]["navigator"].split("."))) >= (4, 9, 0)
    assert len(layer["gradient"]["colors"]) >= 2
    assert layer["gradient"]["maxValue"] > layer["gradient"]["minValue"]
    assert layer["layout"] == {"layout": "side", "expandedSubtechniques": "annotated"}
    for technique in layer["techniques"]:
        assert {name: type(value) for name, value in technique.items()} == TECHNIQUE
    names = [technique["techniqueID"] for technique in layer["techniques"]]
    assert len(names) == len(set(names))


def test_the_layer_counts_the_rules_that_are_on(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Each technique with its rules, those in shadow left out, in the form that the Navigator reads."""
    (folder / "quiet.yml").write_text(RULE.replace("7a3f", "7a3e").replace("level: high", "level: low\ntags: [attack.t1003]"))
    (folder / "also.yml").write_text(
        RULE.replace("7a3f", "7a3d").replace("Login", "Entry").replace("level: high", "level: critical\ntags: [attack.t1078]")
    )
    layer = json.loads(told(capsys, "coverage", folder)[1])
    assert_layer(layer)
    assert [(item["techniqueID"], item["score"], item["comment"]) for item in layer["techniques"]] == [
        ("T1021.004", 1, "Login with a password (high)"),
        ("T1078", 2, "Entry with a password (critical)\nLogin with a password (high)"),
    ]


def test_the_layer_goes_into_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of what Tocsin ships; where it cannot be written, the status is 2."""
    status, out, _ = told(capsys, "coverage", "--out", tmp_path / "layer.json")
    assert status == 0
    assert f"techniques: {tmp_path}/layer.json" in out
    assert_layer(json.loads((tmp_path / "layer.json").read_text()))
    assert told(capsys, "coverage", "--out", tmp_path / "no" / "layer.json")[0] == 2


@pytest.mark.parametrize("name", ["password_login", RULE_ID, "Login with a password", "password", "password.yml"])
def test_a_rule_is_explained_by_any_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path, name: str
) -> None:
    """Its name, id, title, file; an event as JSON, with the verdict first."""
    given(monkeypatch, '{"event": {"module": "sshd", "action": "ssh_login"}, "tocsin.ssh_method": "key"}')
    status, out, _ = told(capsys, "explain", name, "--rules", folder)
    assert status == 0
    assert out.startswith(f"no match: Login with a password ({RULE_ID})\n")
    assert "no     event.outcome is 'success'; the event has no such field" in out
    assert "no     tocsin.ssh_method is 'password'; the event has \"key\"" in out
    assert "yes    event.action is 'ssh_login'; the event has \"ssh_login\"" in out


def test_a_raw_line_is_explained_for_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """``--source`` parses it first, ``--json`` gives the tree."""
    given(monkeypatch, PASSWORD + "\n")
    status, out, _ = told(capsys, "explain", folder / "password.yml", "--source", "sshd", "--json")
    body = json.loads(out)
    assert (status, body["matches"], body["asked"]) == (0, True, True)
    (part,) = body["condition"]["parts"]
    assert [(item["fields"], item["actual"]) for item in part["parts"]][2] == (["tocsin.ssh_method"], "password")


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("pasword_login",), "{}", "no rule is called 'pasword_login'; did you mean 'password_login'?"),
        (("two",), "{}", f"two is a correlation: no one event matches it; it counts the rules {RULE_ID}"),
        (("bad",), "{}", "bad is refused: "),
        (("password",), "Nov 20 03:10:00 gate sshd[1]: x", "stdin: expected one event as a JSON object"),
        (("password",), "[1]", "stdin: expected one event as a JSON object, found a list"),
        (("password",), '{"@timestamp": "yesterday"}', "stdin: the event has no time"),
        (("password", "--source", "sshd"), "what is this", "stdin: the parser sshd did not understand the record"),
    ],
)
def test_what_cannot_be_explained_ends_with_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    words: tuple[str, ...],
    stdin: str,
    said: str,
) -> None:
    """What was meant, or what was expected."""
    (folder / "two.yml").write_text(CORRELATION)
    (folder / "bad.yml").write_text(RULE.replace("7a3f", "7a3a").replace("condition: selection", "condition: selektion"))
    given(monkeypatch, stdin)
    status, _, err = told(capsys, "explain", *words, "--rules", folder)
    assert status == 2
    assert said in err


def test_a_new_rule_loads_and_fails_until_it_is_filled_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Two files; check warns of what is left open, test fails by case; filled in, both are content."""
    assert told(capsys, "new", "odd_login", "--dir", tmp_path, "--source", "sshd")[0] == 0
    assert "FILL IN is still there" in told(capsys, "check", tmp_path)[1]
    status, out, _ = told(capsys, "test", tmp_path)
    assert status == 1
    assert f"{tmp_path}/odd_login.tests.yaml:5: 'FILL IN what happens': the parser sshd did not understand" in out
    rule, cases = tmp_path / "odd_login.yml", tmp_path / "odd_login.tests.yaml"
    rule.write_text(rule.read_text().replace("event.action: FILL IN", "event.action: ssh_login").replace("FILL IN", ""))
    other = PASSWORD.replace("Accepted", "Failed")
    filled = cases.read_text().replace("FILL IN a line of the log", PASSWORD, 1).replace("FILL IN a line of the log", other)
    cases.write_text(filled.replace("FILL IN ", ""))
    assert "expected no match, and it matched" in told(capsys, "test", tmp_path)[1]
    rule.write_text(rule.read_text().replace("    condition", "        event.outcome: success\n    condition"))
    assert told(capsys, "test", tmp_path)[0] == 0
    assert told(capsys, "check", "--strict", tmp_path)[0] == 0


def test_a_new_rule_overwrites_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Neither the rule nor its cases; a name that no file can bear says what was meant."""
    (tmp_path / "odd.tests.yaml").write_text("mine")
    status, _, err = told(capsys, "new", "odd", "--dir", tmp_path)
    assert (status, (tmp_path / "odd.yml").exists(), (tmp_path / "odd.tests.yaml").read_text()) == (2, False, "mine")
    assert "odd.tests.yaml: is there already, and is not overwritten" in err
    status, _, err = told(capsys, "new", "../Odd Login", "--dir", tmp_path)
    assert (status, "did you mean 'odd_login'?" in err) == (2, True)
