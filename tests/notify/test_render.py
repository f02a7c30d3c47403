"""The mails people read: whole, as files in ``mails/``, and what no mail may ever hold."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.ladder import Planned
from notify.render import plan_notice, render
from notify.text import WIDTH, clean, defang, wrap
from schemas.detection import Entity, Level
from schemas.incident import Link, Reason
from tests.notify.stories import ANCERY, BREVANES, NAMES, REGION, VALMOR, VALORNE, Story, incident, site

MAILS = Path(__file__).parent / "mails"


def planned(address: str, story: Story, language: str = "fr") -> Planned:
    """What the last tick planned for this address."""
    plan = next(plan for plan in story.plans if plan.contact.email == address)
    return plan._replace(contact=plan.contact.model_copy(update={"language": language}))


def first_mail() -> Story:
    """02:10, four hospitals, nobody told yet."""
    story = Story()
    story.learn(incident(VALMOR, BREVANES, ANCERY, VALORNE))
    story.tick("02:10")
    return story


def reminder() -> Story:
    """02:25, two hospitals, nobody answered; some data are missing and one host links two of them."""
    known = incident()
    host = Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind="host", value="srv-ad01"), weight=1, sites=(VALMOR, BREVANES))
    missing = ("no Sysmon at one hospital", f"firewall of {NAMES[BREVANES]} silent since 01:00")
    why = known.why.model_copy(update={"links": (*known.why.links, host), "missing": missing})
    story = Story()
    story.learn(incident(why=why))
    story.tick("02:10")
    story.tick("02:25")
    return story


def last_step() -> Story:
    """02:40, the last step; this incident absorbed a younger one."""
    story = Story()
    story.learn(incident(aliases=("b" * 32,), severity=Level.HIGH))
    for clock in ("02:10", "02:25", "02:40"):
        story.tick(clock)
    return story


def new_site() -> Story:
    """02:50, a hospital joins an incident that the region has taken."""
    story = first_mail()
    story.acknowledge("02:15")
    story.learn(incident(VALMOR, BREVANES, ANCERY, VALORNE, "990000076", version=2))
    story.tick("02:50")
    return story


def new_site_unreached() -> Story:
    """02:50, the hospital that joins has nobody on call."""
    story = Story(region=REGION.model_copy(update={"sites": {**REGION.sites, ANCERY: site(ANCERY)}}))
    story.learn(incident())
    story.tick("02:10")
    story.acknowledge("02:15")
    story.learn(incident(VALMOR, BREVANES, ANCERY, version=2))
    story.tick("02:50")
    return story


CASES = {
    "new_hospital": (first_mail, f"astreinte@{VALMOR}.fr"),
    "new_region": (first_mail, "grades@region.fr"),
    "reminder_hospital": (reminder, f"rssi@{VALMOR}.fr"),
    "last_step_region": (last_step, "cert@sante.fr"),
    "new_site_hospital": (new_site, "astreinte@990000076.fr"),
    "new_site_region": (new_site_unreached, "grades@region.fr"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", CASES)
def test_the_mail_is_the_one_that_was_read_and_approved(name: str, language: str) -> None:
    """Each mail is, to the letter, the file in ``mails/``; and its first five lines fit a telephone."""
    tell, address = CASES[name]
    story = tell()
    subject, text = render(planned(address, story, language), story.region)
    assert f"{subject}\n\n{text}" == (MAILS / f"{name}.{language}.txt").read_text("utf-8")
    assert all(len(line) <= 40 for line in text.splitlines()[:5])
    assert all(len(line) <= WIDTH for line in text.splitlines())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_hospital_reads_nothing_of_another(language: str) -> None:
    """No other establishment's name or number, no host and no account is in the mail to a hospital."""
    story = reminder()
    mail = "\n".join(render(planned(f"rssi@{VALMOR}.fr", story, language), REGION))
    assert NAMES[VALMOR] in mail
    assert not re.search("|".join((BREVANES, NAMES[BREVANES], "srv-ad01", "jmartin")), mail)


def test_the_subject_names_nobody_and_never_changes() -> None:
    """One subject for the whole thread, with the marking first and no establishment in it."""
    subjects = {
        render(planned(address, story := tell()), story.region)[0] for tell, address in CASES.values() if tell is not last_step
    }
    assert subjects == {"[TLP:AMBER] INC-3f9a1c2b P1 – attaque commune à plusieurs établissements"}  # noqa: RUF001 - French dash


def test_notice_ids_and_thread() -> None:
    """The Message-ID is the notice's id at the region's domain, and all mails of the incident hang on one root."""
    story = first_mail()
    region = REGION.model_copy(update={"domain": "soc.region.fr"})
    notices = [plan_notice(plan, region) for plan in story.plans]
    assert [notice.message_id for notice in notices] == [f"<{notice.id}@soc.region.fr>" for notice in notices]
    assert {notice.references for notice in notices} == {(f"<{incident().id}@soc.region.fr>",)}
    assert len({notice.id for notice in notices}) == len(notices) == 5


def test_many_of_everything() -> None:
    """Long lists are cut, and the mail says how many more there are."""
    known = incident()
    links = tuple(
        Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind="ip", value=f"203.0.113.{n}"), weight=1, sites=(VALMOR,))
        for n in range(14)
    )
    rules = tuple(known.why.rules[0].model_copy(update={"id": str(n), "name": f"Rule {n}"}) for n in range(9))
    story = Story()
    story.learn(incident(why=known.why.model_copy(update={"links": links, "rules": rules})))
    story.tick("02:10")
    text = render(planned("grades@region.fr", story), REGION)[1]
    assert text.count("adresse IP") == 10
    assert "d'autres existent (4)" in text
    assert "et 4 autres règles" in text


HOSTILE = "evil\r\nBcc: x@y.z\r\n\r\nAPPELEZ\u202e 06 \u2028666\x00\x1b[31m {{ 7*7 }} {% raw %}" + "A" * 5000


def test_hostile_values() -> None:
    """A rule name and a gap with line breaks, bidi marks, escapes and template code become one harmless line each."""
    known = incident()
    rules = (known.why.rules[0].model_copy(update={"name": HOSTILE}),)
    story = Story()
    story.learn(incident(why=known.why.model_copy(update={"rules": rules, "missing": (HOSTILE,)})))
    story.tick("02:10")
    text = render(planned("grades@region.fr", story), REGION)[1]
    assert not re.search("[\u202e\u2028\x00\x1b\r]", text)
    assert not re.search("^(Bcc|APPELEZ 06)", text, re.MULTILINE)
    assert "evil Bcc: x@y.z APPELEZ 06 666[31m {{ 7*7 }} {% raw %}AAA" in " ".join(text.split())
    assert len(text) < 5000


@given(st.text(), st.integers(1, 50))
def test_clean_gives_one_short_printing_line(value: str, limit: int) -> None:
    """Whatever comes in, one line of at most ``limit`` printing characters comes out, and cleaning it again changes nothing."""
    line = clean(value, limit)
    assert len(line) <= limit
    assert line.isprintable()
    assert clean(line, limit) == line


@pytest.mark.parametrize(
    ("kind", "value", "safe"),
    [
        ("ip", "203.0.113.7", "203[.]0[.]113[.]7"),
        ("ip", "2001:db8::1", "2001[:]db8[:][:]1"),
        ("domain", "evil.example", "evil[.]example"),
        ("url", "https://evil.example/a.exe", "hxxps[://]evil[.]example/a[.]exe"),
        ("email", "a.b@evil.example", "a[.]b[@]evil[.]example"),
        ("hash", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"),
    ],
)
def test_defang(kind: str, value: str, safe: str) -> None:
    """No mail program makes a link of an indicator."""
    assert defang(kind, value) == safe


def test_wrap_keeps_items_and_long_words() -> None:
    """Items hang under their first word, a long URL stays whole, and French signs stay with their word."""
    text = wrap(f"- {'mot ' * 20}\n\n\n\n- hxxps[://]{'a' * 90}\nfin :\n")
    assert text == f"- {('mot ' * 17).strip()}\n  mot mot mot\n\n-\n  hxxps[://]{'a' * 90}\nfin\u00a0:\n"
