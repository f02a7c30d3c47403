"""The one place that decides what a reader may know: the region all, an establishment its own."""

import pytest

from console.lens import Lens
from console.ports import Acknowledgement
from schemas.incident import Incident, Membership
from schemas.lead import Lead
from schemas.projection import Reader
from tests.builders import ANNECY, BOURGOIN, NAMES, ROANNE, VALENCE, VIENNE, at, sites
from tests.console.records import detection, incident, lead, mail, membership
from tocsin.adapters.documents_archive import mails

REGION = {site.finess: site for site in sites()}
SEEN = [
    detection("here", site=VIENNE),
    detection("there", site=BOURGOIN),
    detection("counted", site=VIENNE, sites=(VIENNE, BOURGOIN)),
]


def everything(lens: Lens, of: Incident) -> str:
    """All that a page could show of an incident through this lens."""
    members = [Membership.model_validate(membership(of, item).body) for item in SEEN]
    found = {item.id: item for item in SEEN}
    events = {site: {"organization.id": site, "message": NAMES[site]} for site in (VIENNE, BOURGOIN)}
    told = mails([mail(of, site=VIENNE).body, mail(of, site=BOURGOIN).body, mail(of, site=None).body])
    acts = {of.id: Acknowledgement(incident_id=of.id, by=f"A. Martin ({NAMES[BOURGOIN]})", at=at("03:00"))}
    parts = (
        lens.sheet(of),
        lens.memberships(members),
        lens.detections(found),
        lens.events(events),
        lens.mails(told),
        lens.acknowledgements(acts),
        lens.leads([Lead.model_validate(lead().body)]),
        lens.sites,
    )
    return repr(parts)


def test_the_region_sees_all() -> None:
    """Every establishment, every link, every mail."""
    lens = Lens(Reader(), REGION)
    text = everything(lens, incident())
    assert NAMES[VIENNE] in text
    assert NAMES[BOURGOIN] in text
    assert lens.sheet(incident()).links == incident().why.links
    assert lens.sheet(incident()).view.others == 2


@pytest.mark.parametrize("reader", [VIENNE, ANNECY])
def test_an_establishment_learns_of_no_other(reader: str) -> None:
    """Hit or not, neither number nor name nor person of another is in anything it could be shown."""
    text = everything(Lens(Reader(site=reader), REGION), incident(sites=(VIENNE, BOURGOIN, VALENCE, ROANNE)))
    for other in {*NAMES} - {reader}:
        assert other not in text
        assert NAMES[other] not in text
    assert "Martin" not in text
