"""rsigma on the same events and rules: its matches and its CPU time, for ``benchmarks/detect.py``."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

FASTEST = ("--logsource-routing", "--input-format", "json")
"""Its fastest correct setting (research 10); the two pre-filters that it offers make it slower on these rules."""


class Rsigma:
    """Runs ``rsigma engine eval`` over a file of events.

    Args:
        binary: Where it is.
        rules: A folder of the rules.
        work: A folder to write events to.
    """

    def __init__(self, binary: Path, rules: Path, work: Path) -> None:
        self._command = [str(binary), "engine", "eval", "--rules", str(rules), *FASTEST]
        self._work = work

    def version(self) -> str:
        """What it says it is."""
        return subprocess.run([self._command[0], "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def matches(self, events: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
        """Event and rule of every match."""
        command = [*self._command, "--include-event", "--event", f"@{self._file(events, 'matches')}"]
        done = subprocess.run(command, capture_output=True, check=False)
        found = []
        for line in done.stdout.splitlines():
            if line.startswith(b"{"):
                match = json.loads(line)
                found.append((match["event"]["id"], match["rule_id"]))
        if not found and done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return sorted(found)

    def seconds(self, events: Sequence[dict[str, Any]]) -> float:
        """CPU time (user and system) of all the events but the first, start and loading taken off by a run over that one."""
        return self._run(self._file(events, "all")) - self._run(self._file(events[:1], "one"))

    def _file(self, events: Sequence[dict[str, Any]], name: str) -> Path:
        path = self._work / f"{name}.ndjson"
        path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
        return path

    def _run(self, path: Path) -> float:
        with subprocess.Popen(
            [*self._command, "--event", f"@{path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            _, _, usage = os.wait4(running.pid, 0)
            running.returncode = 0
        return usage.ru_utime + usage.ru_stime
