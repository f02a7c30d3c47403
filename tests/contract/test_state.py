"""What every ``State`` must do: over SQLite, over the Faust adapter on a plain mapping, and over a Faust table on Kafka."""

import random
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.adapters import STATES, OpenState, each, kafka_settings
from tests.contract.faust_state import RemoteState
from tests.services.addresses import Services
from tocsin.adapters.faust_table import INTENT, FaustState
from tocsin.adapters.sqlite import Database, SqliteState
from tocsin.ports import State

BEFORE = {"a": b"old", "b": b"old", "gone": b"old"}
CHANGES: dict[str, bytes | None] = {"a": b"new", "b": b"new", "c": b"new", "gone": None}
AFTER = {"a": b"new", "b": b"new", "c": b"new"}
LARGE = 300_000
"""Five such records in one put are more than a Kafka message holds."""


@pytest.fixture(params=each("sqlite", "dict", real="faust"))
def opened(request: pytest.FixtureRequest) -> Iterator[OpenState]:
    """Each adapter, empty."""
    with STATES[request.param](request) as opened:
        yield opened


def records(state: State) -> dict[str, bytes | None]:
    """Everything it remembers."""
    return {key: state.get(key) for key in state.keys()}  # noqa: SIM118 - a port, not a dict


def test_records_are_kept_replaced_and_forgotten(opened: OpenState) -> None:
    """A put replaces and, by None, deletes; what was never put is None; any bytes and any key come back as they were."""
    state = opened.state
    assert (state.get("a"), records(state)) == (None, {})
    state.put({"a": b"\x00\xff", "é/\u2028": b"", "gone": b"x"})
    assert records(state) == {"a": b"\x00\xff", "é/\u2028": b"", "gone": b"x"}
    state.put({"gone": None, "never was": None, "a": b"2"})
    assert records(state) == {"a": b"2", "é/\u2028": b""}
    assert state.get("gone") is None
    state.put({})
    state.put({"a": None})
    assert records(state) == {"é/\u2028": b""}


def test_a_restart_finds_what_was_put(opened: OpenState) -> None:
    """Everything that was put is there after the process was killed, and nothing that was deleted."""
    opened.state.put(BEFORE)
    opened.state.put(CHANGES)
    assert records(opened.restarted()) == AFTER


def test_a_put_of_many_large_records_is_kept_whole(opened: OpenState) -> None:
    """More than a megabyte of changes at once survives a restart."""
    large = {f"k{number}": bytes([number]) * LARGE for number in range(5)}
    opened.state.put(large)
    assert records(opened.restarted()) == large


class CrashError(Exception):
    """The end of the process."""


class Mortal(dict[str, bytes]):
    """A table that takes some writes, then no more."""

    left = 1_000_000

    def _write(self) -> None:
        if not self.left:
            raise CrashError
        self.left -= 1

    def __setitem__(self, key: str, value: bytes) -> None:
        """One changelog record."""
        self._write()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        """One changelog record."""
        self._write()
        super().__delitem__(key)


def crashed_after(writes: int, changes: Mapping[str, bytes | None]) -> tuple[Mortal, bool]:
    """A table whose process ended after so many writes of a put, and whether it did."""
    table = Mortal(BEFORE)
    table.left = writes
    try:
        FaustState(table).put(changes)
    except CrashError:
        return table, True
    finally:
        table.left = 1_000_000
    return table, False


@pytest.mark.parametrize("large", [False, True])
def test_a_crash_between_any_two_writes_leaves_all_of_a_put_or_none(large: bool) -> None:  # noqa: FBT001 - a parameter
    """Whichever changelog record was the last, recovery gives the state before or after, never one in between; then it goes on."""
    more = {f"k{number}": bytes(LARGE) for number in range(5)} if large else {}
    writes, went_on = 0, True
    seen = set()
    while went_on:
        table, went_on = crashed_after(writes, {**CHANGES, **more})
        state = FaustState(table)
        assert records(state) in (BEFORE, {**AFTER, **more})
        seen.add(records(state)["a"])
        state.put({"b": b"later"})
        assert FaustState(table).get("b") == b"later"
        assert not [key for key in table if key.startswith(INTENT)]
        writes += 1
    assert seen == {b"old", b"new"}


def test_a_table_that_moves_is_looked_at_again() -> None:
    """A worker that gets the partition back finds the intent that another one left."""
    table = Mortal(BEFORE)
    state = FaustState(table)
    assert state.get("a") == b"old"
    broken, _ = crashed_after(2, CHANGES)
    table.update(broken)
    state.reassigned()
    assert records(state) == AFTER


def test_a_full_disk_or_a_bad_value_in_a_put_changes_nothing(tmp_path: Path) -> None:
    """SQLite takes back what it had of a put when one of its records fails."""
    database = Database(tmp_path / "state.db")
    state = SqliteState(database, "stage")
    state.put(BEFORE)
    bad: Any = object()
    with pytest.raises(Exception, match="type"):
        state.put({"a": b"new", "b": bad})
    assert records(state) == BEFORE
    database.close()


def test_two_stages_share_a_file_and_no_record(tmp_path: Path) -> None:
    """The same key of another stage is another record."""
    database = Database(tmp_path / "state.db")
    first, second = SqliteState(database, "one"), SqliteState(database, "two")
    first.put({"k": b"1"})
    second.put({"k": b"2"})
    second.put({"k": None})
    assert (records(first), records(second)) == ({"k": b"1"}, {})
    database.close()


@pytest.mark.parametrize("die_at", [1, 2, 4])
def test_a_worker_killed_within_a_put_leaves_all_of_it(services: Services, prefix: str, tmp_path: Path, die_at: int) -> None:
    """Kill -9 once the intent is on the broker: whoever recovers the table carries the rest of the put out, without its message."""
    remote = RemoteState(kafka_settings(services, prefix), tmp_path)
    try:
        remote.start()
        remote.put(BEFORE)
        remote.kill()
        remote.start(die_at=die_at)
        remote.tell(CHANGES)
        assert remote.died()
        remote.start(deaf=True)
        assert records(remote) == AFTER
    finally:
        remote.close()


def test_a_worker_killed_at_a_random_moment_keeps_only_whole_puts(services: Services, prefix: str, tmp_path: Path) -> None:
    """Under a stream of puts that keep three records equal, kill -9 never leaves them apart."""
    remote = RemoteState(kafka_settings(services, prefix), tmp_path)
    chance = random.Random(prefix)
    try:
        remote.start()
        for round_ in range(2):
            for number in range(150):
                data = f"{round_}/{number}".encode()
                remote.tell({"x": data, "y": data, "z": data})
            time.sleep(chance.uniform(0, 0.3))
            remote.kill()
            remote.start(deaf=True)
            assert len(set(records(remote).values())) <= 1
            remote.kill()
            remote.start()
    finally:
        remote.close()


def test_what_waits_at_the_first_start_is_all_read(services: Services, prefix: str, tmp_path: Path) -> None:
    """Before the first commit there is no place to go back to: killed at once, time and again, the worker still begins at the beginning."""
    remote = RemoteState(kafka_settings(services, prefix), tmp_path)
    chance = random.Random(prefix)
    try:
        for number in range(30):
            remote.tell({str(number): b""})
        for _ in range(4):
            remote.start()
            time.sleep(chance.uniform(1, 4))
            remote.kill()
        remote.start()
        assert set(remote.keys()) == {str(number) for number in range(30)}
    finally:
        remote.close()
