"""Where things stand in a rule file: each document with its lines."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import yaml
from sigma.rule.base import SigmaYAMLLoader


class Marks(NamedTuple):
    """One document of a rule file. Lines count from 1."""

    line: int
    keys: Mapping[str, int]
    """Top-level key → line."""
    tags: Mapping[str, int]
    """Tag, lower case → line."""
    values: Mapping[str, str]
    """Top-level key → text, of those that have one."""


def marks(text: str) -> list[Marks]:
    """The documents of a file, as far as it is YAML."""
    return list(_marks(text))


def _marks(text: str) -> Iterator[Marks]:
    try:
        for node in yaml.compose_all(text, SigmaYAMLLoader):
            if isinstance(node, yaml.MappingNode):
                yield _of(node)
    except (yaml.YAMLError, RecursionError, ValueError):
        return


def _of(node: yaml.MappingNode) -> Marks:
    keys, values, tags = {}, {}, {}
    for key, value in node.value:
        keys[str(key.value)] = _line(key)
        if isinstance(value, yaml.ScalarNode):
            values[str(key.value)] = str(value.value)
        elif key.value == "tags" and isinstance(value, yaml.SequenceNode):
            tags = {str(tag.value).lower(): _line(tag) for tag in value.value}
    return Marks(_line(node), keys, tags, values)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
