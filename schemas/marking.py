"""Markings: how far a thing may be passed on (TLP) and what may be done with it (PAP). The most restrictive wins; never translated."""

from collections.abc import Iterable

TLP = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""Traffic Light Protocol 2.0 (FIRST), the strictest last."""

PAP = ("PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED")
"""Permissible Actions Protocol (MISP taxonomy ``PAP``), the strictest last."""


def strictest(scale: tuple[str, ...], labels: Iterable[str]) -> str:
    """The strictest of the labels; one that is not on the scale is read as the last. Empty without labels, empty ones are none."""
    ranks = [scale.index(label) if label in scale else len(scale) - 1 for label in labels if label]
    return scale[max(ranks)] if ranks else ""
