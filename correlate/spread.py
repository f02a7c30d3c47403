"""What is at two trust domains concerns the region: nothing less joins two matters."""

from collections.abc import Iterable

ENOUGH = 2
"""Trust domains."""


def spanning(seen: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Of incidents seen at trust domains, those at ``ENOUGH`` of them, with these; in the order of their ids."""
    found: dict[str, set[str]] = {}
    for incident, domain in seen:
        found.setdefault(incident, set()).add(domain)
    return {incident: frozenset(domains) for incident, domains in sorted(found.items()) if len(domains) >= ENOUGH}
