"""Who is told when, as stories with timestamps. All instants are UTC."""

import pytest

from notify.ladder import AT_ONCE, JOINING, wake_at
from notify.memory import MAX_STATE, dump, load
from notify.policy import default_policy
from notify.render import plan_notice
from schemas.act import Deed
from schemas.detection import Entity, Level
from schemas.errors import BadMessage
from schemas.ids import digest
from schemas.incident import Example, Incident, Link, Reason
from schemas.notice import Cause
from tests.notify.stories import ANCERY, BREVANES, POLICY, REGION, VALMOR, VALORNE, Story, at, incident, site

NEW = {
    f"astreinte@{VALMOR}.fr": Cause.NEW_INCIDENT,
    f"astreinte@{BREVANES}.fr": Cause.NEW_INCIDENT,
    "grades@region.fr": Cause.NEW_INCIDENT,
}
REMINDER = {
    f"rssi@{VALMOR}.fr": Cause.NOT_ACKNOWLEDGED,
    f"rssi@{BREVANES}.fr": Cause.NOT_ACKNOWLEDGED,
    "grades@region.fr": Cause.NOT_ACKNOWLEDGED,
}


def begun(*sites: str) -> Story:
    """A story whose first step was told at 02:10."""
    story = Story()
    story.learn(incident(*sites))
    story.tick("02:10")
    return story


def test_nobody_answers() -> None:
    """Each step is told once, after its delay on the pipeline's clock, and then the ladder is at its end."""
    story = Story()
    story.learn(incident())
    assert wake_at(story.state) == AT_ONCE
    assert story.tick("02:10") == NEW
    assert story.tick("02:10") == {}
    assert wake_at(story.state) == at("02:25")
    assert story.tick("02:24") == {}
    assert story.tick("02:25") == REMINDER
    assert story.tick("02:40") == {"cert@sante.fr": Cause.NOT_ACKNOWLEDGED}
    assert wake_at(story.state) is None
    assert story.tick("+1 02:40") == {}


def test_acknowledged_in_time() -> None:
    """An acknowledgement stops the later steps; a comment does not, and the first to acknowledge stays."""
    story = begun()
    story.acknowledge("02:15", deed=Deed.COMMENT)
    assert wake_at(story.state) == at("02:25")
    story.acknowledge("02:20", by="Ana")
    story.acknowledge("02:21", by="Bob")
    assert (story.state.acknowledged_by, wake_at(story.state)) == ("Ana", None)
    assert story.tick("03:30") == {}


def test_a_site_joins_after_the_acknowledgement() -> None:
    """A hospital that joins is told at once, itself and nobody else, even though the region has taken the incident."""
    story = begun()
    story.acknowledge("02:15")
    story.learn(incident(VALMOR, BREVANES, ANCERY, version=2))
    assert wake_at(story.state) == AT_ONCE
    assert story.tick("02:50") == {f"astreinte@{ANCERY}.fr": Cause.NEW_SITE}
    assert story.tick("02:51") == {}


def test_two_sites_join_and_share_one_contact() -> None:
    """Two joinings are two notices with two ids, though the person on call is the same."""
    shared = {finess: site(ANCERY, "astreinte").model_copy(update={"finess": finess}) for finess in (ANCERY, VALORNE)}
    story = Story(region=REGION.model_copy(update={"sites": {**REGION.sites, **shared}}))
    story.learn(incident())
    story.tick("02:10")
    ids = set()
    for version, joining in enumerate((ANCERY, VALORNE), start=2):
        story.learn(incident(VALMOR, BREVANES, *(ANCERY, VALORNE)[: version - 1], version=version))
        assert story.tick(f"02:1{version}") == {f"astreinte@{ANCERY}.fr": Cause.NEW_SITE}
        assert story.plans[0].reader_site == joining
        ids.add(plan_notice(story.plans[0], story.region).id)
    assert len(ids) == 2


def test_a_site_joins_while_nobody_answers() -> None:
    """The newcomer's on-call staff is told at once, and from then on the steps include it."""
    story = begun()
    story.learn(incident(VALMOR, BREVANES, ANCERY, version=2))
    assert story.tick("02:25") == {
        f"astreinte@{ANCERY}.fr": Cause.NEW_SITE,
        f"rssi@{ANCERY}.fr": Cause.NOT_ACKNOWLEDGED,
        **REMINDER,
    }


def test_nobody_on_call_is_never_silence() -> None:
    """A hospital without a contact that joins makes the region's contacts ring in its place, and says why."""
    region = REGION.model_copy(update={"sites": {**REGION.sites, ANCERY: site(ANCERY)}})
    story = Story(region=region)
    story.learn(incident())
    story.tick("02:10")
    story.learn(incident(VALMOR, BREVANES, ANCERY, version=2))
    assert story.tick("02:11") == {"grades@region.fr": Cause.NEW_SITE}
    assert story.plans[0].unreached == (ANCERY,)


def test_not_for_the_region() -> None:
    """An incident of one trust domain, or one below every step's severity, rings nobody until it becomes more."""
    story = Story(policy=default_policy())
    story.learn(incident(trust_domains=("ght-1",)))
    story.learn(incident(severity=Level.LOW, version=2))
    assert (story.state, story.tick("02:10")) == (None, {})
    story.learn(incident(severity=Level.MEDIUM, version=3))
    assert story.tick("02:11") == NEW


def test_severity_rises() -> None:
    """A step that waits for a higher severity rings as soon as the incident has it, its delay being long over."""
    story = Story()
    story.learn(incident(severity=Level.MEDIUM))
    story.tick("02:10")
    story.tick("02:25")
    assert (story.tick("02:45"), wake_at(story.state)) == ({}, None)
    story.learn(incident(severity=Level.CRITICAL, version=2))
    assert story.tick("02:46") == {"cert@sante.fr": Cause.NOT_ACKNOWLEDGED}


def test_pipeline_was_down() -> None:
    """Steps that fall due together are told together, and nobody gets two mails at one moment."""
    story = begun()
    assert story.tick("05:00") == {**REMINDER, "cert@sante.fr": Cause.NOT_ACKNOWLEDGED}
    assert len(story.plans) == 4


def test_loops() -> None:
    """While nobody answers, the ladder is climbed again every hour; CERT Santé is told once; each loop gives new notice ids."""
    story = Story(policy=default_policy())
    story.learn(incident())
    steps = {
        clock: (story.tick(clock), [plan.step for plan in story.plans])
        for clock in ("02:10", "02:25", "02:40", "03:10", "03:25", "03:40")
    }
    assert steps["03:10"] == (dict.fromkeys(NEW, Cause.NOT_ACKNOWLEDGED), [3, 3, 3])
    assert steps["03:25"] == (REMINDER, [4, 4, 4])
    assert steps["03:40"] == ({}, [])


def test_replay() -> None:
    """An older or equal version that comes again changes nothing."""
    story = begun(VALMOR, BREVANES, ANCERY)
    before = story.state
    story.learn(incident(VALMOR, BREVANES))
    assert (story.state, story.tick("02:11")) == (before, {})


def test_restart_in_every_state() -> None:
    """What is remembered survives as bytes at every moment, and the story goes on the same."""
    story = Story()
    story.learn(incident())
    for clock, told in (("02:10", NEW), ("02:25", REMINDER), ("02:40", {"cert@sante.fr": Cause.NOT_ACKNOWLEDGED})):
        story.state = load(dump(story.state))
        assert story.tick(clock) == told
    story.acknowledge("02:41")
    assert load(dump(story.state)) == story.state


def younger(*sites: str) -> tuple[Story, Incident]:
    """A younger incident that rang at 02:12, and its last version: merged into the older one."""
    story = Story()
    story.learn(incident(*sites, id="b" * 32))
    story.tick("02:12")
    return story, incident(*sites, id="b" * 32, version=2, merged_into="3f9a1c2b" + "0" * 24)


def test_merged_into_an_older_one() -> None:
    """The younger one stops; those it told are not told again by the older one, others are, under the older one's id."""
    old, (young, last) = begun(), younger(ANCERY, VALORNE)
    young.learn(last)
    old.learn(incident(VALMOR, BREVANES, ANCERY, VALORNE, version=2, aliases=("b" * 32,)), young)
    assert (young.tick("02:27"), wake_at(young.state)) == ({}, None)
    assert old.tick("02:13") == {}
    told = old.tick("02:25")
    assert told == {**REMINDER, f"rssi@{ANCERY}.fr": Cause.NOT_ACKNOWLEDGED, f"rssi@{VALORNE}.fr": Cause.NOT_ACKNOWLEDGED}
    assert {plan_notice(plan, REGION).incident_id for plan in old.plans} == {"3f9a1c2b" + "0" * 24}


def test_merged_into_an_older_one_at_the_same_step() -> None:
    """A step that the younger one told to its hospitals is told by the older one to its own only."""
    old, (young, last) = begun(), younger(ANCERY, VALORNE)
    young.tick("02:27")
    young.learn(last)
    old.learn(incident(VALMOR, BREVANES, ANCERY, VALORNE, version=2, aliases=("b" * 32,)), young)
    assert old.tick("02:28") == {f"rssi@{VALMOR}.fr": Cause.NOT_ACKNOWLEDGED, f"rssi@{BREVANES}.fr": Cause.NOT_ACKNOWLEDGED}


@pytest.mark.parametrize(("acknowledged", "reminded"), [(False, True), (True, False)])
def test_merged_into_one_that_never_rang(acknowledged: bool, reminded: bool) -> None:  # noqa: FBT001 - a table of cases
    """The older one goes on where the younger one is: same start, same steps done, taken if it was taken."""
    young, last = younger(ANCERY, VALORNE)
    if acknowledged:
        young.acknowledge("02:20")
    young.learn(last)
    old = Story()
    old.learn(incident(VALMOR, ANCERY, VALORNE, version=2, aliases=("b" * 32,)), young)
    assert old.tick("02:21") == {f"astreinte@{VALMOR}.fr": Cause.NEW_SITE}
    assert bool(old.tick("02:27")) is reminded


def test_the_largest_state_fits() -> None:
    """A thousand hospitals, hundreds of links with the longest values and every step told: at most 64 KiB, and said to be cut."""
    many = tuple(f"{number:09d}" for number in range(1000))
    links = tuple(
        Link(reason=Reason.SHARED_ENTITY, entity=Entity(kind="url", value=f"https://{n}.example/{n * 'é'}"), weight=1, sites=many)
        for n in range(100, 600)
    )
    examples = tuple(
        Example(site=finess, detection_id=digest(finess, "d"), event_ids=(digest(finess, "e"),) * 20, time=at("02:05"))
        for finess in many
    )
    small = incident()
    why = small.why.model_copy(update={"links": links, "examples": examples, "missing": tuple(str(n) * 300 for n in range(300))})
    story = Story(policy=default_policy())
    story.learn(incident(*many, why=why, detection_ids=("d" * 32,) * 500))
    for hour in range(2, 9):
        story.tick(f"{hour:02d}:50")
    assert len(dump(story.state)) <= MAX_STATE
    assert story.state.abridged
    assert len(story.state.told) == 1001


def test_a_small_incident_is_not_said_to_be_cut() -> None:
    """Nothing a mail needs is lost from an ordinary incident."""
    state = begun().state
    assert not state.abridged
    assert state.incident.why == incident().why


def test_foreign_bytes() -> None:
    """Bytes that are no ladder are refused with a clear error."""
    with pytest.raises(BadMessage, match="no ladder"):
        load(b"\x00not a ladder")


def test_joining_step_is_above_every_rung() -> None:
    """The step number of a joining can never be that of a rung."""
    longest = POLICY.model_copy(update={"steps": POLICY.steps * 5 + POLICY.steps[:1], "loops": 24})
    assert max(rung.number for rung in longest.rungs()) < JOINING
