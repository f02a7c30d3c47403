"""Witness: the part of a rule's requirement that is cheapest to look for. An event without any of its atoms cannot match."""

from collections.abc import Callable

from correlate.rules.engine.atoms import Atom
from correlate.rules.engine.requirement import AnyOf, Requirement

Cost = Callable[[Atom], float]
"""How often an atom is expected in an event."""

Witness = frozenset[Atom]


def witness(required: Requirement, cost: Cost) -> Witness:
    """The atoms, one of which a matching event holds, that are seen least often."""
    return _cheapest(required, cost)[1]


def atoms_in(required: Requirement) -> Witness:
    """Every atom that a requirement speaks of."""
    if isinstance(required, Atom):
        return frozenset((required,))
    return frozenset().union(*map(atoms_in, required.parts))


def _cheapest(required: Requirement, cost: Cost) -> tuple[float, Witness]:
    if isinstance(required, Atom):
        return cost(required), frozenset((required,))
    found = [_cheapest(part, cost) for part in required.parts]
    if isinstance(required, AnyOf):
        return sum(price for price, _ in found), frozenset().union(*(atoms for _, atoms in found))
    return min(found, key=lambda pair: pair[0])
