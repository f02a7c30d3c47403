"""The records of groups: where the state of one correlation, trust domain and group is. Each is read once and written once in a step."""

from collections import Counter
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import NamedTuple

from correlate import record
from correlate.counting import entities
from correlate.counting.closing import Closing
from correlate.counting.definition import Counting
from correlate.counting.sliding import Sliding
from schemas.ids import digest

MAX_GROUPS = 20_000
"""Groups of one correlation in one trust domain: somebody who makes up names must not fill the memory, nor push other sites out."""

Memory = MutableMapping[str, bytes]
State = Sliding | Closing


class Group(NamedTuple):
    """One group of a correlation; the trust domain is part of its key: two hospitals' ``svc_backup`` are two accounts."""

    rule: Counting
    domain: str
    by: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name of its record."""
        return f"count/{self.rule.id}/{self.rule.version}/{digest(self.domain)[:8]}/{digest(*self.by)}"

    @property
    def width(self) -> int:
        """The timespan in microseconds."""
        return self.rule.window // timedelta(microseconds=1)


class Known(NamedTuple):
    """What is remembered of a group."""

    state: State
    entities: entities.Known
    by: tuple[str, ...]


class Groups:
    """The groups that one step is about; a rule that waits has the state ``Closing``, any other ``Sliding``."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._known: dict[str, Known] = {}
        self._changed: set[str] = set()

    def get(self, group: Group) -> Known:
        """What is remembered of a group, nothing at first."""
        return self.find(group.key, group.rule) or Known(_kind(group.rule)(), (), group.by)

    def find(self, key: str, rule: Counting) -> Known | None:
        """What a record holds; None when it was forgotten."""
        if key not in self._known and (data := record.unpack(self.memory.get(key))):
            self._known[key] = Known(_kind(rule).load(data[0]), entities.load(data[1]), tuple(data[2]))
        return self._known.get(key)

    def may_open(self, group: Group, now: datetime) -> bool:
        """Whether a group is known, or there is room for one more; then it is counted as one."""
        if group.key in self._known or group.key in self.memory:
            return True
        family = _family(group.key)
        number = record.unpack(self.memory.get(family)) or 0
        if number >= MAX_GROUPS:
            return False
        self.memory[family] = record.pack(now, number + 1)
        self._known[group.key] = Known(_kind(group.rule)(), (), group.by)
        return True

    def put(self, group: Group, known: Known) -> None:
        """Take note of a group as it is now."""
        self._known[group.key] = known
        self._changed.add(group.key)

    def close(self, now: datetime) -> None:
        """Write all that changed."""
        for key in sorted(self._changed):
            self.memory[key] = record.pack(now, self._known[key])
        self._changed.clear()


def recount(memory: Memory, now: datetime) -> None:
    """How many groups there are, after some were forgotten."""
    there = Counter(_family(key) for key in memory if key.startswith("count/"))
    for family in [key for key in memory if key.startswith("groups/")]:
        if there[family]:
            memory[family] = record.pack(now, there[family])
        else:
            del memory[family]


def _family(key: str) -> str:
    """The record that counts the groups of one correlation in one trust domain."""
    _, rule_id, _, domain, _ = key.split("/")
    return f"groups/{rule_id}/{domain}"


def rule_of(key: str, rules: Mapping[str, Counting]) -> Counting | None:
    """The rule of a record; None when it is gone, or was changed since."""
    _, rule_id, version, *_ = key.split("/")
    rule = rules.get(rule_id)
    return rule if rule and rule.version == version else None


def _kind(rule: Counting) -> type[Sliding] | type[Closing]:
    return Closing if rule.closes else Sliding
