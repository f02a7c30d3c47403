"""An ordinary night: everything that pages show, and nothing hostile."""

from collections.abc import Iterator

from schemas.detection import Level
from schemas.noun import iso
from schemas.output import Document
from tests.builders import ANNECY, BOURGOIN, VIENNE, at
from tests.console.records import acknowledgement, detection, event, found_in, incident, lead, mail, membership, stored


def documents() -> Iterator[Document]:
    """An incident with all that a page can show, others around it, hospitals heard and silent."""
    one = incident("i", "10:00", severity=Level.CRITICAL)
    yield stored(one)
    for number, where in enumerate((VIENNE, BOURGOIN, VIENNE)):
        seen = detection(f"d{number}", f"09:{number:02}", site=where, entities=one.entities)
        yield membership(one, seen)
        yield from found_in(seen, received="09:30", host__name="srv-fichiers", user__name="telemaint")
    yield mail(one, due="10:01")
    yield mail(one, "grades@example.org", site=None, due="10:02", detail="421 try later", uncertain=True)
    taken = incident("taken", "08:00", sites=(VIENNE, ANNECY))
    yield stored(taken)
    yield acknowledgement(taken, by="A. Martin")
    for level in Level:
        yield stored(incident(f"of-{level}", "07:00", severity=level))
    yield event("heard", iso(at("11:50")), received="11:55", site=ANNECY)
    yield event("silent", iso(at("08:00")), received="08:05", site=ANNECY, dataset="windows.security")
    yield lead()
