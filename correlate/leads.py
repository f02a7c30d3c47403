"""When a value that did something at one trust domain was seen at others without success, somebody should look; nobody is woken."""

from collections.abc import Callable, Sequence

from correlate import record
from correlate.memory import Memory, recall
from correlate.sightings import Sighting
from correlate.values import Value
from schemas.lead import Lead, lead_id

MAX_LISTED = 16


def lead_of(memory: Memory, value: Value, near: Sequence[Sighting], domain: Callable[[str], str]) -> Lead | None:
    """The lead of these sightings, in order of time; None when nothing succeeded, or when no other trust domain saw the value."""
    worked = [item for item in near if item.worked]
    sites = sorted({item.site for item in worked})
    hit = {domain(site) for site in sites}
    attempted = sorted({item.site for item in near if domain(item.site) not in hit})
    if not worked or not attempted:
        return None
    found = [known for item in worked[:MAX_LISTED] if (known := recall(memory, item.detection_id))]
    return Lead(
        id=lead_id(value.key, worked[0].detection_id),
        version=len(sites) + len(attempted),
        entities=value.entities,
        sites=tuple(sites),
        attempted=tuple(attempted),
        first_seen=record.from_microseconds(near[0].time),
        last_seen=record.from_microseconds(near[-1].time),
        rules=tuple(dict.fromkeys(item.rule_name for item in found))[:MAX_LISTED],
        detection_ids=tuple(item.detection_id for item in worked[:MAX_LISTED]),
    )
