"""The notifying stage: what is asked to be sent, and when it is asked again."""

from notify.stage import Escalator
from schemas.act import Act, Deed
from schemas.incident import Incident
from schemas.notice import Receipt, Status
from schemas.noun import Noun
from schemas.output import Document, Send
from schemas.tick import Tick
from tests.notify.stories import ANCERY, POLICY, REGION, at, incident


class Story:
    """One region's memory, with messages at moments."""

    def __init__(self) -> None:
        self.memory: dict[str, bytes] = {}
        self.stage = Escalator(POLICY, REGION)

    def hears(self, message: Noun) -> list[Send]:
        """What the stage asks for."""
        return [output for output in self.stage.step(self.memory, message) if isinstance(output, Send)]

    def at(self, clock: str) -> list[Send]:
        """What it asks for when the clock says so."""
        return self.hears(Tick(now=at(clock)))

    def answered(self, sends: list[Send], clock: str, status: Status = Status.SENT) -> None:
        """The receipts of these."""
        for send in sends:
            self.hears(Receipt(notice_id=send.notice.id, attempt=send.attempt, status=status, at=at(clock)))


def addresses(sends: list[Send]) -> set[str]:
    """Who is told."""
    return {send.notice.contact.email for send in sends}


def test_an_incident_is_told_once_at_the_next_tick_and_nobody_twice() -> None:
    """02:10 the incident, the next tick the mails; later ticks ask for nothing, with or without receipts."""
    story = Story()
    assert story.hears(incident()) == []

    first = story.at("02:10")
    assert len(addresses(first)) == len(first) == 3
    assert story.at("02:11") == []

    story.answered(first, "02:12")
    assert story.at("02:13") == []


def test_a_lost_receipt_makes_the_same_attempt_be_asked_for_again() -> None:
    """After ten minutes without an answer, the same notices with the same attempt: the outbox knows what became of them."""
    story = Story()
    story.hears(incident())
    first = story.at("02:10")

    again = story.at("02:21")

    assert [(send.notice.id, send.attempt) for send in again] == [(send.notice.id, send.attempt) for send in first]


def test_a_deferred_notice_is_tried_again_after_the_back_off_and_a_refused_one_never() -> None:
    """The mail server asks for patience for one contact and refuses another; each goes its own way."""
    story = Story()
    story.hears(incident())
    deferred, refused, sent = story.at("02:10")
    story.answered([deferred], "02:10", Status.DEFERRED)
    story.answered([refused], "02:10", Status.REFUSED)
    story.answered([sent], "02:10")

    assert story.at("02:10") == []
    (again,) = story.at("02:12")
    assert (again.notice.id, again.attempt) == (deferred.notice.id, 2)


def test_acknowledging_stops_the_ladder_but_a_site_that_joins_is_told() -> None:
    """02:14 a person takes it: nobody at 02:25; a third hospital at 02:30 is told at once."""
    story = Story()
    story.hears(incident())
    story.answered(story.at("02:10"), "02:10")
    story.hears(Act(incident_id=incident().id, deed=Deed.ACKNOWLEDGE, by="Ana", at=at("02:14")))

    assert story.at("02:26") == []
    story.hears(incident(*incident().sites, ANCERY, version=9))
    assert addresses(story.at("02:30")) == {f"astreinte@{ANCERY}.fr"}


def test_who_has_taken_an_incident_is_told_to_people() -> None:
    """One document for the incident, created only: the first who takes it counts, and an act on an alias names the one that lives on."""
    story = Story()
    story.hears(incident())
    act = Act(incident_id=incident().id, deed=Deed.ACKNOWLEDGE, by="Ana", at=at("02:14"), comment="vu")
    (told,) = [output for output in story.stage.step(story.memory, act) if isinstance(output, Document)]

    assert (told.kind, told.id, told.version) == ("acknowledgement", incident().id, None)
    assert (told.body["by"], told.body["comment"]) == ("Ana", "vu")


def test_an_act_on_an_alias_reaches_the_incident_that_lives_on() -> None:
    """Somebody acknowledges the younger incident after the merge; the older one's ladder stops."""
    story = Story()
    younger = incident().model_copy(update={"id": "f" * 32})
    story.hears(incident())
    story.hears(younger.model_copy(update={"merged_into": incident().id, "version": 9}))
    story.hears(incident(version=9).model_copy(update={"aliases": (younger.id,)}))
    story.answered(story.at("02:10"), "02:10")
    story.hears(Act(incident_id=younger.id, deed=Deed.ACKNOWLEDGE, by="Ana", at=at("02:14")))

    assert story.at("02:26") == []


def test_the_same_messages_give_the_same_notices() -> None:
    """Two memories that hear the same story ask for the same mails, byte for byte."""
    one, other = Story(), Story()
    for story in (one, other):
        story.hears(incident())

    assert one.at("02:10") == other.at("02:10")
    assert one.memory == other.memory


def test_an_incident_of_one_trust_domain_tells_nobody() -> None:
    """Single-site matters stay in the site's own queue."""
    story = Story()
    alone: Incident = incident().model_copy(update={"trust_domains": ("one",)})
    story.hears(alone)

    assert story.at("02:10") == []
