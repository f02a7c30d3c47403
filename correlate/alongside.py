"""The same hospitals in the same hours: a count of sites shares no value with anything, so the establishments themselves must tell.

Passwords dumped at two hospitals, and an attacker's server met by the same two an hour later, are one night. Where two matters could be
meant, neither is: then the count stays an incident of its own. Two matters at the same three hospitals in the same hours are one.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from correlate import record
from correlate.memory import Memory
from correlate.spread import spanning

NEAR = timedelta(hours=6)
MAX_INCIDENTS = 16
"""Incidents remembered of one trust domain, the latest."""
WIDE = 3
"""Trust domains that no two unrelated attackers have in common in the same hours."""


def beside(
    memory: Memory, domains: Collection[str], begin: datetime, end: datetime, living: Callable[[str], str | None]
) -> dict[str, frozenset[str]]:
    """The living incidents with something at two of these trust domains within ``NEAR`` of that time, and which of them."""
    first, last = record.microseconds(begin - NEAR), record.microseconds(end + NEAR)
    return spanning(
        (alive, domain)
        for domain in domains
        for incident, start, latest in record.unpack(memory.get(_key(domain))) or ()
        if start <= last and latest >= first and (alive := living(incident))
    )


def note(memory: Memory, domain: str, incident: str, begin: datetime, end: datetime, now: datetime) -> None:
    """Remember that the incident has something at this trust domain between these moments."""
    kept = {name: (start, latest) for name, start, latest in record.unpack(memory.get(_key(domain))) or ()}
    start, latest = record.microseconds(begin), record.microseconds(end)
    if incident in kept:
        start, latest = min(start, kept[incident][0]), max(latest, kept[incident][1])
    kept[incident] = (start, latest)
    rows = sorted(([name, *span] for name, span in kept.items()), key=lambda row: (row[2], row[0]))
    memory[_key(domain)] = record.pack(now, rows[-MAX_INCIDENTS:])


def _key(domain: str) -> str:
    return f"near/{domain}"
