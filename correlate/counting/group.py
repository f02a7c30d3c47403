"""The records of groups: where the state of one correlation, trust domain and group is. Each is read once and written once in a step."""

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import NamedTuple

from correlate import record
from correlate.counting import entities
from correlate.counting.closing import Closing
from correlate.counting.definition import Counting
from correlate.counting.sliding import Sliding
from schemas.ids import digest

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
        return f"count/{self.rule.id}/{self.rule.version}/{digest(self.domain, *self.by)}"

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

    def put(self, group: Group, known: Known) -> None:
        """Take note of a group as it is now."""
        self._known[group.key] = known
        self._changed.add(group.key)

    def close(self, now: datetime) -> None:
        """Write all that changed."""
        for key in sorted(self._changed):
            self.memory[key] = record.pack(now, self._known[key])
        self._changed.clear()


def rule_of(key: str, rules: Mapping[str, Counting]) -> Counting | None:
    """The rule of a record; None when it is gone, or was changed since."""
    _, rule_id, version, _ = key.split("/")
    rule = rules.get(rule_id)
    return rule if rule and rule.version == version else None


def _kind(rule: Counting) -> type[Sliding] | type[Closing]:
    return Closing if rule.closes else Sliding
