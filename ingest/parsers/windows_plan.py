"""What to do with the Windows events of one channel, id and list of native names: worked out once, from the tables."""

from collections.abc import Mapping
from typing import NamedTuple

from ingest.parsers.windows_accounts import account_rows
from ingest.parsers.windows_fields import field_rows
from ingest.parsers.windows_rows import Convert
from ingest.remember import Shape, remembered_shape
from ingest.values import exact, file_name
from schemas.event import Event

_NATIVE = "winlog.event_data."
_BASENAMES = (
    ("process.executable", "process.name"),
    ("process.parent.executable", "process.parent.name"),
    ("file.path", "file.name"),
)


Step = tuple[str, str, Convert | None]
"""A row, without function where the text is the value."""


class Plan(NamedTuple):
    """For one kind of event: the names that its native fields are kept under, and the steps for those that it has."""

    kept: tuple[str, ...]
    steps: tuple[Step, ...]


def plan(channel: str, code: str, data: Mapping[str, str]) -> Plan:
    """The plan for an event with these native fields."""
    return _plan((channel, code, *data))


@remembered_shape
def _plan(shape: Shape) -> Plan:
    names = shape[2:]
    present = frozenset(names)
    return Plan(tuple(_NATIVE + name for name in names), tuple(step for step in _steps(shape[:2]) if step[0] in present))


@remembered_shape
def _steps(kind: Shape) -> tuple[Step, ...]:
    channel, code = kind
    rows = (*field_rows(channel, code), *account_rows(channel, code))
    return tuple((native, field, None if convert is exact else convert) for native, field, convert in rows)


def keep(planned: Plan, data: Mapping[str, str]) -> Event:
    """Every native field as it is."""
    return dict(zip(planned.kept, data.values(), strict=True))


def draw(event: Event, planned: Plan, data: Mapping[str, str]) -> None:
    """Set the ECS fields that single native ones hold."""
    for native, field, convert in planned.steps:
        if field not in event:
            text = data[native]
            if convert is None:
                event[field] = text
            elif (value := convert(text)) is not None:
                event[field] = value
    for path, name in _BASENAMES:
        if path in event and name not in event and (found := file_name(event[path])):
            event[name] = found
