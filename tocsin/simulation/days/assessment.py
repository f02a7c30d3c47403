"""The GRADeS tries all its hospitals once a week, from an address that the region declares: it looks like an attack everywhere."""

from collections.abc import Iterator

from tocsin.simulation import ssh
from tocsin.simulation.addresses import ASSESSOR
from tocsin.simulation.attacks import ATTEMPTS
from tocsin.simulation.clock import after, at_local
from tocsin.simulation.days.day import Day
from tocsin.simulation.days.internet import port
from tocsin.simulation.days.scanners import PATHS
from tocsin.simulation.happenings import Connection, End, Happening, Intrusion, Request
from tocsin.simulation.places import GATEWAY

AGENT = "Mozilla/5.0 (compatible; GRADeS-Evaluation/3.1)"
PORTS = (21, 22, 23, 80, 443, 445, 1433, 3306, 3389, 5432, 5900, 8080, 8443)
HOUR = 4


def ordinary(day: Day) -> Iterator[Happening]:
    """Ports, pages, known holes, and some passwords; one hour in the night of the week."""
    if not day.is_weekly:
        return
    rng = day.rng
    moment = at_local(day.start, day.place.site.zone, HOUR + rng.random() / 2)
    for number in PORTS:
        moment = after(rng, moment, 0.2, 2)
        source, target = End(ASSESSOR, port(rng), "wan"), End(day.place.public, number, "wan")
        yield Connection(moment, source, target, f"tcp/{number}", allowed=False)
    for path in PATHS if day.has_portal else ():
        moment = after(rng, moment, 0.2, 2)
        yield Request(moment, ASSESSOR, "GET", path, 404, 162, AGENT)
    for signature in ATTEMPTS:
        moment = after(rng, moment, 1, 5)
        source, target = End(ASSESSOR, port(rng), "wan"), End(day.place.public, 443, "dmz")
        yield Intrusion(moment, source, target, signature, url=rng.choice(PATHS))
    for user in ("root", "admin"):
        moment = after(rng, moment, 1, 5)
        yield from ssh.failed(ssh.connection(rng, GATEWAY, ASSESSOR), moment, user)
