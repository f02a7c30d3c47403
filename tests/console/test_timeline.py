"""The course of an incident: what belongs together is one step."""

from console.ports import Mail
from console.timeline import Span, Step, Told, course, fields_of, seen, sendings, shown_of
from schemas.detection import Detection, Level
from schemas.notice import Cause, Status
from tests.builders import BOURGOIN, at
from tests.console.records import detection, incident, mail
from tocsin.adapters.documents_archive import mails


def sent(time: str, to: str = "a@example.org", cause: Cause = Cause.NOT_ACKNOWLEDGED, status: Status = Status.SENT) -> Mail:
    """A mail as the archive gives it."""
    [found] = mails([mail(incident(), to, due=time, status=status).body])
    return found._replace(notice=found.notice.model_copy(update={"cause": cause}))


def steps(*found: Detection) -> list[int]:
    """How many detections each step holds."""
    return [len(item.seen) for item in course([seen(one, {}) for one in found], []) if isinstance(item, Step)]


def test_a_pause_another_site_or_another_level_begins_a_step() -> None:
    """Fifteen minutes without a detection, a neighbour in between, or something worse."""
    assert steps(detection("a", "02:00"), detection("b", "02:15"), detection("c", "02:31")) == [2, 1]
    assert steps(detection("a", "02:00"), detection("b", "02:01", site=BOURGOIN), detection("c", "02:02")) == [1, 1, 1]
    assert steps(detection("a", "02:00"), detection("b", "02:01", level=Level.CRITICAL), detection("c", "02:02")) == [1, 1, 1]


def test_a_step_names_its_rules_with_how_often_each_matched() -> None:
    """In the order in which they first did."""
    [step] = course([seen(detection(f"d{n}", f"02:0{n}", rule_name=f"Rule {n % 2}"), {}) for n in range(5)], [])
    assert isinstance(step, Step)
    assert step.rules == [("Rule 0", 3), ("Rule 1", 2)]
    assert (step.time, step.until) == (at("02:00"), at("02:04"))


def test_reminders_in_a_row_are_one_moment_and_several_sendings() -> None:
    """On the axis ten reminders say one thing; in the list of mails each sending stands for itself, with all its people."""
    reminders = [sent(f"0{hour}:00", to) for hour in range(3, 8) for to in ("a@example.org", "b@example.org")]
    first = sent("02:30", cause=Cause.NEW_INCIDENT)
    line = course([seen(detection(time="02:00"), {})], [*reminders, first])
    assert [len(item.mails) for item in line if isinstance(item, Told)] == [1, 10]
    assert [len(item.mails) for item in sendings([*reminders, first])] == [1, 2, 2, 2, 2, 2]


def test_a_refused_mail_is_not_lost_among_the_sent_ones() -> None:
    """Another state is another moment."""
    line = course([], [sent("03:00"), sent("03:00", "b@example.org", status=Status.REFUSED), sent("03:01")])
    assert [[item.status for item in told.mails] for told in line if isinstance(told, Told)] == [
        [Status.SENT],
        [Status.REFUSED],
        [Status.SENT],
    ]


def test_the_event_that_made_a_detection_true_is_shown() -> None:
    """Of many events the first ones and the last; when it was received is when the detection could be known."""
    ids = tuple(f"e{number}" for number in range(9))
    found = detection(event_ids=ids)
    assert shown_of(found) == ("e0", "e1", "e8")
    assert shown_of(detection(event_ids=ids[:3])) == ids[:3]
    events = {name: {"event.created": f"2026-01-31T0{name[1]}:00:00Z"} for name in ids}
    assert (seen(found, events).received, seen(found, events).hidden) == (at("08:00"), 6)
    assert (seen(found, {}).received, seen(found, {}).events) == (None, ())


def test_pages_of_the_axis_neither_overlap_nor_leave_gaps() -> None:
    """Each instant belongs to one of two neighbours."""
    before, after = Span(None, at("03:00")), Span(at("03:00"), None)
    for instant in (at("00:00"), at("02:59:59"), at("03:00"), at("09:00")):
        assert before.holds(instant) != after.holds(instant)


def test_the_telling_fields_come_first() -> None:
    """In a fixed order, without the empty ones."""
    event = {"user.name": "admin", "host.name": "gate", "url.full": "", "process.executable": None, "other": "x", "source.ip": []}
    assert fields_of(event) == [("host.name", "gate"), ("user.name", "admin")]
