"""When a value that did something at one trust domain was seen at others without success, somebody should look; nobody is woken."""

from collections.abc import Callable, Sequence

from correlate import record
from correlate.memory import Memory, recall
from correlate.sightings import Sighting
from correlate.values import Value
from schemas.lead import Lead, lead_id

MAX_LISTED = 16


def width(near: Sequence[Sighting], domain: Callable[[str], str]) -> int:
    """How many sites the lead of these sightings is about; 0 when nothing succeeded, or when no other trust domain saw the value."""
    sites, attempted = _sides(near, domain)
    return len(sites) + len(attempted) if sites and attempted else 0


def lead_of(memory: Memory, value: Value, near: Sequence[Sighting], domain: Callable[[str], str]) -> Lead:
    """The lead of these sightings, in order of time; they have a width."""
    sites, attempted = _sides(near, domain)
    worked = [item for item in near if item.worked]
    found = [known for item in worked[:MAX_LISTED] if (known := recall(memory, item.detection_id))]
    return Lead(
        id=lead_id(value.key, worked[0].detection_id),
        version=width(near, domain),
        entities=value.entities,
        sites=tuple(sites),
        attempted=tuple(attempted),
        first_seen=record.from_microseconds(near[0].time),
        last_seen=record.from_microseconds(near[-1].time),
        rules=tuple(dict.fromkeys(item.rule_name for item in found))[:MAX_LISTED],
        detection_ids=tuple(item.detection_id for item in worked[:MAX_LISTED]),
    )


def _sides(near: Sequence[Sighting], domain: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """The sites where it worked, and those of other trust domains."""
    sites = sorted({item.site for item in near if item.worked})
    hit = {domain(site) for site in sites}
    return sites, sorted({item.site for item in near if domain(item.site) not in hit})
