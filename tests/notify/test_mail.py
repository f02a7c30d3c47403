"""The form on the wire: two parts, the text first, byte for byte the same each time."""

import random
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from notify.mail import POLICY, Sender, compose
from notify.memory import MAX_STATE
from notify.preview import specimens
from notify.render import plan_notice
from notify.stage import Waiting
from schemas import codec
from schemas.detection import Entity
from schemas.notice import Notice
from schemas.site import Site
from tests.notify.stories import REGION, Story, at, incident, notice
from tests.notify.test_html import everywhere

SENDER = Sender(email="tocsin@region.fr")
HTML = '<!DOCTYPE html>\n<html lang="fr"><body><p>Même attaque chez vous.</p></body></html>\n'


def wire(known: Notice) -> bytes:
    """The mail as it leaves."""
    return compose(known, SENDER, at("02:12"), uncertain=False).as_bytes(policy=POLICY)


def received(known: Notice) -> EmailMessage:
    """The mail as it is read at the other end."""
    return message_from_bytes(wire(known), policy=policy.default)


def test_text_first_then_html() -> None:
    """The last part is the one preferred (RFC 2046 §5.1.4); both arrive to the letter, and the whole names its language."""
    mail = received(notice(html=HTML))
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == notice().text
    assert html.get_content().replace("\r\n", "\n") == HTML
    assert {part["Content-Transfer-Encoding"] for part in (text, html)} == {"quoted-printable"}
    assert mail["Content-Language"] == "fr"


def test_a_notice_of_an_older_version_is_a_mail_of_text() -> None:
    """Without HTML, it is one part."""
    assert received(notice()).get_content_type() == "text/plain"


def test_a_retry_is_the_same_to_the_byte() -> None:
    """The boundary is made of the notice's id, and no line of quoted-printable text can be one (RFC 2045 §6.7)."""
    known = notice(html=HTML, text="--=_" + notice().id + "\n")
    assert wire(known) == wire(known)
    assert [part.get_content_type() for part in received(known).iter_parts()] == ["text/plain", "text/html"]


def test_only_the_highest_priority_is_marked_important() -> None:
    """P1 rings; the rest comes as other mails do. None is a bulk mail or a list's."""
    urgent, other = received(notice()), received(notice(subject="[TLP:AMBER] INC-3f9a1c2b P2 – attaque"))  # noqa: RUF001 - the dash
    assert (urgent["Importance"], urgent["X-Priority"]) == ("high", "1")
    assert (other["Importance"], other["X-Priority"]) == (None, None)
    assert (urgent["Precedence"], urgent["List-Id"]) == (None, None)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_of_mail_crosses_the_wire(language: str) -> None:
    """ASCII lines of at most 76 characters, CRLF at the end of each, and two parts that come out as they went in."""
    for _, known in specimens(language):
        data = wire(known)
        assert data.isascii()
        assert max(map(len, data.split(b"\r\n"))) <= 78
        assert data.count(b"\n") == data.count(b"\r\n")
        assert [part.get_content().replace("\r\n", "\n") for part in received(known).iter_parts()] == [known.text, known.html]


def test_hostile_values_make_no_header() -> None:
    """Line breaks in every value that logs or the region's file could hold leave the headers those of any other mail."""
    evil = "x\r\nBcc: spy@evil.example\r\n\r\n--boundary"
    mail = received(plan_notice(*everywhere(evil)))
    assert mail.keys() == received(plan_notice(*everywhere("x"))).keys()
    assert [address.addr_spec for address in mail["To"].addresses] == ["grades@region.fr"]


def test_the_largest_notice_fits_where_it_waits() -> None:
    """Forty hospitals, every list longer than is shown, each value as long as can be and none like another: below the bound of a state."""
    drawn = random.Random(1)

    def value() -> str:
        return "".join(chr(drawn.randrange(0x4E00, 0x9FFF)) for _ in range(300))

    sites = tuple(f"{number:09d}" for number in range(990000001, 990000041))
    known = incident(*sites)
    link, rule = known.why.links[0], known.why.rules[0]
    links = [Entity(kind=value(), value=value()) for _ in range(20)]
    why = {
        "links": tuple(link.model_copy(update={"entity": entity, "sites": sites[n:]}) for n, entity in enumerate(links)),
        "rules": tuple(rule.model_copy(update={"name": value()}) for _ in range(20)),
        "missing": tuple(value() for _ in range(20)),
    }
    places = {finess: Site(finess=finess, name=value()) for finess in sites}
    story = Story(region=REGION.model_copy(update={"sites": places}))
    story.learn(known.model_copy(update={"why": known.why.model_copy(update=why)}))
    story.tick("02:10")
    mail = plan_notice(story.plans[0], story.region)
    record = Waiting(message=codec.encode(mail), attempt=1, due=mail.due).model_dump_json().encode()
    assert len(story.plans[0].unreached) == 40
    assert MAX_STATE // 3 < len(record) < MAX_STATE
