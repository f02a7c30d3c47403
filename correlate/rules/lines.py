"""Where in its file something of a rule stands, for people who repair it. Read only when a rule is refused."""

from collections.abc import Sequence

import yaml


def line_of(text: str, title: str, keys: Sequence[str]) -> int | None:
    """The line, from 1, of the last of nested keys in the document of that title; None when it cannot be told."""
    try:
        nodes = [node for node in yaml.compose_all(text, yaml.CSafeLoader) if _is_titled(node, title)]
    except (yaml.YAMLError, RecursionError):
        return None
    found = None
    node = nodes[0] if len(nodes) == 1 else None
    for key in keys:
        pair = next((pair for pair in _pairs(node) if pair[0].value == key), None)
        if pair is None:
            return found
        found, node = pair[0].start_mark.line + 1, pair[1]
    return found


def _is_titled(node: object, title: str) -> bool:
    return any(key.value == "title" and value.value == title for key, value in _pairs(node))


def _pairs(node: object) -> list[tuple[yaml.Node, yaml.Node]]:
    """The pairs of a map, or of all the maps of a list."""
    if isinstance(node, yaml.SequenceNode):
        return [pair for each in node.value for pair in _pairs(each)]
    return list(node.value) if isinstance(node, yaml.MappingNode) else []
