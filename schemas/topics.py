"""The names of the topics, in the order data meets them."""

RAW = "raw"
"""``raw.<site>``: RawBatch; one topic a site, so that a broker's rights keep one hospital out of another's."""
DETECTIONS = "tocsin.detections"
"""DetectionBatch, Tick."""
INCIDENTS = "tocsin.incidents"
"""Incident, Tick."""
ACTS = "tocsin.acts"
"""Act."""
RECEIPTS = "tocsin.receipts"
"""Receipt."""
DEAD = "tocsin.dead"
"""DeadLetter, of hospitals' shippers: they have no store to keep them in."""

STATEFUL = (DETECTIONS, INCIDENTS, ACTS, RECEIPTS, DEAD)
"""Topics with one partition: what reads them correlates over the whole region."""


def raw(site: str) -> str:
    """The topic of one site's records."""
    return f"{RAW}.{site}"
