"""An incident stays small, and says what it does not list."""

from correlate import record, why
from correlate.bounds import LIMITS, SPARE, cut, fit
from correlate.incident import Evidence, Member, Region, open_with
from schemas import codec
from schemas.detection import Entity
from schemas.incident import Example, Incident, Link, Reason, incident_id
from tests.builders import ATTACKER, NIGHT, detection, entity, many_sites


def tied(*sites: str) -> Incident:
    """An incident that one address holds together."""
    found = [detection(site, NIGHT, ATTACKER, name=incident_id(site)) for site in sites]
    value = entity(ATTACKER)
    return open_with(
        Evidence(
            tuple(Member(item, Reason.SHARED_ENTITY, (value,), 1.0) for item in found),
            (Link(reason=Reason.SHARED_ENTITY, entity=value, weight=1, sites=tuple(sorted(sites))),),
            tuple(Example(site=item.site, detection_id=item.id, event_ids=item.event_ids, time=item.time) for item in found),
        ),
        Region({}),
    )


def test_nothing_is_cut_from_a_small_incident() -> None:
    """And nothing is said of a cut."""
    incident = tied(*many_sites(2))

    assert cut(incident) == fit(incident) == incident


def hostile(size: int) -> Incident:
    """An incident with as much in every list as it may hold, each text as long as one value may be and unlike the others."""
    sites = many_sites(size)

    def text(kind: str, number: int) -> str:
        return "".join(incident_id(f"{kind}{number}{part}") for part in range(16))

    base = tied(*sites)
    links = tuple(
        Link(
            reason=Reason.SHARED_ENTITY,
            entity=Entity(kind="url", value=text("link", n)),
            weight=1,
            sites=tuple(sites[n % 7 :: 2]),
        )
        for n in range(LIMITS.links)
    )
    rules = tuple(
        base.why.rules[0].model_copy(update={"id": text("rule", n)[:256], "name": text("name", n)[:256]})
        for n in range(LIMITS.rules)
    )
    return base.model_copy(
        update={
            "entities": tuple(Entity(kind="url", value=text("entity", n)) for n in range(LIMITS.entities)),
            "detection_ids": tuple(incident_id(f"d{n}") for n in range(LIMITS.listed)),
            "aliases": tuple(incident_id(f"a{n}") for n in range(LIMITS.aliases)),
            "why": base.why.model_copy(update={"links": (*base.why.links, *links), "rules": rules}),
        }
    )


def test_the_largest_incident_fits_a_record() -> None:
    """At 200 hospitals, with every text chosen against us: shorter lists, said so, and every site still explained."""
    incident = hostile(200)
    assert len(codec.encode(incident)) > record.MAX_STATE
    small = fit(incident)

    assert len(codec.encode(small)) <= record.MAX_STATE - SPARE
    assert why.CUT in small.why.missing
    assert (small.sites, small.detections, small.version) == (incident.sites, incident.detections, incident.version)
    assert {site for link in small.why.links for site in link.sites} == set(small.sites)
    assert fit(small) == small
