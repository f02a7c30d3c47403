"""The mails people read: whole, as files in ``mails/``, and what no mail may ever hold."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify import preview
from notify.ladder import Planned
from notify.preview import specimens
from notify.render import plan_notice, render
from notify.text import WIDTH, clean, defang, inert, wrap
from schemas.detection import Entity
from schemas.incident import Link, Reason
from tests.notify.stories import ANCERY, BREVANES, NAMES, REGION, VALMOR, VALORNE, Story, incident

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


SPECIMENS = {name: notice for language in ("fr", "en") for name, notice in specimens(language)}


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_mail_is_the_one_that_was_read_and_approved(name: str) -> None:
    """Each mail is, to the letter, the files in ``mails/``, made by ``tocsin notify preview --out tests/notify/mails --format txt html``."""
    mail = SPECIMENS[name]
    assert f"{mail.subject}\n\n{mail.text}" == (MAILS / f"{name}.txt").read_text("utf-8")
    assert mail.html == (MAILS / f"{name}.html").read_text("utf-8")


def test_nothing_but_approved_mails_lies_in_the_folder() -> None:
    """A kind of mail that is no longer sent leaves no file behind."""
    assert {path.stem for path in MAILS.iterdir()} == set(SPECIMENS)


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_first_lines_fit_a_telephone_at_night(name: str) -> None:
    """Five lines of 40 columns: marking, what is new, whom to call by when, what happened, what to do; then 72 columns."""
    lines = SPECIMENS[name].text.splitlines()
    assert all(len(line) <= 40 for line in lines[:5])
    assert all(len(line) <= WIDTH for line in lines)
    assert [bool(re.search(said, line)) for said, line in zip(HEAD, lines, strict=False)] == [True] * 5


HEAD = (
    r"^TLP:AMBER PAP:AMBER$",
    r"^P1 – INC-3f9a1c2b – [A-ZÉ ]+$",  # noqa: RUF001 - the dash that the mail has
    r"^(APPELEZ|CALL) 04 65 71 00 15 ((avant|before) \d\d:\d\d|maintenant|now)$",
    r"^(Attaque suspectée|Suspected attack).*\.$",
    r"(ÉTEIGNEZ RIEN|POWER NOTHING OFF|NONE POWERED OFF)\.$",
)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_hospital_reads_nothing_of_another(language: str) -> None:
    """No other establishment's name or number, no host and no account is in the mail to a hospital."""
    story = reminder()
    mail = "\n".join(render(planned(f"rssi@{VALMOR}.fr", story, language), REGION))
    assert NAMES[VALMOR] in mail
    assert not re.search("|".join((BREVANES, NAMES[BREVANES], "srv-ad01", "jmartin")), mail)


@pytest.mark.parametrize("name", [name for name in SPECIMENS if "hospital" in name])
def test_a_hospital_is_shown_its_own_name_alone(name: str) -> None:
    """Of the five establishments in the incident, the mail to one names that one."""
    mail = SPECIMENS[name]
    named = {
        finess for finess, place in preview.SITES.items() if place in mail.text + mail.html or finess in mail.text + mail.html
    }
    assert named == {mail.reader_site}


def test_the_subject_names_nobody_and_never_changes() -> None:
    """One subject for the whole thread, with the marking first and no establishment, host or account in it."""
    assert {mail.subject for name, mail in SPECIMENS.items() if name.endswith(".fr")} == {
        "[TLP:AMBER] INC-3f9a1c2b P1 – attaque commune à plusieurs établissements"  # noqa: RUF001 - French dash
    }


def test_a_hospital_that_joins_a_taken_incident_is_not_asked_to_take_it() -> None:
    """It calls with the code; who took it is the region's affair."""
    mail = " ".join(SPECIMENS["one_more_site_hospital.en"].text.split())
    assert "give the code INC-3f9a1c2b" in mail
    assert not re.search("I take|Berthier", mail)
    assert "Berthier" in SPECIMENS["one_more_site_region.en"].text


def test_what_the_rules_mean_is_said_in_plain_words() -> None:
    """By ATT&CK technique, the gravest first; a sub-technique speaks as its technique, an unknown one is silent."""
    story = Story()
    story.learn(incident(techniques=("T1021.002", "T1003", "T9999", "T1486")))
    story.tick("02:10")
    text = render(planned("grades@region.fr", story), REGION).text
    said = [line for line in text.splitlines() if re.search(r"\(T\d{4}\)$", line)]
    assert said == [
        "- chiffre les fichiers pour demander une rançon (T1486)",
        "- vole des mots de passe dans la mémoire ou l’annuaire (T1003)",  # noqa: RUF001 - French apostrophe
        "- passe d’une machine à l’autre (T1021)",  # noqa: RUF001 - French apostrophe
    ]


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
    text = render(planned("grades@region.fr", story), REGION).text
    assert text.count("adresse IP") == 10
    assert "4 de plus : demandez-les" in text.replace("\u00a0", " ")
    assert "et 4 autres règles" in text


HOSTILE = "evil\r\nBcc: x@y.z\r\n\r\nAPPELEZ\u202e 06 \u2028666\x00\x1b[31m {{ 7*7 }} {% raw %}" + "A" * 5000


def test_hostile_values() -> None:
    """A rule name and a gap with line breaks, bidi marks, escapes and template code become one harmless line each."""
    known = incident()
    rules = (known.why.rules[0].model_copy(update={"name": HOSTILE}),)
    story = Story()
    story.learn(incident(why=known.why.model_copy(update={"rules": rules, "missing": (HOSTILE,)})))
    story.tick("02:10")
    text = render(planned("grades@region.fr", story), REGION).text
    assert not re.search("[\u202e\u2028\x00\x1b\r]", text)
    assert not re.search("^(Bcc|APPELEZ 06)", text, re.MULTILINE)
    assert "evil Bcc: x@y[.]z APPELEZ 06 666[31m {{ 7*7 }} {% raw %}AAA" in " ".join(text.split())
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


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ET see http://evil.example/a?b=c.d", "ET see http[://]evil[.]example/a?b=c[.]d"),
        ("ask help@evil.example. Then wait.", "ask help@evil[.]example. Then wait."),
        ("TLS 1.2 by rundll32.exe", "TLS 1.2 by rundll32[.]exe"),
    ],
)
def test_inert(text: str, safe: str) -> None:
    """The name of a rule, which another product may have written, holds no link; sentences and versions stay as they are."""
    assert inert(text) == safe


def test_wrap_keeps_items_and_long_words() -> None:
    """Items hang under their first word, a long URL stays whole, and French signs stay with their word."""
    text = wrap(f"- {'mot ' * 20}\n\n\n\n- hxxps[://]{'a' * 90}\nfin :\n")
    assert text == f"- {('mot ' * 17).strip()}\n  mot mot mot\n\n-\n  hxxps[://]{'a' * 90}\nfin\u00a0:\n"
