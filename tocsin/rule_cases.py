"""What lies in ``X.tests.yaml`` beside the Sigma rule ``X.yml``: named cases, each with what the rule must say to it."""

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError, model_validator

from ingest.auto import SOURCE_TYPES
from schemas.errors import ConfigurationError
from tocsin.mistakes import Location, explained

TIMESPAN_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
"""Sigma correlation rules specification 2.1, *timespan*; months and years have no length of their own."""


def _known_source(name: str) -> str:
    if name in SOURCE_TYPES:
        return name
    close = get_close_matches(name, SOURCE_TYPES, n=1)
    raise ValueError(
        f"unknown source type {name!r}; "
        + (f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(SOURCE_TYPES))}")
    )


def _timespan(text: object) -> timedelta:
    number, unit = (text[:-1], text[-1:]) if isinstance(text, str) else ("", "")
    if not (number.isascii() and number.isdigit() and len(number) < 7 and unit in TIMESPAN_UNITS):  # noqa: PLR2004 - far beyond any window
        raise ValueError(f"expected a timespan such as 40m, 23h or 2d, got {text!r}")
    return timedelta(**{TIMESPAN_UNITS[unit]: int(number)})


def _line_or_object(value: object) -> object:
    if value is None or isinstance(value, str | dict):
        return value
    raise ValueError(f"expected a line of text or an object, got {type(value).__name__}")


Source = Annotated[str, AfterValidator(_known_source)]
Timespan = Annotated[timedelta, BeforeValidator(_timespan)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(_Written):
    """One log record, as its source writes it (``record``) or as the parsers leave it (``event``)."""

    source: Source | None = None
    """Source type of the record; by default, the file's."""
    record: Annotated[Any, AfterValidator(_line_or_object)] = None
    """The line; an object is written as one line of JSON."""
    event: dict[str, Any] | None = None
    """ECS fields, flat or nested. What every event has (time, id, site) is added where it is missing."""


class Timed(Given):
    """One log record of one establishment, for a correlation."""

    site: str
    """Any word: equal words are one establishment."""
    after: Timespan = timedelta(0)
    """How long after the beginning of the story."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Timed":
        if (self.record is None) == (self.event is None):
            raise ValueError("expected one of 'record' and 'event'")
        return self


class Case(Given):
    """A record that the rule must match or must not; for a correlation, ``events`` during which it must fire or must not."""

    name: str = Field(min_length=1)
    match: StrictBool
    events: tuple[Timed, ...] = ()
    trust_domain: tuple[str, ...] = ()
    """Sites that share a directory: they count once."""

    @model_validator(mode="after")
    def _one_of_three(self) -> "Case":
        if (self.record is not None) + (self.event is not None) + bool(self.events) != 1:
            raise ValueError("expected one of 'record', 'event' and 'events'")
        if unknown := set(self.trust_domain) - {item.site for item in self.events}:
            raise ValueError(f"trust_domain names {', '.join(sorted(unknown))}, where nothing happens")
        return self


class Cases(_Written):
    """The whole file."""

    source: Source | None = None
    common: dict[str, Any] = {}
    """What all records and events of the file share; what a case says itself goes before it."""
    cases: tuple[Case, ...]

    @model_validator(mode="after")
    def _whole(self) -> "Cases":
        if not self.cases:
            raise ValueError("expected at least one case below 'cases:'")
        for case in self.cases:
            for given in case.events or (case,):
                if given.record is not None and not (given.source or self.source):
                    raise ValueError(
                        f"case {case.name!r} has a record without source type: write 'source' in it or on top of the file"
                    )
        names = [case.name for case in self.cases]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two cases are called {twice.pop()!r}")
        return self


def read_cases(path: Path, text: str) -> Cases:
    """Read a file of cases; ``path`` is only named.

    Raises:
        ConfigurationError: it is no such file; the text names file and line, and what was probably meant.
    """
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigurationError(f"{place}: not valid YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(document, Mapping):
        raise ConfigurationError(f"{path}:1: expected 'cases:' with a list of cases, found a {type(document).__name__}")
    try:
        return Cases.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(explained(path, text, Cases, error, line_of)) from error


class _Loader(yaml.SafeLoader):
    """Leaves times as the text that a log line has."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own shape
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def line_of(text: str, location: Location) -> int | None:
    """The line of the key or item that comes nearest to a location."""
    node, line = yaml.compose(text, _Loader), None
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
