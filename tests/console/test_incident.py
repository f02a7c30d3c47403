"""One incident, as an analyst checks it."""

from datetime import timedelta

from schemas.detection import Phase
from schemas.incident import Link, Reason, Why
from schemas.notice import Status
from tests.builders import ANNECY, BOURGOIN, VIENNE, at, entity
from tests.console.conftest import Console
from tests.console.reading import Page
from tests.console.records import acknowledgement, detection, found_in, incident, mail, membership, name, stored


async def test_an_incident_is_told_in_one_sentence(site: Console) -> None:
    """How many hospitals, within what time, up to which stage; with its marking, in both languages."""
    await site.put(stored(incident()))
    french = Page(await site.text(f"/incidents/{name('i')}")).text
    assert "Même attaque suspectée dans 2 établissements, en 10 min : accès initial → impact." in french
    assert "TLP:AMBER" in french
    english = Page(await site.text(f"/incidents/{name('i')}", language="en")).text
    assert "Same attack suspected at 2 hospitals, within 10 min: initial access → impact." in english


async def test_why_names_links_rules_gaps_and_what_would_split_it(site: Console) -> None:
    """Each link with its weight and sites, in words; the single link; the data that is missing, by the site's name."""
    shared = Link(reason=Reason.SHARED_ENTITY, entity=entity("domain:relay.example"), weight=1, sites=(VIENNE, BOURGOIN))
    pair = Link(
        reason=Reason.CORROBORATED,
        entity=entity("ja3:abc"),
        also=(entity("user:telemaint"),),
        weight=0.7,
        sites=(VIENNE, ANNECY),
    )
    hosts = Link(reason=Reason.SAME_HOSTS, weight=1, sites=(VIENNE, BOURGOIN))
    rule = Link(reason=Reason.SITES_WITHIN, rule_id="r1", weight=1, sites=(VIENNE, BOURGOIN))
    known = incident().why
    why = Why(
        rules=known.rules,
        links=(shared, pair, hosts, rule),
        examples=known.examples,
        baseline="2026-01-17 to 2026-01-30: 'Any rule' was usual at 1 of 5 sites; 'Other' was usual at 0 of 5 sites",
        missing=(f"no logs received from site {ANNECY}", "something new that nobody has translated"),
        only_link=shared,
    )
    await site.put(stored(incident(why=why)))
    text = Page(await site.text(f"/incidents/{name('i')}")).text
    for words in (
        "Ce qui lie les établissements le domaine relay.example, dans les 2 établissements. suffit seul",
        "l'empreinte TLS abc et le compte telemaint, ensemble dans 2 établissements (CH de Vienne et CH d'Annecy).",
        "poids 0,7 sur 1",
        "Les mêmes machines sont touchées",
        "La règle régionale « Remote login from a public address » s'est vérifiée dans les 2 établissements.",
        "Sans ce seul lien, il n'y aurait plus d'incident commun : le domaine relay.example",
        "aucun journal reçu de CH d'Annecy",
        "something new that nobody has translated",
        "du 2026-01-17 au 2026-01-30 : la règle 'Any rule' était ordinaire dans 1 établissements sur 5",
        "la règle 'Other' était ordinaire",
        "Remote login from a public address élevée, 2 fois",
    ):
        assert words in text


async def test_no_single_link_is_said_too(site: Console) -> None:
    """An incident that hangs together twice says so."""
    await site.put(stored(incident()))
    assert "Aucun lien seul" in Page(await site.text(f"/incidents/{name('i')}")).text


async def test_the_matrix_has_a_row_a_site_and_a_column_a_stage(site: Console) -> None:
    """Only stages that were seen, in the order of an attack; attempts are marked; a site of which nothing is known has its row."""
    login = detection("login", "02:00", site=VIENNE, phase=Phase.ATTEMPT)
    wiped = detection("wiped", "02:30", site=BOURGOIN, techniques=("T1490", "T1021.002", "T1021"))
    told = detection("told", "02:40", site=BOURGOIN, techniques=(), tactics=("discovery",))
    vague = detection("vague", "02:41", site=BOURGOIN, techniques=())
    one = incident(sites=(VIENNE, BOURGOIN, ANNECY))
    await site.put(stored(one))
    for item in (login, wiped, told, vague):
        await site.put(*found_in(item), membership(one, item))
    html = await site.text(f"/incidents/{one.id}")
    matrix = html[html.index('<table class="matrix">') : html.index("</table>")]
    text = Page(matrix).text
    assert "accès initial découverte déplacement latéral impact étape inconnue" in text
    assert "CH de Vienne 31 janv. 03:00 1 tentative T1078 · rien vu" in text
    assert "CH de Bourgoin 31 janv. 03:30 · rien vu 1 1 T1021.002 1 T1490 1" in text
    assert "CH d'Annecy" in text


async def test_the_timeline_shows_both_times_and_the_exact_events(site: Console) -> None:
    """When it happened and when the region had it, in the region's zone and for machines; the log line can be unfolded."""
    one, seen = incident(), detection("d", "02:00:05")
    await site.put(stored(one), membership(one, seen), *found_in(seen, received="05:10", host__name="gate", user__name="admin"))
    page = Page(await site.text(f"/incidents/{one.id}"))
    assert "31 janv. 03:00:05" in page.text
    assert "reçu 06:10:00 3 h après" in page.text
    assert "2026-01-31T02:00:05Z" in page.times()
    assert "2026-01-31T05:10:00Z" in page.times()
    assert "Accepted password for admin from 203.0.113.66 port 22 ssh2" in page.text
    assert "host.namegate" in page.text.replace(" ", "")


async def test_what_repeats_is_one_step(site: Console) -> None:
    """Twenty times the same rule at the same site in a row is one entry, with how often and until when."""
    one = incident()
    await site.put(stored(one))
    for number in range(20):
        seen = detection(f"d{number}", f"02:{number:02}")
        await site.put(membership(one, seen), *found_in(seen))
    other = detection("other", "02:30", site=BOURGOIN)
    await site.put(membership(one, other), *found_in(other))
    page = Page(await site.text(f"/incidents/{one.id}"))
    assert page.text.count("Les journaux de 20 détections") == 1
    assert "20 \N{MULTIPLICATION SIGN} Remote login from a public address gravité élevée · jusqu'à 03:19:00" in page.text
    assert [attributes for tag, attributes in page.tags if tag == "li" and attributes.get("class") == "seen"] == [
        {"class": "seen"}
    ] * 2


async def test_people_and_mails_stand_on_the_same_axis(site: Console) -> None:
    """Detections, the mail and who took it, in the order of time, over the pages of the timeline, each once."""
    one = incident()
    await site.put(
        stored(one), mail(one, due="02:20"), acknowledgement(one, by="A. Martin", time="02:50", comment="appel du CHU")
    )
    for number in range(70):
        seen = detection(
            f"d{number}", f"02:{number % 60:02}:{number // 60:02}", rule_id=f"r{number}", rule_name=f"Rule n{number:02}."
        )
        await site.put(membership(one, seen), *found_in(seen))
    path, told = f"/incidents/{one.id}", ""
    while path:
        html = await site.text(path)
        part = Page(html[html.index('<ol class="timeline">') : html.index('<section id="entities"')])
        told += part.text
        path = next((link for link in part.links(f"/incidents/{one.id}?") if "after=" in link), "")
    order = ["Rule n20.", "Courriel à Astreinte", "Rule n28.", "Rule n50.", "A. Martin prend l'incident en charge", "Rule n59."]
    assert [told.count(words) for words in order] == [1] * 6
    assert sorted(order, key=told.index) == order
    assert [number for number in range(70) if f"Rule n{number:02}." not in told] == []


async def test_events_that_are_gone_are_missed(site: Console) -> None:
    """A detection whose log lines were dropped with their day says so."""
    one, seen = incident(), detection()
    await site.put(stored(one), membership(one, seen), found_in(seen)[0])
    assert "ne sont plus conservés" in await site.text(f"/incidents/{one.id}")


async def test_values_come_with_where_they_were_seen(site: Console) -> None:
    """Those that link come first; each with its sites and how often."""
    one = incident()
    await site.put(stored(one))
    for text, where in (("a", VIENNE), ("b", BOURGOIN)):
        seen = detection(text, site=where, entities=(entity("ip:203.0.113.66"), entity("host:gate"))[: 1 + (where == VIENNE)])
        await site.put(membership(one, seen), *found_in(seen))
    html = await site.text(f"/incidents/{one.id}")
    text = Page(html[html.index('<section id="entities"') : html.index('<section id="mails"')]).text
    assert "203.0.113.66 adresse IP CH de Bourgoin et CH de Vienne 2 gate machine CH de Vienne 1" in text


async def test_mails_say_who_when_and_what_became_of_them(site: Console) -> None:
    """Each with its state and the server's words; the text as it was frozen can be unfolded."""
    one = incident()
    await site.put(
        stored(one),
        mail(one),
        mail(one, "grades@example.org", site=None, status=Status.DEFERRED, detail="421 try later", uncertain=True),
    )
    text = Page(await site.text(f"/incidents/{one.id}")).text
    for words in (
        "remis au serveur de messagerie",
        "Astreinte (la région)",
        "reporté",
        "421 try later",
        "peut-être reçu deux fois",
        "APPELEZ",
    ):
        assert words in text


async def test_an_alias_leads_to_the_incident_it_lives_on_in(site: Console) -> None:
    """Through several merges; the living page names them, and a circle is no page."""
    alias = incident("alias", merged_into=name("middle"))
    await site.put(
        stored(alias),
        stored(incident("middle", merged_into=name("i"))),
        stored(incident("i", aliases=(name("middle"), alias.id))),
    )
    answer = await site.get(f"/incidents/{alias.id}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/incidents/{name('i')}")
    assert f"Regroupe aussi INC-{name('middle')[:8]}" in Page(await site.text(f"/incidents/{name('i')}")).text
    await site.put(stored(incident("x", merged_into=name("y"))), stored(incident("y", merged_into=name("x"))))
    await site.text(f"/incidents/{name('x')}", status=404)


async def test_the_code_of_a_mail_finds_its_incident(site: Console) -> None:
    """With or without ``INC-``, in any case; what is ambiguous, too short or no code is not found."""
    await site.put(stored(incident()))
    for code in (f"INC-{name('i')[:8]}", name("i")[:8].upper(), f" {name('i')} "):
        answer = await site.client.get("/incidents", params={"code": code})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/incidents/{name('i')}")
    for code in ("", "INC-", name("i")[:3], "zzzzzzzz", "../../etc", "INC-00000000"):
        assert (await site.client.get("/incidents", params={"code": code})).status_code == 404


async def test_a_large_incident_says_what_its_matrix_is_made_of(site: Console) -> None:
    """Beyond what is counted, every site still has its example."""
    one = incident(detections=700, sites=(VIENNE, BOURGOIN))
    example = detection("i-" + BOURGOIN, "09:00", site=BOURGOIN)
    await site.put(stored(one), *found_in(example)[:1])
    for number in range(600):
        moment = at("02:00") + timedelta(seconds=number)
        seen = detection(f"d{number}").model_copy(update={"time": moment})
        await site.put(membership(one, seen), found_in(seen)[0])
    text = Page(await site.text(f"/incidents/{one.id}")).text
    assert "Tableau fait des 501 premières détections" in text
    assert "CH de Bourgoin 31 janv. 10:00 1 T1078" in text
