"""correlate.rules.engine: what an attacker writes into a log line costs bounded work. Limits are CPU-seconds of a process, no clock."""

import resource
import subprocess
import sys

import pytest

EVENTS = {
    "a field of 1 MB": '[{"f": "x" * 1_000_000 + "abc", "event.module": "demo"}] * 3',
    "a field of 1 MB that is all atoms": '[{"f": "abc" * 333_333, "event.module": "demo"}] * 3',
    "a field of 1 MB of line breaks": '[{"f": "\\n" * 1_000_000, "event.module": "demo"}] * 3',
    "10,000 fields": '[{"event.module": "demo", **{f"f{n}": "abc" for n in range(10_000)}}] * 3',
    "an array 100,000 deep": "[deep(100_000)]",
    "an array of 100,000": '[{"f": ["abc"] * 100_000, "event.module": "demo"}]',
    "5,000 kinds of events": '[{"event.module": "m%d" % n, "host.os.type": "o%d" % n, "f": "abc"} for n in range(5_000)]',
    "5,000 sets of fields": '[{"event.module": "demo", "k%d" % n: "abc"} for n in range(5_000)]',
}

PROGRAM = """
from tests.correlate.engine_cases import rules_of, selecting
from correlate.rules.engine.engine import Engine
def deep(levels):
    value = "abc"
    for _ in range(levels):
        value = [value]
    return {"f": value, "event.module": "demo"}
rules = rules_of(*(selecting({"f|contains": f"abc{n}" if n else "abc"}) for n in range(200)), selecting(["abc"]), selecting({"f|endswith": "c"}))
found = Engine(rules).matches(EVENTS)
print(len(found), max(map(len, found)))
"""


@pytest.mark.parametrize("name", EVENTS)
def test_a_hostile_batch_ends(name: str) -> None:
    """Within 30 CPU-seconds and 1.5 GB of address space, interpreter and imports included, and with an answer for each event."""

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("EVENTS", EVENTS[name])],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limits,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    count, most = map(int, done.stdout.split())
    assert count == len(eval(EVENTS[name], {"deep": lambda levels: {}}))
    assert most <= 4
