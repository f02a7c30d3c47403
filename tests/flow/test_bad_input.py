"""Whatever comes in: a clear error or a dead letter, and the rest goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SITE = "010000024"
GOOD = "2026-01-31T08:00:00+01:00 gate sshd[1]: Accepted password for admin from 51.0.0.1 port 22 ssh2\n"


def tocsin(*words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A command as an operator types it."""
    command = [sys.executable, "-m", "tocsin.cli", *words]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


def replayed(tmp_path: Path, data: bytes, source: str = "sshd") -> dict[str, list[dict[str, object]]]:
    """What a replay of one file gives."""
    log = tmp_path / "input.log"
    log.write_bytes(data)
    done = tocsin(
        "replay", "--site", f"{SITE}:{source}:{log}", "--received", "2026-02-01T00:00:00Z", "--out", str(tmp_path / "out")
    )
    assert done.returncode == 0, done.stderr.decode()
    return {
        path.stem: [json.loads(line) for line in path.read_bytes().splitlines()] for path in (tmp_path / "out").glob("*.ndjson")
    }


@pytest.mark.parametrize(
    ("what", "bad", "source"),
    [
        ("truncated JSON", b'{"EventID": 4624, "Channel": "Secu', "windows_event"),
        ("binary", bytes(byte for byte in range(256) if byte not in b"\r\n"), "windows_event"),
        ("invalid UTF-8", b"Nov 23 10:00:00 h sshd[1]: Failed password for \xff\xfe from 51.0.0.1 port 1 ssh2", "sshd"),
        ("JSON that is no object", b"[1, 2, 3]", "ecs"),
        ("deep nesting", b'{"a":' * 5000 + b"1" + b"}" * 5000, "ecs"),
        ("a lone surrogate", b'{"@timestamp":"2026-01-31T08:00:00Z","message":"\\ud800"}', "ecs"),
        ("a field that is a number where ECS has an object", b'{"@timestamp":"2026-01-31T08:00:00Z","user":5,"host":[1]}', "ecs"),
    ],
)
def test_a_bad_record_is_kept_and_the_next_one_is_understood(tmp_path: Path, what: str, bad: bytes, source: str) -> None:
    """Both records become events: the bad one with its bytes, the good one understood."""
    good = GOOD.encode() if source == "sshd" else b'{"@timestamp":"2026-01-31T07:00:00Z","EventID":4624,"Channel":"Security"}\n'
    results = replayed(tmp_path, bad + b"\n" + good, source)

    assert len(results["events"]) == 2, what
    assert any(bad[:20].decode("latin-1") in str(event["event.original"]) or event.get("tags") for event in results["events"])
    assert any("parse:raw" not in event.get("tags", []) for event in results["events"])  # type: ignore[operator]


def test_a_record_of_ten_megabytes_is_cut_said_and_followed_by_the_next(tmp_path: Path) -> None:
    """Its beginning is an event and a dead letter that says how long it was and where the rest is."""
    results = replayed(tmp_path, b"A" * 10_000_000 + b"\n" + GOOD.encode())

    assert len(results["events"]) == 2
    (letter,) = results["dead"]
    assert "record of 10000000 bytes at position 0" in str(letter["reason"])
    assert letter["size"] == 262_144
    assert any(event.get("source.ip") == "51.0.0.1" for event in results["events"])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Exit 2 and the path."""
    done = tocsin("replay", "--site", f"{SITE}:sshd:{tmp_path / 'nothing.log'}")

    assert done.returncode == 2
    assert b"nothing.log: there is no such file" in done.stderr


@pytest.mark.parametrize("finess", ["12345", "01000002X", "0100000244", ""])
def test_a_wrong_finess_is_named_with_what_was_expected(tmp_path: Path, finess: str) -> None:
    """Exit 2, the value and an example of a right one."""
    log = tmp_path / "a.log"
    log.write_text(GOOD)

    done = tocsin("replay", "--site", f"{finess}:sshd:{log}")

    assert done.returncode == 2
    assert b"FINESS" in done.stderr or b"SITE:SOURCE:PATH" in done.stderr


def test_an_unknown_source_type_says_what_was_meant(tmp_path: Path) -> None:
    """Exit 2 and a suggestion."""
    done = tocsin("replay", "--site", f"{SITE}:window_event:{tmp_path / 'a'}")

    assert done.returncode == 2
    assert b"did you mean 'windows_event'" in done.stderr


def test_a_rule_with_a_bad_regex_is_refused_by_name_and_the_others_run(tmp_path: Path) -> None:
    """`rules check` exits 1 and names file, title and reason; a replay with the same folder goes on with the good rule."""
    folder = tmp_path / "rules"
    folder.mkdir()
    rule = """
title: {title}
id: {id}
status: test
logsource: {{product: linux, service: sshd}}
detection:
    selection:
        {field}
    condition: selection
level: high
"""
    bad = rule.format(title="Broken", id="11111111-1111-4111-8111-111111111111", field="message|re: '(unclosed'")
    good = rule.format(title="Any login", id="22222222-2222-4222-8222-222222222222", field="event.outcome: success")
    (folder / "bad.yml").write_text(bad)
    (folder / "good.yml").write_text(good)
    log = tmp_path / "a.log"
    log.write_text(GOOD)

    check = tocsin("rules", "check", str(folder))
    done = tocsin("replay", "--site", f"{SITE}:sshd:{log}", "--rules", str(folder), "--out", str(tmp_path / "out"))

    assert check.returncode == 1
    assert b"bad.yml:8: Broken:" in check.stdout
    assert done.returncode == 0
    (found,) = (json.loads(line) for line in (tmp_path / "out" / "detections.ndjson").read_bytes().splitlines())
    assert found["rule.name"] == "Any login"


def test_detect_names_the_line_that_is_no_event() -> None:
    """The good event is evaluated, the bad line is named on stderr, and the status says so."""
    normalised = tocsin("normalise", "--source", "sshd", "--site", SITE, stdin=GOOD.encode())

    done = tocsin("detect", stdin=b'{"no": "event"}\nnot json\n' + normalised.stdout)

    assert done.returncode == 1
    assert b"stdin line 1" in done.stderr
    assert b"stdin line 2" in done.stderr
    assert json.loads(done.stdout)["rule.name"] == "SSH password login from a public address"


def test_an_unknown_key_in_the_configuration_says_what_was_meant(tmp_path: Path) -> None:
    """Exit 2 with file, line, key and suggestion."""
    config = tmp_path / "region.toml"
    config.write_text('[region]\nname = "x"\nsettle_second = 3\n')

    done = tocsin("run", "--config", str(config))

    assert done.returncode == 2
    assert f"{config}:3: unknown key 'region.settle_second'; did you mean 'settle_seconds'?".encode() in done.stderr
