"""The patient portal: people look at appointments and results, and send documents."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.simulation.addresses import patient
from tocsin.simulation.clock import after
from tocsin.simulation.days.day import Day
from tocsin.simulation.days.internet import port
from tocsin.simulation.happenings import Connection, End, Happening, Request

VISITS = 900
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
)
PAGES = (
    "/portail/rendez-vous",
    "/portail/resultats",
    "/portail/messages",
    "/portail/documents",
    "/static/portail.css",
    "/portail/profil",
)
UPLOAD, UPLOADED = "/portail/documents/upload.php", "/portail/documents/uploads"
"""The page that takes documents, and where they lie."""
DOCUMENTS = ("ordonnance.pdf", "carte-mutuelle.jpg", "courrier.pdf", "resultats.pdf")
SENDS = 0.08
"""How many visitors send a document."""


def ordinary(day: Day) -> Iterator[Happening]:
    """The visits of the day."""
    for moment in day.at_work(VISITS):
        yield from _visit(day, moment)


def _visit(day: Day, moment: datetime) -> Iterator[Happening]:
    rng = day.rng
    client, agent = patient(rng), rng.choice(AGENTS)
    site = f"https://portail.{day.place.short}.example.org"
    yield Connection(
        moment,
        End(client, port(rng), "wan"),
        End(day.place.public, 443, "dmz"),
        "HTTPS",
        seconds=rng.uniform(1, 60),
        sent=rng.randrange(900, 6000),
        received=rng.randrange(4000, 200_000),
    )
    yield Request(moment, client, "GET", "/portail/connexion", 200, 4180, agent)
    yield Request(after(rng, moment, 5, 30), client, "POST", "/portail/connexion", 302, 0, agent, f"{site}/portail/connexion")
    for _ in range(rng.randrange(1, 5)):
        moment = after(rng, moment, 30, 90)
        status = rng.choices((200, 304, 404), (80, 18, 2))[0]
        yield Request(
            moment, client, "GET", rng.choice(PAGES), status, rng.randrange(900, 40_000), agent, f"{site}/portail/accueil"
        )
    if rng.random() < SENDS:
        yield Request(
            after(rng, moment, 30, 120),
            client,
            "POST",
            f"{UPLOAD}?nom={rng.choice(DOCUMENTS)}",
            302,
            0,
            agent,
            f"{site}/portail/documents",
        )
